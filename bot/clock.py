"""The real clocks: the only place, with the simulators' demo, where the system's time is read or waited for."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.bot_time import ClockRecord, Jump, Reading, jumped, passed, resumed

COUNTS_SUSPENSION = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the former is Linux's alone
LONGEST_WAIT = 60.0  # seconds; what is due while the machine is suspended is not late by more once it wakes
AT_ONE_MOMENT = 0.1  # seconds between which two clocks are read; a process may be frozen in between
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """`bot.engine.ports.Clock` on the wall clock: for whoever has to show the same time as other processes and machines."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(COUNTS_SUSPENSION)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        await _wait(wake, None if until is None else (until - self.now()).total_seconds())


class SteadyClock:
    """`bot.engine.ports.Clock` on the bot's own time (`bot.domain.bot_time`), which no setting of the wall clock moves.

    `boottime` counts the seconds since the boot whose name is `boot`. It may be read by several threads.
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
        """Go on from what the database has. Before anybody asks for the time: it may go back by this."""
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
        """What to go on from later, in this process or another."""
        with self._lock:
            reading = self.reading()
            now = self._follow(reading)
            return replace(self._anchor, time=now, boottime=reading.boottime)

    def jumps(self) -> tuple[Jump, ...]:
        """Those of the wall clock that were noticed since this was last asked."""
        self.now()
        with self._lock:
            noticed = tuple(self._noticed)
            self._noticed.clear()
            return noticed

    def ahead(self) -> timedelta:
        """How far the bot's time is before the wall clock's; negative where it is behind."""
        with self._lock:
            reading = self.reading()
            return self._follow(reading) - reading.wall

    def reading(self) -> Reading:
        """What the machine's clocks show now."""
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
