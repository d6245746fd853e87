"""Ages for people in a shell: how long ago first, and the time in UTC beside it."""

from datetime import datetime, timedelta

from bot.cli.output import moment

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def in_brief(length: timedelta) -> str:
    """`3 d`, `5 h`, `12 min`, `8 s`: rounded down to the largest unit. Clocks that differ make no negative age."""
    for unit, size in _UNITS:
        if length >= size:
            return f"{length // size} {unit}"
    return f"{max(length, timedelta()) // timedelta(seconds=1)} s"


def ago(when: datetime, now: datetime) -> str:
    """`3 h ago (2026-03-02 04:00 UTC)`."""
    return f"{in_brief(now - when)} ago ({moment(when)})"


def lasting(since: datetime, now: datetime) -> str:
    """`3 h (since 2026-03-02 04:00 UTC)`."""
    return f"{in_brief(now - since)} (since {moment(since)})"


def ahead(when: datetime, now: datetime) -> str:
    """`in 3 h (2026-03-02 04:00 UTC)`."""
    return f"in {in_brief(when - now)} ({moment(when)})"
