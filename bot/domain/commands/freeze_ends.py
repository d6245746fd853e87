"""The end of a freeze, from what people type; the same in Slack and in the shell."""

from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.commands.model import Ends
from bot.domain.durations import resolved
from bot.domain.errors import Misunderstood
from bot.domain.local_times import zone_name

FREEZE_MAX = timedelta(days=30)  # a forgotten freeze blocks an emergency as well as a release


def end_of_freeze(ends: Ends, now: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment it ends; a time without a zone is by a clock in `zone`.

    Raises:
        Misunderstood: it is in the past, or too far away, or that clock never shows it, or twice.
    """
    until = resolved(ends, now, zone)
    if until <= now:
        shown = f"{until.astimezone(zone):%Y-%m-%d %H:%M} {zone_name(zone)}"
        raise Misunderstood(f"{shown} has passed. Give a later time.")
    if until - now > FREEZE_MAX:
        raise Misunderstood(
            f"A freeze lasts at most {FREEZE_MAX.days} days, so that none is forgotten. Give an earlier end, and set it "
            "again when it expires."
        )
    return until
