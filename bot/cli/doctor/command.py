"""The command `doctor`: checks that everything the bot needs works, a line each, with what to do if not."""

import asyncio
import sys

import click

from bot import logs
from bot.cli.doctor.check import Check, Result
from bot.cli.errors import FAILED
from bot.cli.options import ShellCommand, json_flag, settings_source
from bot.cli.output import as_json, counted, one_line
from bot.cli.settings_and_database import database_path, name_database
from bot.clock import SystemClock

_COLORS = {Result.FINE: "green", Result.NOTE: "yellow", Result.WRONG: "red"}


@click.command(cls=ShellCommand)
@json_flag
def doctor(*, wants_json: bool) -> None:
    """Check settings, Slack, Feldera, the database, its audit log, and who has access.

    Changes nothing, and can run beside the bot. Prints a line for each check: `ok`; `note`, which is worth
    knowing; `FAIL`, which says what to fix. Exit status 0 if nothing failed, else 1.
    """
    from bot.cli.doctor.checks import checks  # noqa: PLC0415 - the other commands start without loading Bolt

    async def examined() -> list[Check]:
        made = []
        async for check in checks(SystemClock(), settings_source()):
            made.append(check)
            if not wants_json:
                click.echo(_line(check))
        return made

    name_database(database_path())
    with logs.writing(quiet=True):
        made = asyncio.run(examined())
    failed = sum(check.result is Result.WRONG for check in made)
    if wants_json:
        listed = [{"result": check.result.value.lower(), "message": check.sentence} for check in made]
        click.echo(as_json({"problems": failed, "checks": listed}))
    elif failed:
        click.echo(f"{counted(failed, 'problem')} found.")
    if failed:
        sys.exit(FAILED)


def _line(check: Check) -> str:
    result = click.style(check.result.value, fg=_COLORS[check.result])
    return f"{result}{' ' * (6 - len(check.result.value))}{one_line(check.sentence)}"
