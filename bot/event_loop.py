"""Cooperation in long computations on the event loop."""

import asyncio

PAUSE = 0.002  # seconds


async def let_others_run() -> None:
    """Give the event loop to everybody else for some of its turns; to be called after each millisecond or two of work.

    `asyncio.sleep(0)` gives it up for one turn. An ack takes some forty turns, each of which would then wait for a
    slice of the same computation.
    """
    await asyncio.sleep(PAUSE)
