"""A machine's two clocks beneath the bot's own: the wall clock, which somebody may set, and the seconds since it booted."""

import asyncio
from datetime import datetime, timedelta

from bot.clock import SteadyClock
from tests.clock import MovableClock


class Machine:
    """`world` is the time that really passes; the wall clock shows it until a test sets it wrong."""

    def __init__(self, world: MovableClock, *, boot: str | None = "boot-1") -> None:
        self.boot = boot
        self.world = world
        self._booted_at = world.now()
        self._wrong_by = timedelta(0)

    def wall(self) -> datetime:
        return self.world.now() + self._wrong_by

    def boottime(self) -> float:
        return (self.world.now() - self._booted_at).total_seconds()

    def wall_clock_jumps(self, **duration: float) -> None:
        self._wrong_by += timedelta(**duration)

    def reboots(self) -> None:
        """Another boot, another count of seconds. How long that takes is the test's business."""
        self.boot = f"{self.boot}, then another"
        self._booted_at = self.world.now()

    def clock(self) -> "NobodyWaits":
        """The bot's clock on this machine, as a process has it when it starts."""
        return NobodyWaits(self.wall, self.boottime, self.boot)


class NobodyWaits(SteadyClock):
    async def wait(self, _wake: asyncio.Event, _until: datetime | None) -> None:
        raise AssertionError("stories move work forward tick by tick; nothing of theirs waits on the clock")
