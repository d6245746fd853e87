"""`clock show` and `clock reset`: the bot's own time beside the wall clock, and how to reset it to that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.cli.current_time import clock_of
from bot.cli.options import ShellGroup, json_flag
from bot.cli.output import as_json, moment, shell_user
from bot.cli.settings_and_database import changing, database_path, reading
from bot.clock import SteadyClock
from bot.domain.access.authorization import id_of
from bot.domain.bot_time import A_JUMP, ClockRecord, compared, in_words
from bot.domain.errors import UserError
from bot.store.connection.lease import lease
from bot.store.shell_store import Administration

_AGREE_WITHIN = timedelta(seconds=1)  # it follows the wall clock that far within minutes


@click.group(cls=ShellGroup)
def clock() -> None:
    """Show or reset the bot's own time.

    The bot takes the time from the wall clock when it first runs, and counts seconds itself from then on. So setting the
    wall clock makes nothing expire or be sent sooner. It follows the wall clock by 0.5 % of the time that passes.
    """


@clock.command()
@json_flag
def show(*, wants_json: bool) -> None:
    """Show both times, and when the wall clock was last set under a running bot."""
    with reading(database_path()) as administration:
        bots = clock_of(administration)
        record = administration.clock_record()
    ahead = bots.ahead()
    if wants_json:
        jump = None if record is None else record.jump
        document = {
            "bot_time": bots.now().isoformat(),
            "wall_clock": bots.reading().wall.isoformat(),
            "ahead_seconds": round(ahead.total_seconds(), 3),
            "last_set": None
            if jump is None
            else {"at": jump.at.isoformat(), "by_seconds": round(jump.by.total_seconds(), 3)},
        }
        click.echo(as_json(document))
        return
    click.echo(f"The bot's time: {_to_the_second(bots.now())}")
    click.echo(f"The wall clock: {_to_the_second(bots.reading().wall)}")
    if abs(ahead) > A_JUMP:
        click.echo(f"The bot's time is {compared(ahead)} the wall clock.")
    if record is not None and record.jump is not None:
        click.echo(
            f"The wall clock was set {in_words(record.jump)} at {moment(record.jump.at)} of the bot's time."
        )


@clock.command()
@click.option("--yes", is_flag=True, help="Apply the change. Without it, it is only shown.")
def reset(*, yes: bool) -> None:
    """Set the bot's time to that of the wall clock, while no bot runs.

    What is due by then happens at the bot's next start. The time is set back only if that prolongs nothing: no request
    is under way, no grant has an expiry, and no freeze is in force.
    """
    with _to_reset(database_path(), yes=yes) as administration:
        bots, record = clock_of(administration), administration.clock_record()
        wall = bots.reading()
        # After a reboot it is unknown how long the bot was down: its time is the last recorded one.
        before = bots.now() if record is None or record.is_of(wall) else record.time
        if abs(wall.wall - before) < _AGREE_WITHIN:
            click.echo("The bot's time agrees with the wall clock. Nothing was changed.")
            return
        if wall.wall < before:
            _refuse_what_would_last_longer(administration, before)
        if yes:
            administration.reset_clock(ClockRecord.first(wall), before=before, by=shell_user())
    change = f"from {_to_the_second(before)} to {_to_the_second(wall.wall)}"
    click.echo(
        f"The bot's time was set {change}."
        if yes
        else f"The bot's time would be set {change}. Dry run: nothing changed. Apply with --yes."
    )


@contextmanager
def _to_reset(path: Path, *, yes: bool) -> Iterator[Administration]:
    if not yes:
        with reading(path) as administration:
            yield administration
        return
    # First, since the lease would create a database.
    with changing(path):
        pass
    with lease(path, SteadyClock.of_this_machine().now()), changing(path) as administration:
        yield administration


def _refuse_what_would_last_longer(administration: Administration, now: datetime) -> None:
    found = list(_what_would_last_longer(administration, now))
    if found:
        raise UserError(
            f"The bot's time was not set back: that would prolong {', '.join(found)}. End them first: let requests "
            "end, revoke grants, remove freezes."
        )


def _what_would_last_longer(administration: Administration, now: datetime) -> Iterator[str]:
    for operation in administration.underway():
        yield f"the request {operation.short_id} on {operation.pipeline}"
    for grant in administration.grants():
        if grant.expires_at is not None:
            yield f"grant #{grant.id} ({id_of(grant.principal)} is {grant.role.value} on {grant.pattern})"
    for freeze in administration.freezes(now):
        yield f"the freeze on {freeze.pattern}"


def _to_the_second(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")
