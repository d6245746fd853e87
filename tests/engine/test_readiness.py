"""What readiness says while a loop does not come back, and before and after the bot works."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.engine.health import Health
from bot.engine.loops.loop import TickTimes, keep_ticking
from bot.engine.readiness import Readiness
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


class PatientClock(MovableClock):
    """Whoever waits is woken by the event alone."""

    async def wait(self, wake: asyncio.Event, _until: datetime | None) -> None:
        await wake.wait()


class SlowLoop:
    """Each tick takes until `goes_on` is set; the next one is due ten seconds later."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.wake = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def tick(self) -> datetime:
        await self.goes_on.wait()
        return self.clock.now() + timedelta(seconds=10)


async def healthy() -> Health:
    return Health(reasons=("worth knowing",))


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_loop_that_does_not_come_back():
    """Whether its tick hangs, or the next one does not begin although it is due."""
    clock, stopping = PatientClock(), asyncio.Event()
    readiness = Readiness(stopping, TickTimes(clock))
    readiness.started(healthy)
    loop = SlowLoop(clock)
    ticking = asyncio.create_task(
        keep_ticking(loop, stopping, name="driver", times=readiness.times_of("driver"))
    )
    await turns()
    clock.passes(seconds=90)
    assert (await readiness.ready()).ok
    clock.passes(seconds=1)
    assert await readiness.ready() == Health(ok=False, reasons=("The loop driver is 91 s late.",))
    assert (await readiness.health()).ok
    loop.goes_on.set()
    await turns()
    assert await readiness.ready() == Health(reasons=("worth knowing",))
    clock.passes(seconds=100)
    assert (await readiness.ready()).ok
    clock.passes(seconds=1)
    assert await readiness.ready() == Health(ok=False, reasons=("The loop driver is 91 s late.",))
    loop.wake.set()
    await turns()
    assert (await readiness.ready()).ok
    stopping.set()
    loop.wake.set()
    await ticking


async def test_loops_that_may_wait_for_slack_are_not_watched():
    readiness = Readiness(asyncio.Event(), TickTimes(MovableClock()))
    assert readiness.times_of("delivery") is None
    assert readiness.times_of("store_check") is readiness.times


async def test_before_it_works_and_once_it_leaves():
    """While it waits for Slack, the process is alive, and nothing has to be restarted."""
    readiness = Readiness(asyncio.Event(), TickTimes(MovableClock()))
    assert await readiness.health() == Health(reasons=("The bot is starting.",))
    assert await readiness.ready() == Health(ok=False, reasons=("The bot is starting.",))
    readiness.waits_for("Slack is away.")
    assert await readiness.health() == Health(reasons=("The bot is starting.", "Slack is away."))
    assert (await readiness.ready()).reasons == ("The bot is starting.", "Slack is away.")
    readiness.waits_for("")
    assert (await readiness.ready()).reasons == ("The bot is starting.",)
    readiness.started(healthy, lambda: None, lambda: "Slack is gone.")
    assert await readiness.ready() == Health(ok=False, reasons=("Slack is gone.",))
    readiness.stopping.set()
    assert await readiness.ready() == Health(ok=False, reasons=("The bot is stopping.",))
    assert (await readiness.health()).ok
