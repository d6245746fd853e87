"""A clock that runs faster than the world, so that nobody has to watch a minute pass."""

import asyncio
from datetime import datetime, timedelta

from bot.clock import SystemClock


class QuickClock:
    """`bot.engine.ports.Clock`: since `origin`, `speed` seconds pass in each real one, alike in every process."""

    def __init__(self, origin: datetime, speed: float) -> None:
        self.origin = origin
        self.speed = speed
        self._real = SystemClock()

    def now(self) -> datetime:
        return self.origin + (self._real.now() - self.origin) * self.speed

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        left = None if until is None else max(until - self.now(), timedelta(0)) / self.speed
        await self._real.wait(wake, None if left is None else self._real.now() + left)
