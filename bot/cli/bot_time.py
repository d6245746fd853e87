"""Which time the shell goes by: the bot's, on whose database it works. Both have to agree on when a grant ends."""

from bot.clock import SteadyClock
from bot.store.administration import Administration


def clock_of(administration: Administration) -> SteadyClock:
    """The clock of the bot that runs, or last ran, on this database; the wall clock where none ever did."""
    clock = SteadyClock.of_this_machine()
    clock.resume(administration.clock_record())
    return clock
