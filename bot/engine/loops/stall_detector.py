"""Stall detector: notices that the process did not run for a while (stopped, machine suspended, event loop blocked).

What Slack delivered meanwhile (a click to cancel) waits unread in the operating system, and a request that is
due would overtake it. So after a stall nothing is sent until what was delivered has been processed.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.engine.ports import Clock

log = structlog.get_logger(__name__)

HEARTBEAT = timedelta(seconds=0.5)
STALL = timedelta(seconds=1.5)  # between heartbeats: more than a busy machine or a garbage collection takes
TAKEN_IN_WITHIN = timedelta(seconds=2)  # of running: what waited in the sockets has reached a listener


@dataclass(slots=True)
class StallDetector:
    """Detects nothing before `run` has begun."""

    clock: Clock
    count: int = 0  # stalls noticed so far
    _beat_at: float | None = None  # monotonic seconds, like all that follow
    _resumed_at: float | None = None

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self._notice()
            self._beat_at = self.clock.monotonic()
            await self._pause(HEARTBEAT)

    def is_stalled(self) -> bool:
        """Whether the process has just resumed after a stall that was not noticed yet."""
        return self._beat_at is not None and self.clock.monotonic() - self._beat_at > STALL.total_seconds()

    async def caught_up(self) -> int:
        """Wait until all that was delivered during a stall has been processed; returns `count` as of then."""
        while not self._has_caught_up():
            await self._pause(HEARTBEAT / 5)
        return self.count

    async def _pause(self, duration: timedelta) -> None:
        # A new event each time: a clock that is moved forward sets those that are waited for.
        await self.clock.wait(asyncio.Event(), self.clock.now() + duration)

    def _has_caught_up(self) -> bool:
        if self.is_stalled():
            return False
        if self._resumed_at is None:
            return True
        return self.clock.monotonic() - self._resumed_at > TAKEN_IN_WITHIN.total_seconds()

    def _notice(self) -> None:
        if not self.is_stalled():
            return
        now = self.clock.monotonic()
        log.warning("process_stalled", seconds=round(now - (self._beat_at or now), 1))
        self.count += 1
        self._resumed_at = now
