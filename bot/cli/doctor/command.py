"""The command `doctor`: checks that everything the bot needs works, a row each, with what to do if not."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

import click

from bot import logs
from bot.cli.errors import FAILED
from bot.cli.options import ShellCommand, json_flag, settings_source
from bot.cli.output import as_json, one_line
from bot.cli.settings_and_database import database_path, name_database
from bot.clock import SystemClock
from bot.domain.diagnosis import CheckResult, CheckStatus, verdict, with_status
from bot.settings_source import SettingsSource

LOOKUP_MINUTES = 5
LOOKUP_MINUTES_MAX = 60

_MARKS = {
    CheckStatus.OK: ("✓", "green"),
    CheckStatus.WARNING: ("!", "yellow"),
    CheckStatus.FAILED: ("✗", "red"),
    CheckStatus.UNKNOWN: ("?", "cyan"),
}


@click.command(cls=ShellCommand)
@json_flag
@click.option(
    "--lookup-minutes",
    type=click.IntRange(min=0, max=LOOKUP_MINUTES_MAX),
    metavar="MINUTES",
    default=LOOKUP_MINUTES,
    show_default=True,
    help="How long to look people up, if there are more than Slack allows at once; 0 looks up about 50.",
)
def doctor(*, wants_json: bool, lookup_minutes: int) -> None:
    """Check settings, Slack, Feldera, the database, its backups and audit log, and who has access.

    Changes nothing, posts nothing, and can run beside the bot. Prints a row for each check: a mark, the check, what was
    found, and what to do. The mark is ✓ (passed), ! (a warning), ✗ (failed) or ? (it could not be checked). Exit status 0 if
    nothing failed, else 1.
    """
    name_database(database_path())
    with logs.writing(quiet=True):
        found = asyncio.run(examined(settings_source(), timedelta(minutes=lookup_minutes)))
    if wants_json:
        listed = [
            {
                "name": _name(each),
                "status": each.status.value,
                "found": each.found,
                "advice": each.advice or None,
            }
            for each in found
        ]
        failures = len(with_status(found, CheckStatus.FAILED))
        click.echo(as_json({"failed": failures, "checks": listed}))
    else:
        for line in _rows(found):
            click.echo(line)
        click.echo(f"{verdict(found)}.")
    if with_status(found, CheckStatus.FAILED):
        sys.exit(FAILED)


async def examined(source: SettingsSource, lookups_within: timedelta) -> tuple[CheckResult, ...]:
    """The results of all checks. The other commands start without loading Bolt."""
    from bot.cli.doctor.shell_context import shell_context  # noqa: PLC0415 - see above
    from bot.diagnostics.checks import checks  # noqa: PLC0415
    from bot.engine.examination import examine  # noqa: PLC0415

    async with shell_context(SystemClock(), source, lookups_within) as context:
        return await examine(checks(context))


def _rows(found: Sequence[CheckResult]) -> list[str]:
    """In columns; what to do follows what was found, in its column, on a line of its own."""
    width = max(len(_name(each)) for each in found)
    lines = []
    for each in found:
        mark, color = _MARKS[each.status]
        lines.append(f"{click.style(mark, fg=color)}  {_name(each):<{width}}  {one_line(each.found)}")
        if each.advice:
            lines.append(f"{' ' * (width + 5)}→ {one_line(each.advice)}")
    return lines


def _name(result: CheckResult) -> str:
    return result.name if result.channel is None else f"{result.name} {result.channel}"
