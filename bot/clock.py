"""System clocks: with the simulators' demo, the only place that reads or waits for the system's time."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.bot_time import ClockRecord, Jump, Reading, jumped, passed, resumed

COUNTS_SUSPENSION = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the former exists on Linux only
LONGEST_WAIT = 60.0  # seconds; what came due while the machine was suspended is late by no more than this
AT_ONE_MOMENT = 0.1  # seconds in which both clocks must be read; the process may be paused in between
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """`bot.engine.ports.Clock` on the wall clock: for showing the same time as other processes and machines."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(COUNTS_SUSPENSION)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        await _wait(wake, None if until is None else (until - self.now()).total_seconds())


class SteadyClock:
    """`bot.engine.ports.Clock` on the bot's own time (`bot.domain.bot_time`): setting the wall clock does not move it.

    `boottime` counts the seconds since the boot with the id `boot`. Several threads may read it.
    """

    def __init__(self, wall: Callable[[], datetime], boottime: Callable[[], float], boot: str | None) -> None:
        self._wall = wall
        self._boottime = boottime
        self._boot = boot
        self._lock = threading.Lock()
        self._noticed: list[Jump] = []
        self._begin(ClockRecord.first(self.reading()))

    @classmethod
    def of_this_machine(cls) -> "SteadyClock":
        system = SystemClock()
        return cls(system.now, system.monotonic, _this_boot())

    def resume(self, record: ClockRecord | None) -> None:
        """Resume from the database's record. Call it before anything reads the time: this may set it back."""
        with self._lock:
            begun = resumed(record, self.reading())
            self._begin(begun)
            if record is not None and begun.jump is not None and begun.jump != record.jump:
                self._noticed.append(begun.jump)

    def now(self) -> datetime:
        with self._lock:
            return self._follow(self.reading())

    def monotonic(self) -> float:
        return self._boottime()

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        await _wait(wake, None if until is None else (until - self.now()).total_seconds())

    def record(self) -> ClockRecord:
        """The record to resume from later, in this process or another."""
        with self._lock:
            reading = self.reading()
            now = self._follow(reading)
            return replace(self._anchor, time=now, boottime=reading.boottime)

    def jumps(self) -> tuple[Jump, ...]:
        """Jumps of the wall clock that were noticed since the last call."""
        self.now()
        with self._lock:
            noticed = tuple(self._noticed)
            self._noticed.clear()
            return noticed

    def ahead(self) -> timedelta:
        """How far the bot's time is ahead of the wall clock; negative if it is behind."""
        with self._lock:
            reading = self.reading()
            return self._follow(reading) - reading.wall

    def reading(self) -> Reading:
        """The machine's clocks, read now."""
        while True:
            before = self._boottime()
            wall = self._wall()
            if self._boottime() - before < AT_ONE_MOMENT:
                return Reading(wall, before, self._boot)

    def _begin(self, record: ClockRecord) -> None:
        self._anchor = record
        self._counted = record.boottime
        self._passed = 0.0  # seconds of the bot's time since the anchor

    def _follow(self, reading: Reading) -> datetime:
        elapsed = max(reading.boottime - self._counted, 0.0)
        behind = (reading.wall - self._anchor.time).total_seconds() - self._passed
        self._passed += passed(elapsed, behind)
        self._counted += elapsed
        now = self._anchor.time + timedelta(seconds=self._passed)
        by = jumped(self._anchor, reading)
        if by is not None:
            jump = Jump(now, by)
            self._noticed.append(jump)
            self._anchor = replace(self._anchor, booted_at=reading.booted_at, jump=jump)
        return now


async def _wait(wake: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(None if seconds is None else min(max(seconds, 0), LONGEST_WAIT)):
            await wake.wait()
    except TimeoutError:
        return


def _this_boot() -> str | None:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or None
    except OSError:  # not Linux
        return None
