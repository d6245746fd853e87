"""The command `doctor`: checks that everything the bot needs works, a line each, with what to do if not."""

import asyncio
import sys

import click

from bot import logs
from bot.cli.doctor.check import Result
from bot.cli.output import one_line
from bot.clock import SystemClock


@click.command()
def doctor() -> None:
    """Check the settings, Slack, Feldera, the database and its record, and who may do what.

    Changes nothing that the bot goes by, and works beside it. A line each: `ok`; `note`, which is worth knowing; `FAIL`, which
    says what to put right. Exit status 0 if nothing failed, else 1.
    """
    from bot.cli.doctor.checks import checks  # noqa: PLC0415 - the other commands start without loading Bolt

    async def examined() -> int:
        failed = 0
        async for check in checks(SystemClock()):
            failed += check.result is Result.WRONG
            click.echo(f"{check.result.value:<4}  {one_line(check.sentence)}")
        return failed

    with logs.writing(quiet=True):
        failed = asyncio.run(examined())
    if failed:
        click.echo(f"{failed} to put right.")
        sys.exit(1)
