"""What the shell explains of itself."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import COMMANDS


def test_the_list_of_commands_cuts_no_sentence_short(shell):
    sections = shell.does("--help").partition("\nRun:\n")[2]
    lines = sections.splitlines()
    listed = [line for line in lines if line.startswith("  ")]
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)
    headings = [line for line in lines if line.strip() and line not in listed]
    assert headings == ["Access:", "Pipelines:", "Requests:", "Audit:", "Database:", "Try it:"]


@pytest.mark.parametrize("group", ["access", "audit", "clock"])
def test_the_list_of_a_group_cuts_no_sentence_short_either(shell, group):
    listed = shell.does(group, "--help").partition("\nCommands:\n")[2]
    assert listed.count(".\n") >= len(COMMANDS[group].load().commands)
    assert "..." not in listed


def test_help_has_the_options_of_the_command_before_those_of_all(shell):
    """And no argument among them: those are in its first line."""
    own, _, shared = shell.does("revoke", "--help").partition("\nShared options:\n")
    assert re.findall(r"^  (\S+)", own.partition("\nOptions:\n")[2], re.MULTILINE) == ["--team", "-h,"]
    assert re.findall(r"^  (--\S+)", shared, re.MULTILINE) == ["--database", "--env-file", "--color"]


def test_every_command_helps(shell):
    helps = {
        "grant": "responder views; requests; runs as break-glass in an emergency, where a rule allows it",
        "revoke": "[OPTIONS] WHO ROLE PATTERN",
        "grants": "[WHO|PATTERN]",
        "freeze": "until 18:00 or 2026-11-25T08:00",
        "unfreeze": "Remove the freeze",
        "can-i": "and what decides",
        "list": "what any of them shows",
        "status": "NAME is TARGET/NAME",
        "pending": "await review",
        "deny": "within ten seconds",
        "access export": "is always the same text",
        "access import": "Without it they are only shown.",
        "history": "Previews that nobody confirmed are left out.",
        "audit verify": "--head",
        "audit export": "--since",
        "audit head": "Save it where nobody",
        "webhooks list": "that its filter leaves out",
        "webhooks seek": "A larger number than its last entry skips what is between.",
        "webhooks forget": "after it was removed from the settings",
        "clock show": "Show both times",
        "clock reset": "while no bot runs",
        "backup": "The bot can run meanwhile, and is not delayed.",
        "restore": "The database that was there stays beside it, under another name.",
        "archive": "If this command is killed, run it again.",
        "doctor": "Exit status 0 if nothing failed, else 1.",
    }
    for words, said in helps.items():
        assert said in " ".join(shell.does(*words.split(), "--help").split())
    elsewhere = {"rule", "rules", "run", "demo", "sandbox"}
    assert {words.split()[0] for words in helps} | elsewhere == COMMANDS.keys()
    assert [COMMANDS[command].load().name for command in COMMANDS] == list(COMMANDS)


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
        "bot.cli.errors",
        "bot.cli.lazy",
        "bot.cli.main",
        "bot.domain",
        "bot.domain.errors",
    }
    assert {"asyncio", "sqlite3", "ssl", "email"}.isdisjoint(imported)
