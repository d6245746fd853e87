"""The shell's clock: the time of the bot whose database it uses. Both must agree on when a grant ends."""

from pathlib import Path

from bot.clock import SteadyClock
from bot.store.errors import DatabaseMissing
from bot.store.shell_store import Administration


def clock_of(administration: Administration) -> SteadyClock:
    """The clock of the bot that runs, or last ran, on this database; the wall clock if none ever did."""
    clock = SteadyClock.of_this_machine()
    clock.resume(administration.clock_record())
    return clock


def clock_at(path: Path) -> SteadyClock:
    """`clock_of` the database at `path`, which need not exist."""
    try:
        with Administration.reading(path) as administration:
            return clock_of(administration)
    except DatabaseMissing:
        return SteadyClock.of_this_machine()
