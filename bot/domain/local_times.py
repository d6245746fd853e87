"""Local times: the moment at which a clock in some time zone shows what somebody typed. Pure; the zone is given.

When clocks are set, a time is shown twice or never. Neither is guessed: the answer says what to type instead.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo

from bot.domain.errors import Misunderstood


def on_the_clock(said: datetime, zone: tzinfo) -> datetime:
    """The moment at which a clock in `zone` shows `said`, which has no zone of its own.

    Raises:
        Misunderstood: the clock never shows it, or shows it twice.
    """
    return _only(said, zone, _moments(said, zone))


def next_occurrence(said: time, now: datetime, zone: tzinfo) -> datetime:
    """The next moment at which a clock in `zone` shows the time of day `said`: today, or tomorrow if it has passed.

    Raises:
        Misunderstood: on that day the clock never shows it, or shows it twice.
    """
    today = datetime.combine(now.astimezone(zone).date(), said)
    coming = [moment for moment in _moments(today, zone) if moment > now]
    if coming:
        return _only(today, zone, coming)
    if _is_skipped(today, zone) and _utc(today, zone) > now:
        return _only(today, zone, [])
    return on_the_clock(today + timedelta(days=1), zone)


def zone_name(zone: tzinfo) -> str:
    """`Europe/Berlin`, as Slack and the tz database call it; `UTC`."""
    return getattr(zone, "key", "") or str(zone)


def _moments(said: datetime, zone: tzinfo) -> list[datetime]:
    """Every moment at which the clock shows it, in order: none, one or two."""
    if _is_skipped(said, zone):
        return []
    return sorted({_utc(said, zone), _utc(said.replace(fold=1), zone)})


def _is_skipped(said: datetime, zone: tzinfo) -> bool:
    return _utc(said, zone).astimezone(zone).replace(tzinfo=None) != said


def _utc(said: datetime, zone: tzinfo) -> datetime:
    try:
        return said.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:  # in UTC it may be beyond the calendar
        raise Misunderstood(f"`{said:%Y-%m-%d}` is not a valid date: name one that is closer.") from error


def _only(said: datetime, zone: tzinfo, moments: list[datetime]) -> datetime:
    if len(moments) == 1:
        return moments[0]
    shown = f"{said:%H:%M} on {said:%Y-%m-%d} in {zone_name(zone)}"
    if not moments:
        raise Misunderstood(f"There is no {shown}: the clocks skip it that day. Name another time.")
    either = " or ".join(f"`{moment:%Y-%m-%dT%H:%MZ}`" for moment in moments)
    raise Misunderstood(f"{shown} comes twice, because the clocks go back: type {either}.")
