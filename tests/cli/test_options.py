"""The grammar that all commands share: where they read, how they print, and how they fail."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bot.cli.main import COMMANDS, cli
from bot.cli.options import ShellCommand
from bot.config import BadSettings
from tests.cli.conftest import Shell

HOME = ("--team", "T0ACME")
READING = (
    ("grants",),
    ("rules",),
    ("pending",),
    ("clock", "show"),
    ("audit", "head"),
    ("audit", "verify"),
    ("audit", "export"),
    ("webhooks", "list"),
    ("access", "export"),
    ("access", "import", "access.yaml", "--check"),
)


def commands(group=cli, *before):
    """Every command that can be typed, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name), command


@pytest.fixture
def elsewhere(shell, tmp_path_factory):
    """Another database, with one grant."""
    other = Shell(tmp_path_factory.mktemp("elsewhere"))
    shell.does("grant", "U0ANA", "viewer", "*", *HOME, "--database", str(other.database))
    assert not shell.database.exists()
    return other


@pytest.mark.parametrize(
    ("words", "command"), list(commands()), ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_every_command_takes_the_shared_options(words, command):
    assert isinstance(command, ShellCommand), words
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert options >= {"--database", "--env-file", "--color", "--no-color"}


def test_every_command_that_reads_prints_json():
    looks = {("can-i",), ("list",), ("status",), ("history",)}
    reads = {words for words, _ in commands()} & {words for words, *_ in ((each[:2],) for each in READING)}
    assert {("audit", "verify"), ("audit", "head"), ("clock", "show"), ("access", "import")} <= reads
    for words, command in commands():
        takes = any("--json" in parameter.opts for parameter in command.params)
        assert takes is (words in {*reads, *looks, ("grants",), ("rules",), ("pending",), ("doctor",)}), words


def test_another_database_by_option_or_in_a_file_of_settings(shell, elsewhere):
    """The option goes before the environment, and that before the file."""
    assert "U0ANA" in shell.does("grants", "--database", str(elsewhere.database))
    settings = elsewhere.folder / "settings.env"
    settings.write_text(f"PIPELINE_BOT_DATABASE={elsewhere.database}\n")
    assert "U0ANA" in shell.does("grants", "--env-file", str(settings))
    nowhere = str(shell.folder / "none.db")
    assert nowhere in shell.fails("grants", "--env-file", str(settings), PIPELINE_BOT_DATABASE=nowhere)
    assert "U0ANA" in shell.does(
        "grants", "--database", str(elsewhere.database), PIPELINE_BOT_DATABASE=nowhere
    )


def test_a_file_of_settings_that_is_named_must_exist(shell):
    """Unlike `.env`, which need not."""
    said = shell.is_refused("grants", "--env-file", "nowhere.env")
    assert said == (
        "Invalid value for '--env-file': File 'nowhere.env' does not exist.\n"
        "Run `pipeline-bot grants --help` for help.\n"
    )


def test_a_command_to_undo_names_the_same_database(shell, elsewhere):
    same = ("--database", str(elsewhere.database))
    said = shell.does("revoke", "U0ANA", "viewer", "*", *HOME, *same).splitlines()
    assert (
        said[1] == f"Undo: pipeline-bot grant --database {elsewhere.database} --team T0ACME U0ANA viewer '*'"
    )
    assert f"`pipeline-bot grants --database {elsewhere.database}`" in shell.fails(
        "revoke", "U0ANA", "viewer", "*", *HOME, *same
    )


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_what_reads_names_the_file_that_it_read(shell, command, form):
    """On standard error: what is piped on is the answer alone."""
    (shell.folder / "access.yaml").write_text("rules: []\n")
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    said = shell.types(*command, *form)
    assert said.names_database
    assert str(shell.database) not in said.stdout
    if form:
        documents = said.stdout.splitlines() if command == ("audit", "export") else [said.stdout]
        assert all(isinstance(json.loads(each), dict | list) for each in documents)


def test_what_creates_a_database_says_where(shell):
    """In the wrong folder it would go unnoticed. Only the first change does."""
    assert shell.types("grant", "U0ANA", "viewer", "*", *HOME).names_database
    assert not shell.types("grant", "U0ANA", "operator", "*", *HOME).names_database


@pytest.mark.parametrize(
    ("typed", "said", "whose"),
    [
        (("xyz",), "No such command 'xyz'.", ""),
        (("grnts",), "No such command 'grnts'. Did you mean 'grants' or 'grant'?", ""),
        (("--colour",), "No such option '--colour'.", ""),
        (("audit", "check"), "No such command 'check'.", " audit"),
        (("grants", "a", "b"), "Got unexpected extra argument (b).", " grants"),
        (("deny", "7fk2"), "Missing argument 'REASON...'.", " deny"),
        (
            ("audit", "verify", "--head", "x"),
            "Invalid value for '--head': 'x' is not a valid head.",
            " audit verify",
        ),
    ],
)
def test_wrong_usage_has_the_same_voice_and_says_where_help_is(shell, typed, said, whose):
    refused = shell.is_refused(*typed)
    assert refused.startswith(said.rstrip("."))
    assert refused.endswith(f"\nRun `pipeline-bot{whose} --help` for help.\n")
    assert "Usage:" not in refused


def test_each_setting_that_is_wrong_is_an_error_of_its_own(shell):
    assert shell.types("run").stderr.splitlines() == [
        "error: SLACK_BOT_TOKEN is missing.",
        "error: FELDERA_HOST is missing.",
        "error: SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
        BadSettings.hint,
    ]


@pytest.mark.parametrize(
    ("options", "settings", "colored"),
    [
        ((), {}, False),
        (("--color",), {}, True),
        (("--color",), {"NO_COLOR": "1"}, True),
        (("--no-color",), {}, False),
    ],
)
def test_colors_are_for_a_terminal_unless_they_are_asked_for(shell, options, settings, colored):
    said = shell.types("grants", *options, **settings)
    assert said.stderr.startswith("\x1b[31m\x1b[1merror:\x1b[0m " if colored else "error: ")


@pytest.mark.parametrize(
    ("options", "settings", "colored"),
    [((), {}, True), ((), {"NO_COLOR": "1"}, False), (("--no-color",), {}, False)],
)
def test_a_terminal_shows_colors(shell, options, settings, colored):
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    ours, theirs = pty.openpty()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "doctor", *options],
        cwd=shell.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **settings},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 2**16).decode()
    os.close(ours)
    assert done.returncode == 1
    assert ("\x1b[31m✗\x1b[0m  settings " in shown) is colored
    assert ("\x1b[" in shown) is colored


def test_every_command_is_listed_once():
    assert len({words for words, _ in commands()}) == len(list(commands()))
    assert {words[0] for words, _ in commands()} == set(COMMANDS)
