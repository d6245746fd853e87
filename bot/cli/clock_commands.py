"""`clock show` and `clock reset`: the bot's own time beside the wall clock, and how to reset it to that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from bot.cli.current_time import clock_of
from bot.cli.output import moment, shell_user
from bot.clock import SteadyClock
from bot.config import StoreSettings, load
from bot.domain.access.authorization import id_of
from bot.domain.bot_time import A_JUMP, ClockRecord, compared, in_words
from bot.domain.errors import UserError
from bot.store.connection.lease import lease
from bot.store.shell_store import Administration


@click.group()
def clock() -> None:
    """Show or reset the bot's own time.

    The bot takes the time from the wall clock when it first runs, and counts the seconds itself from then on: whoever sets
    the wall clock makes nothing lapse and nothing be sent sooner. It follows the wall clock by 0.5 % of the time that passes.
    """


@clock.command()
def show() -> None:
    """Show both times, and when the wall clock was last set under a running bot."""
    path = _database()
    with Administration.reading(path) as administration:
        bots = clock_of(administration)
        record = administration.clock_record()
    ahead = bots.ahead()
    click.echo(f"The bot's time: {_to_the_second(bots.now())}")
    click.echo(f"The wall clock: {_to_the_second(bots.reading().wall)}")
    if abs(ahead) > A_JUMP:
        click.echo(f"The bot's time is {compared(ahead)} the wall clock.")
    if record is not None and record.jump is not None:
        click.echo(
            f"The wall clock was set {in_words(record.jump)} at {moment(record.jump.at)} of the bot's time."
        )


@clock.command()
@click.option("--yes", is_flag=True, help="Do it. Without it the change is only shown.")
def reset(*, yes: bool) -> None:
    """Make the bot's time that of the wall clock, while no bot runs.

    What is due by then is due at the bot's next start. Time is set back only while there is nothing whose end would come
    later by that: no request under way, no grant with an end, no freeze.
    """
    path = _database()
    with _to_reset(path, yes=yes) as administration:
        bots, record = clock_of(administration), administration.clock_record()
        wall = bots.reading()
        # After a reboot it is unknown how long the bot was down: its time is the last recorded one.
        before = bots.now() if record is None or record.is_of(wall) else record.time
        if wall.wall < before:
            _refuse_what_would_last_longer(administration, before)
        if yes:
            administration.reset_clock(ClockRecord.first(wall), before=before, by=shell_user())
    change = f"from {_to_the_second(before)} to {_to_the_second(wall.wall)}"
    click.echo(
        f"The bot's time was set {change}."
        if yes
        else f"The bot's time would be set {change}. Nothing was changed; --yes does."
    )


@contextmanager
def _to_reset(path: Path, *, yes: bool) -> Iterator[Administration]:
    if not yes:
        with Administration.reading(path) as administration:
            yield administration
        return
    with lease(path, SteadyClock.of_this_machine().now()), Administration.changing(path) as administration:
        yield administration


def _refuse_what_would_last_longer(administration: Administration, now: datetime) -> None:
    found = list(_what_would_last_longer(administration, now))
    if found:
        raise UserError(
            f"Set back, the bot's time would let these last longer, or come back: {', '.join(found)}. "
            "End them first: let requests end, `pipeline-bot revoke`, `pipeline-bot unfreeze`."
        )


def _what_would_last_longer(administration: Administration, now: datetime) -> Iterator[str]:
    for operation in administration.underway():
        yield f"the request {operation.short_id} on {operation.pipeline}"
    for grant in administration.grants():
        if grant.expires_at is not None:
            yield f"grant {grant.id} ({id_of(grant.principal)} is {grant.role.value} on {grant.pattern})"
    for freeze in administration.freezes(now):
        yield f"the freeze of {freeze.pattern}"


def _database() -> Path:
    path = load(StoreSettings).pipeline_bot_database
    if not path.exists():
        raise UserError(f"There is no database {path}: no bot has run here yet.")
    return path


def _to_the_second(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")
