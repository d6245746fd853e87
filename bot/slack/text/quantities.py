"""Quantities in words: durations and sizes. Pure."""

from datetime import timedelta

import humanize


def duration(seconds: int) -> str:
    """`8 seconds`, `2 minutes and 5 seconds`, `1 hour and 10 minutes`."""
    return humanize.precisedelta(timedelta(seconds=seconds), format="%d")


def size(count: int) -> str:
    """Bytes as people say them: `512 Bytes`, `1.5 MiB`."""
    return humanize.naturalsize(count, binary=True)
