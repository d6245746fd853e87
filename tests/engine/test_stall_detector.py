"""After a process did not run for a while, what was delivered meanwhile comes before what is to be sent."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.engine.loops.stall_detector import STALL, TAKEN_IN_WITHIN, StallDetector
from tests.clock import START

pytestmark = pytest.mark.anyio


class SteppedClock:
    """Each wait ends when a test lets it; time passes only in between, as it does where a process runs or is stopped."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._waiting: list[asyncio.Event] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def wait(self, _wake: asyncio.Event, until: datetime | None) -> None:
        assert until is not None
        while self.now() < until:
            over = asyncio.Event()
            self._waiting.append(over)
            await over.wait()

    async def runs(self, seconds: float) -> None:
        """The process runs: time passes in small steps, and everything that waits for a moment gets it."""
        until = self.seconds + seconds
        while self.seconds < until:
            self.seconds = min(self.seconds + 0.1, until)
            await self.lets_all_go_on()

    def is_stopped_for(self, seconds: float) -> None:
        self.seconds += seconds

    async def lets_all_go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for over in waiting:
            over.set()
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
async def stalls(clock):
    detector = StallDetector(clock)
    beating = asyncio.create_task(detector.run())
    await clock.runs(1)
    yield detector
    beating.cancel()


async def test_a_process_that_runs_is_never_held_up(clock, stalls):
    await clock.runs(30)
    assert not stalls.is_stalled()
    assert await stalls.caught_up() == 0


async def test_a_stall_is_noticed_before_anything_else_runs(clock, stalls):
    """Also where the store's thread goes on first."""
    clock.is_stopped_for(STALL.total_seconds() + 0.1)
    assert stalls.is_stalled()
    await clock.lets_all_go_on()
    assert (stalls.is_stalled(), stalls.count) == (False, 1)


async def test_what_was_delivered_is_taken_in_first(clock, stalls):
    clock.is_stopped_for(3600)
    caught_up = asyncio.create_task(stalls.caught_up())
    await clock.runs(TAKEN_IN_WITHIN.total_seconds() - 0.5)
    assert not caught_up.done()
    await clock.runs(1.5)
    assert caught_up.result() == 1


async def test_nothing_is_detected_where_nothing_beats(clock):
    detector = StallDetector(clock)
    clock.is_stopped_for(3600)
    assert await detector.caught_up() == 0
