"""Quantities in words: durations and sizes. Pure."""

from datetime import timedelta

import humanize


def duration(seconds: int) -> str:
    """`8 seconds`, `2 minutes and 5 seconds`, `1 hour and 10 minutes`."""
    return humanize.precisedelta(timedelta(seconds=seconds), format="%d")


def size(count: int) -> str:
    """Bytes as people say them: `512 Bytes`, `1.5 MiB`."""
    return humanize.naturalsize(count, binary=True)


def exactly(span: timedelta) -> str:
    """A length that a rule sets, as short as `left` but never rounded: `30 s`, `90 s`, `45 min`, `1 h`."""
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds % 60 else left(span)


def left(span: timedelta) -> str:
    """How long until a deadline, at a glance: `2 d 3 h`, `3 h 40 min`, `42 min`; seconds only under a minute."""
    seconds = max(round(span.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    days, minutes = divmod(round(seconds / 60), 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
