"""Time left: a coming moment as people count to it, for replies that are shown once. Pure.

On a card, which stays for days, only the moment is said (`spans.at`).
"""

from datetime import datetime, timedelta

from bot.slack.text.spans import Text, at

_UNITS = (("day", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def time_left(moment: datetime, now: datetime) -> Text:
    """`in 3 h 40 min (today at 6:00 PM)`."""
    return Text("in {} ({})", _in_brief(moment - now), at(moment))


def _in_brief(length: timedelta) -> str:
    """The two largest units, rounded down: `2 days 3 h`, `3 h 40 min`, `42 min`, `1 min` for less than that."""
    parts = []
    for unit, size in _UNITS:
        count, length = divmod(length, size) if length > timedelta() else (0, length)
        if count:
            parts.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
        elif parts:
            break
    return " ".join(parts[:2]) or "1 min"
