"""Durations and times, as people type them."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from bot.domain.local_times import next_occurrence, on_the_clock

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
COUNT_MAX = 9_999  # of a unit
_SPAN = re.compile(r"(\d{1,4})([smhdw])")
_WRITTEN = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))  # units and their seconds
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(Z?)")


def span(text: str) -> timedelta | None:
    """`30s`, `90m`, `12h`, `7d`, `2w` as a duration; None if it is none of these."""
    match = _SPAN.fullmatch(text.lower())
    return None if match is None else timedelta(**{_UNITS[match[2]]: int(match[1])})


def span_in_words(length: timedelta) -> str:
    """`90m`, `12h`, `30s`: the largest unit that measures it whole."""
    seconds = int(length.total_seconds())
    unit, size = next((unit, size) for unit, size in _WRITTEN if seconds % size == 0)
    return f"{seconds // size}{unit if seconds else 's'}"


def span_within(length: timedelta) -> str | None:
    """The longest span that can be typed and is no longer than `length`; None if that is less than a minute."""
    for unit in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)):
        count = min(length // unit, COUNT_MAX)
        if count < 1:
            return None
        if count < COUNT_MAX or unit == timedelta(days=1):
            return span_in_words(count * unit)
    return None


def moment_as_typed(moment: datetime) -> str:
    """`2026-11-25T08:00Z`, with seconds only where there are any."""
    return f"{moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S').removesuffix(':00')}Z"


def moment(text: str) -> datetime | time | None:
    """`2026-11-25T08:00` or `18:00`, in UTC unless it says otherwise; None if it is neither."""
    said = local_moment(text)
    return said.replace(tzinfo=UTC) if said is not None and said.tzinfo is None else said


def local_moment(text: str) -> datetime | time | None:
    """The same, without a zone where it has none: then it is in the time zone of the person who typed it."""
    match = _CLOCK.fullmatch(text)
    if match is not None:
        return time(int(match[1]), int(match[2]), tzinfo=UTC if match[3] else None)
    try:
        said = datetime.fromisoformat(text)
        return said if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC it may be beyond the calendar
        return None


def resolved(ends: timedelta | datetime | time, now: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment it ends, relative to `now`; what has no zone is by a clock in `zone`.

    Raises:
        Misunderstood: that clock never shows it, or shows it twice.
    """
    match ends:
        case timedelta():
            return now + ends
        case datetime():
            return ends if ends.tzinfo is not None else on_the_clock(ends, zone)
        case time():
            return next_occurrence(ends.replace(tzinfo=None), now, ends.tzinfo or zone)
