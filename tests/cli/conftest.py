"""The command as an operator types it, in a shell of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    status: int
    stdout: str
    stderr: str


class Shell:
    def __init__(self, folder, *, command=("-m", "bot")):
        self.folder = folder
        self.command = command
        self.database = folder / "pipeline-bot.db"

    def types(self, *arguments, **settings):
        """`pipeline-bot …` in an environment of nothing but these settings."""
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, *self.command, *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def does(self, *arguments, **settings):
        """The output of a command that ends well and complains of nothing."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stderr) == (0, "")
        return said.stdout

    def is_refused(self, *arguments, **settings):
        """The complaint about a command that ends with exit status 2 and prints nothing."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stdout) == (2, ""), said
        assert "Traceback" not in said.stderr
        return said.stderr


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)
