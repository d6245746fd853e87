"""Cooperation in long computations on the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

PAUSE = 0.002  # seconds

_T = TypeVar("_T")


async def let_others_run() -> None:
    """Give the event loop to everybody else for some of its turns; to be called after each millisecond or two of work.

    `asyncio.sleep(0)` gives it up for one turn. An ack takes some forty turns, each of which would then wait for a
    slice of the same computation.
    """
    await asyncio.sleep(PAUSE)


async def in_slices(items: Iterable[_T], size: int) -> AsyncIterator[_T]:
    """Each of the items; after each `size` of them others run. What takes a slice should be a millisecond or two."""
    for place, item in enumerate(items, 1):
        yield item
        if place % size == 0:
            await let_others_run()
