"""The moments of `<!date^…>` as Slack's client shows them: in the reader's time zone, in English, by a 12-hour clock.

It is the only place that knows the parts of a format. What it cannot read it does not guess: then the fallback is shown.
Where no present is given, nothing is said of today, and {ago} is "some time ago": such a text stays true.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

_PART = re.compile(r"\{(\w+)\}")
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))
"""Of {ago}, with their seconds: Slack names the largest one only."""
_ZERO_WIDTH_SPACE = "\u200b"  # an app may put one first to keep Slack from writing "Today"; nobody sees it
_HALF_A_YEAR = timedelta(days=183)
TICKING = "{ago}"
"""The one part that becomes something else while its day lasts."""


@dataclass(frozen=True, slots=True)
class ShownDate:
    """`link` is where the text leads, if anywhere."""

    text: str
    moment: datetime
    link: str = ""


def shown_date(token: str, *, zone: tzinfo = UTC, now: datetime | None = None) -> ShownDate | None:
    """What `!date^unix^format^link` reads as; None if it is malformed."""
    parts = token.split("^")
    try:
        moment = datetime.fromtimestamp(int(parts[1]), zone)
        text = filled_in(parts[2], moment, now=now)
    except (ValueError, IndexError, KeyError, OverflowError, OSError):
        return None
    return ShownDate(text, moment, "^".join(parts[3:]))


def filled_in(date_format: str, moment: datetime, *, now: datetime | None = None) -> str:
    """The format with its parts filled in, in the time zone of `moment`.

    Raises:
        KeyError: it has a part that Slack does not know.
    """

    def part(match: re.Match[str]) -> str:
        said = _PARTS[match[1]](moment, now)
        # Slack writes "Today" where it opens the text, "today" in the middle of it.
        return said[:1].upper() + said[1:] if match.start() == 0 else said

    return _PART.sub(part, date_format).removeprefix(_ZERO_WIDTH_SPACE)


def full_date(moment: datetime) -> str:
    """All of a moment, as the client shows it for a date that is pointed at."""
    return filled_in("{date_long} at {time_secs}", moment)


def _date(moment: datetime) -> str:
    return f"{_month_and_day(moment)}, {moment.year}"


def _month_and_day(moment: datetime) -> str:
    day = moment.day
    ending = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{moment:%B} {day}{ending}"


def _short(moment: datetime, now: datetime | None) -> str:
    """Slack leaves out the year of a date less than six months away."""
    is_near = now is not None and abs(now - moment) < _HALF_A_YEAR
    return f"{moment:%b} {moment.day}" + ("" if is_near else f", {moment.year}")


def _long(moment: datetime) -> str:
    return f"{moment:%A}, {_date(moment)}"


def _time(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {moment:%p}"


def _time_secs(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}"


def _near(moment: datetime, now: datetime | None) -> str:
    """`yesterday`, `today`, `tomorrow`, or nothing."""
    if now is None:
        return ""
    today = _day(now, moment)
    days = {today - timedelta(days=1): "yesterday", today: "today", today + timedelta(days=1): "tomorrow"}
    return days.get(moment.date(), "")


def _day(now: datetime, moment: datetime) -> date:
    """Which day it is where `moment` is told."""
    return now.astimezone(moment.tzinfo).date()


def _divider(moment: datetime, now: datetime | None) -> str:
    if near := _near(moment, now):
        return near
    this_year = now is not None and _day(now, moment).year == moment.year
    return f"{moment:%A}, {_month_and_day(moment)}" if this_year else _long(moment)


def _ago(moment: datetime, now: datetime | None) -> str:
    if now is None:
        return "some time ago"
    seconds = int((now - moment).total_seconds())
    unit, length = next((each for each in _UNITS if abs(seconds) >= each[1]), ("second", 1))
    count = abs(seconds) // length
    said = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {said}" if seconds < 0 else f"{said} ago"


_PARTS: dict[str, Callable[[datetime, datetime | None], str]] = {
    "date_num": lambda moment, _now: f"{moment:%Y-%m-%d}",
    "date_slash": lambda moment, _now: f"{moment:%m/%d/%Y}",
    "date": lambda moment, _now: _date(moment),
    "date_pretty": lambda moment, now: _near(moment, now) or _date(moment),
    "date_short": _short,
    "date_short_pretty": lambda moment, now: _near(moment, now) or _short(moment, now),
    "date_long": lambda moment, _now: _long(moment),
    "date_long_pretty": lambda moment, now: _near(moment, now) or _long(moment),
    "date_long_full": lambda moment, _now: f"{moment:%B} {moment.day}, {moment.year}",
    "day_divider_pretty": _divider,
    "time": lambda moment, _now: _time(moment),
    "time_secs": lambda moment, _now: _time_secs(moment),
    "ago": _ago,
}
