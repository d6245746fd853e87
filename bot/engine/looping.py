"""How a level-triggered loop runs: tick, wait until something is due or somebody wakes it, and again."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.engine.ports import Clock, StoreLost, StoreUnavailable

log = structlog.get_logger(__name__)

STORE_TRIED_AGAIN_AFTER = timedelta(seconds=2)


class Loop(Protocol):
    wake: asyncio.Event

    @property
    def clock(self) -> Clock: ...

    async def tick(self) -> datetime | None:
        """Do what is due; return when the next thing is."""
        ...


async def keep_ticking(loop: Loop, stopping: asyncio.Event) -> None:
    """Tick whenever something is due, until `stopping` is set (and `wake` with it).

    A store that cannot be had is said once, and tried again: nothing was changed, so nothing is lost.

    Raises:
        StoreLost: the store is gone for good.
    """
    is_away = False
    while not stopping.is_set():
        loop.wake.clear()
        try:
            due = await loop.tick()
        except StoreLost:
            raise
        except StoreUnavailable as error:
            if not is_away:
                log.warning("store_unavailable", why=error.message)
            is_away = True
            due = loop.clock.now() + STORE_TRIED_AGAIN_AFTER
        else:
            if is_away:
                log.warning("store_available_again")
            is_away = False
        await loop.clock.wait(loop.wake, due)
