"""Runs a level-triggered loop: tick, wait until something is due or it is woken, and repeat."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class TickTimes:
    """When each loop has to be back: from then on it is late, whether a tick takes long or the next one does not come."""

    clock: Clock
    _due: dict[str, datetime | None] = field(default_factory=dict)

    def began(self, name: str) -> None:
        self._due[name] = self.clock.now()

    def ended(self, name: str, due: datetime | None) -> None:
        self._due[name] = due

    def late(self) -> Mapping[str, timedelta]:
        """By how much each loop is late; zero for those that are not."""
        now, none = self.clock.now(), timedelta(0)
        return {name: none if due is None else max(now - due, none) for name, due in self._due.items()}


async def keep_ticking(
    loop: Loop, stopping: asyncio.Event, *, name: str = "", times: TickTimes | None = None
) -> None:
    """Tick whenever something is due, until `stopping` is set (and `wake` with it).

    `times` learns of each tick, under the `name` of the loop.

    An unavailable store is retried after a pause, even if the loop is woken meanwhile: work that is cut short
    wakes it, and would be cut short again at once. Nothing was changed, so nothing is lost.

    Raises:
        StoreLost: the store is gone for good.
    """
    while not stopping.is_set():
        loop.wake.clear()
        if times is not None:
            times.began(name)
        wake = loop.wake
        try:
            due = await loop.tick()
        except DatabaseLost:
            raise
        except StoreUnavailable:  # the store has logged why
            wake, due = stopping, loop.clock.now() + STORE_TRIED_AGAIN_AFTER
        if times is not None:
            times.ended(name, due)
        await loop.clock.wait(wake, due)
