"""The command as an operator types it, in an empty folder and an environment of nothing but the settings of a test."""

import logging
import os
from dataclasses import dataclass

import pytest
import structlog
from click.testing import CliRunner

from bot.cli.main import cli
from bot.store.shell_store import Administration


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    status: int
    stdout: str
    stderr: str


class Shell:
    """In this process, which is ten times as quick; that it is the same in one of its own is shown elsewhere."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "pipeline-bot.db"

    def types(self, *arguments, stdin=None, **settings):
        """`pipeline-bot …`. It never ends in a traceback."""
        done = CliRunner().invoke(cli, arguments, input=stdin, env=settings, prog_name="pipeline-bot")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def does(self, *arguments, **settings):
        """The output of a command that ends well and complains of nothing."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stderr) == (0, ""), said
        return said.stdout

    def is_refused(self, *arguments, **settings):
        """The complaint about a command that ends with exit status 2 and prints nothing."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stdout) == (2, ""), said
        return said.stderr

    def begins(self):
        """There is a database, with nothing in it."""
        self.administration().close()

    def administration(self):
        return Administration.open(self.database)


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An empty environment, as far as the bot is concerned, in an empty folder."""
    for name in os.environ:
        # Without a home nothing is remembered from one command, or one run of the tests, to the next.
        if name.startswith(("SLACK_", "FELDERA_", "PIPELINE_BOT_", "XDG_")) or name == "HOME":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.fixture
def shell(environment, tmp_path):  # noqa: ARG001 - the environment is that of the commands
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Shell(tmp_path)
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
