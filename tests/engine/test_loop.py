"""A store that takes nothing is tried again at its pace, however much wakes the loop; it and its end are said once."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.engine.loops.driver import Driver
from bot.engine.loops.loop import STORE_TRIED_AGAIN_AFTER, keep_ticking
from tests.clock import MovableClock
from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


@dataclass
class Pauses:
    """The clock of a loop: it ends a wait for a moment when a test has it pass, and tells of waits that no wake ends."""

    clock: MovableClock
    begun: asyncio.Queue[timedelta | None] = field(default_factory=asyncio.Queue)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        self.begun.put_nowait(None if until is None else until - self.now())
        moment = asyncio.create_task(self.over.wait())
        woken = asyncio.create_task(wake.wait())
        _, waiting = await asyncio.wait([moment, woken], return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    def passes(self, span: timedelta) -> None:
        self.clock.moves_to(self.now() + span)
        self.over.set()
        self.over.clear()


@dataclass
class Paused:
    """The bot's driver, with pauses that the test can see."""

    driver: Driver
    clock: Pauses

    @property
    def wake(self) -> asyncio.Event:
        return self.driver.wake

    async def tick(self) -> datetime | None:
        return await self.driver.tick()


def test_a_disk_that_takes_nothing_is_tried_again_after_a_pause(workspace):
    """An operation that has ended waits to be written: Feldera is not asked, and nothing logged, many times a second."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=5)
    workspace.feldera.unsticks("orders")
    workspace.disk_takes_nothing()
    workspace.clock.passes(seconds=20)
    looks = len(workspace.feldera.requests)

    def lines(event: str) -> int:
        return sum(line.split()[0] == event for line in workspace.logged)

    async def story() -> None:
        stopping, driver = asyncio.Event(), workspace.bot.driver
        pauses = Pauses(workspace.clock)
        running = asyncio.create_task(keep_ticking(Paused(driver, pauses), stopping))
        for tried in (1, 2):
            while await pauses.begun.get() != STORE_TRIED_AGAIN_AFTER:
                pass
            for _ in range(50):  # whatever wakes it: a click, a card that was placed
                driver.wake.set()
                await asyncio.sleep(0)
            assert lines("store_unavailable") == 1
            assert lines("store_available_again") == 0
            assert len(workspace.feldera.requests) - looks <= 2 * tried, "a look, and who answers it"
            pauses.passes(STORE_TRIED_AGAIN_AFTER)
        await workspace.bot.store._write(lambda db: db.execute("PRAGMA query_only = OFF"))
        while not lines("store_available_again"):
            pauses.passes(STORE_TRIED_AGAIN_AFTER)
            await pauses.begun.get()
        stopping.set()
        driver.wake.set()
        await running
        await driver.finished()

    workspace.run(story())
    workspace.passes(minutes=1)
    assert "✅ Cleared after" in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared")
    assert lines("store_available_again") == 1
