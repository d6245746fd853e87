"""A clock that can be quicker than the world's, and be moved on, so that nobody has to watch an hour pass."""

import asyncio
from datetime import datetime, timedelta

from bot.clock import SystemClock


class SimulatedClock:
    """`bot.engine.ports.Clock`: since `origin`, `speed` seconds pass in each real one, and those it was moved on by.

    Clocks of the same origin and speed are alike in every process, once each is told by how much it is `ahead`.
    """

    def __init__(self, origin: datetime, *, speed: float = 1.0, ahead: timedelta = timedelta(0)) -> None:
        self.origin = origin
        self.speed = speed
        self.ahead = ahead
        self._real = SystemClock()
        self._waiting: set[asyncio.Event] = set()

    def now(self) -> datetime:
        return self.origin + (self._real.now() - self.origin) * self.speed + self.ahead

    def monotonic(self) -> float:
        """The world's own seconds: a network is not quicker where time is."""
        return self._real.monotonic()

    def is_ahead(self, ahead: timedelta) -> None:
        """Be ahead by so much from now on. Whoever waits for a moment looks again whether it has come.

        Raises:
            ValueError: time would run backwards.
        """
        if ahead < self.ahead:
            raise ValueError("time does not run backwards")
        self.ahead = ahead
        for wake in self._waiting:
            wake.set()

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        left = None if until is None else max(until - self.now(), timedelta(0)) / self.speed
        self._waiting.add(wake)
        try:
            await self._real.wait(wake, None if left is None else self._real.now() + left)
        finally:
            self._waiting.discard(wake)
