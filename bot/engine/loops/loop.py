"""Runs a level-triggered loop: tick, wait until something is due or it is woken, and repeat."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from bot.engine.ports import Clock, DatabaseLost, StoreUnavailable

STORE_TRIED_AGAIN_AFTER = timedelta(seconds=2)


class Loop(Protocol):
    wake: asyncio.Event

    @property
    def clock(self) -> Clock: ...

    async def tick(self) -> datetime | None:
        """Do what is due; return when the next is due."""
        ...


async def keep_ticking(loop: Loop, stopping: asyncio.Event) -> None:
    """Tick whenever something is due, until `stopping` is set (and `wake` with it).

    An unavailable store is retried after a pause, even if the loop is woken meanwhile: work that is cut short
    wakes it, and would be cut short again at once. Nothing was changed, so nothing is lost.

    Raises:
        StoreLost: the store is gone for good.
    """
    while not stopping.is_set():
        loop.wake.clear()
        try:
            due = await loop.tick()
        except DatabaseLost:
            raise
        except StoreUnavailable:  # the store has logged why
            await loop.clock.wait(stopping, loop.clock.now() + STORE_TRIED_AGAIN_AFTER)
        else:
            await loop.clock.wait(loop.wake, due)
