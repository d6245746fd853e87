"""Completion in bash, zsh and fish: the script that each of them sources, and what it completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import COMMANDS
from bot.domain.access.permissions import Role

ROOT = Path(__file__).parents[2]
OPERATE = (ROOT / "docs" / "operate.md").read_text()
SHELLS = {"bash": "complete -o nosort", "zsh": "#compdef pipeline-bot", "fish": "complete --no-files"}
_RUN = "from bot.cli import main; main()"
_RUN_AND_LIST = """
import sys
from bot.cli import main
try:
    main()
finally:
    print(*sorted(name for name in sys.modules if name.startswith("bot.")), file=sys.stderr)
"""


def run(instruction, *, program=_RUN, **words):
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "_PIPELINE_BOT_COMPLETE": instruction, **words},
        capture_output=True,
        text=True,
        check=False,
    )


def completed(*words):
    """What bash offers for the last word."""
    typed = {"COMP_WORDS": " ".join(("pipeline-bot", *words)), "COMP_CWORD": str(len(words))}
    done = run("bash_complete", **typed)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("name", "registers"), SHELLS.items())
def test_each_shell_gets_a_script(name, registers):
    """By the command that the documents show. It is made for `pipeline-bot`, under which the shell finds it."""
    done = run(f"{name}_source", program=f"import sys; sys.argv[0] = 'pipeline-bot'; {_RUN}")
    assert (done.returncode, done.stderr) == (0, "")
    assert registers in done.stdout
    assert f"_PIPELINE_BOT_COMPLETE={name}_complete" in done.stdout
    assert f"_PIPELINE_BOT_COMPLETE={name}_source pipeline-bot" in OPERATE


def test_the_script_for_bash_is_one():
    script = run("bash_source").stdout
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=True)  # noqa: S607
    assert done.stderr == ""


def test_commands_are_completed_at_once():
    """With their lines in zsh and fish; none of their modules is loaded for that."""
    assert completed("") == sorted(COMMANDS)
    assert completed("gra") == ["grant", "grants"]
    done = run("zsh_complete", program=_RUN_AND_LIST, COMP_WORDS="pipeline-bot gra", COMP_CWORD="1")
    lines = [line for name in ("grant", "grants") for line in ("plain", name, COMMANDS[name].summary)]
    assert done.stdout.splitlines() == lines
    assert set(done.stderr.split()) <= {
        "bot.cli",
        "bot.cli.errors",
        "bot.cli.lazy",
        "bot.cli.main",
        "bot.domain",
        "bot.domain.errors",
    }


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("grant", "U0ANA", ""), [role.value for role in Role]),
        (("revoke", "U0ANA", "op"), ["operator"]),
        (("freeze", "orders", ""), ["for", "until"]),
        (("audit", ""), ["export", "head", "verify"]),
        (("audit", "export", "--format", ""), ["jsonl", "csv", "cloudevents"]),
        (("access", "import", "access.yaml", "--c"), ["--check", "--color"]),
        (("pending", "--d"), ["--database"]),
    ],
)
def test_what_a_command_takes_is_completed(words, offered):
    """Also of a command whose module is loaded only then."""
    assert completed(*words) == offered
