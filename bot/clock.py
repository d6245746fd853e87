"""The real clock: the only place, with the simulators' demo, where the system's time is read or waited for."""

import asyncio
import time
from datetime import UTC, datetime

COUNTS_SUSPENSION = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the former is Linux's alone
LONGEST_WAIT = 60.0  # seconds; after a change of the system's time no due moment is missed by more


class SystemClock:
    """`bot.engine.ports.Clock` on the system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(COUNTS_SUSPENSION)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        timeout = None if until is None else min(max((until - self.now()).total_seconds(), 0), LONGEST_WAIT)
        try:
            async with asyncio.timeout(timeout):
                await wake.wait()
        except TimeoutError:
            return
