"""A simulated clock: it can run faster than the real one, and be advanced, so that nobody has to wait an hour."""

import asyncio
from datetime import datetime, timedelta

from bot.clock import SystemClock


class SimulatedClock:
    """`bot.engine.ports.Clock`: since `origin`, `speed` seconds pass in each real one, plus those it was advanced by.

    Clocks of the same origin, speed and `ahead` show the same time in every process.
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
        """Real seconds: a network is not faster when the clock is."""
        return self._real.monotonic()

    def is_ahead(self, ahead: timedelta) -> None:
        """Set how far the clock is ahead. Everything that waits for a moment checks again whether it has come.

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
