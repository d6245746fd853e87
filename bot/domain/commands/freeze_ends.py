"""The end of a freeze, from what people type; the same in Slack and in the shell."""

from datetime import datetime, timedelta

from bot.domain.commands.model import Ends
from bot.domain.durations import resolved
from bot.domain.errors import Misunderstood

FREEZE_MAX = timedelta(days=30)  # a forgotten freeze blocks an emergency as well as a release


def end_of_freeze(ends: Ends, now: datetime) -> datetime:
    """The moment it ends.

    Raises:
        Misunderstood: it is in the past, or too far away.
    """
    until = resolved(ends, now)
    if until <= now:
        raise Misunderstood("That time has passed. Give a later one, in UTC.")
    if until - now > FREEZE_MAX:
        raise Misunderstood(
            f"A freeze lasts at most {FREEZE_MAX.days} days, so that none is forgotten. Give an earlier end, and set it "
            "again when it expires."
        )
    return until
