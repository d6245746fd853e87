"""docs/commands.md, from the tables that parse and explain commands: `python -m tests.command_page` writes it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from bot.cli.lazy import LazyGroup
from bot.cli.main import cli
from bot.cli.options import SUMMARY_MAX, SharedOption, ShellCommand
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.commands import COMMAND, VERBS, VerbGroup

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
PROGRAM = "pipeline-bot"

_BEGINNING = """\
# Commands

For people who type `/pipeline` in Slack, and for admins who type `pipeline-bot` in a shell. Who may use a command depends on
[roles and rules](access.md). `python -m tests.command_page` writes this page from the bot's own tables.
"""

_SHELL = """\
Each explains its options with `--help`. A command that reads changes nothing, creates no database, and names the file that it
read on standard error, also with `--json`: standard output is the answer alone. An error is a line `error: …` there. Exit status:

| Status | What it means |
|---|---|
| 0 | Done. |
| 1 | Failed: what the command needs is missing or does not work, or it found problems (`doctor`, a broken audit log). |
| 2 | Wrong usage: an argument, a setting or an access file is not valid. |
| 3 | A difference: `access import --check` found drift, `audit verify` got no head to compare with, or `archive` left older entries in the database. |
"""


def page() -> str:
    """The page as it has to be."""
    return "\n".join((_BEGINNING, *_in_slack(), *_rule_keys(), *_in_the_shell()))


def _in_slack() -> Iterator[str]:
    yield "## In Slack\n"
    yield f"`{COMMAND}` alone shows what waits for you. `{COMMAND} help` shows the commands that you can use.\n"
    for group in VerbGroup:
        yield f"**{group.value}**\n"
        rows = ((f"`{verb.usage}`", verb.summary) for verb in VERBS if verb.group is group)
        yield from _table(("Command", "What it does"), rows)
    for verb in VERBS:
        yield f"### {verb.word}\n"
        yield verb.details.replace("\n", "\n\n") + "\n"
        yield f"Example: `{COMMAND} {verb.example}`\n"


def _rule_keys() -> Iterator[str]:
    yield "## Rule keys\n"
    yield f"For `{COMMAND} rule` and `{PROGRAM} rule`. `matching` comes last, because it takes everything that follows it.\n"
    rows = ((f"`{key.example}`", f"`{key.shell_example or key.example}`", key.help) for key in RULE_KEYS)
    yield from _table(("In Slack", "In the shell", "What it says"), rows)


def _in_the_shell() -> Iterator[str]:
    yield "## In the shell\n"
    yield _SHELL
    yield from _table(("Command", "What it does"), _commands(cli, PROGRAM))
    yield "Each command takes these options, too:\n"
    shared = [each for each in ShellCommand(None).params if isinstance(each, SharedOption)]
    rows = ((f"`{_option(each, click.Context(cli)).strip('[]')}`", each.help or "") for each in shared)
    yield from _table(("Option", "What it does"), rows)


def _commands(group: click.Group, called: str) -> Iterator[tuple[str, str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
            yield from _commands(command, f"{called} {name}")
        else:
            yield f"`{_usage(command, f'{called} {name}')}`", command.get_short_help_str(SUMMARY_MAX)


def _usage(command: click.Command, called: str) -> str:
    context = click.Context(command)
    arguments = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    options = [
        _option(each, context)
        for each in command.params
        if isinstance(each, click.Option) and not isinstance(each, SharedOption)
    ]
    return " ".join(filter(None, (called, *arguments, *options)))


def _option(option: click.Option, context: click.Context) -> str:
    names = "/".join((*option.opts, *option.secondary_opts))
    usage = names if option.is_flag else f"{names} {option.make_metavar(context)}"
    return usage if option.required else f"[{usage}]"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    for row in rows:
        yield _row(cell.replace("|", "\\|") for cell in row)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page())
