"""What the shell explains of itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import COMMANDS


def test_the_list_of_commands_cuts_no_sentence_short(shell):
    listed = shell.does("--help").partition("Commands:\n")[2].splitlines()
    assert {line.split()[0] for line in listed} == set(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", ["grant", "revoke"])
def test_the_usage_has_a_word_for_each_argument(shell, command):
    """Those that the explanation below it uses."""
    assert shell.does(command, "--help").startswith(
        f"Usage: pipeline-bot {command} [OPTIONS] WHO ROLE PATTERN\n"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_found_where_the_list_says(command):
    assert COMMANDS[command].load().name == command


_LISTED = """
import json, sys
before = set(sys.modules)
from bot.cli import main
sys.argv = ["pipeline-bot", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


@pytest.mark.parametrize("typed", [["--help"], ["-h"], [], ["claer"]])
def test_help_imports_no_command(typed):
    """It is there at once: of the bot its root, and of all libraries the one that reads the command line."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _LISTED, *typed],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = json.loads(done.stderr.splitlines()[-1])
    libraries = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert libraries == {"bot", "click"}
    assert {name for name in imported if name.startswith("bot")} <= {
        "bot",
        "bot.cli",
        "bot.cli.lazy",
        "bot.cli.main",
        "bot.domain",
        "bot.domain.errors",
    }
    assert {"asyncio", "sqlite3", "ssl", "email"}.isdisjoint(imported)
