"""What the health page says of the database."""

import asyncio
import threading

import pytest

from bot.engine.health import Health, health
from bot.engine.loops.store_check import StoreCheck
from bot.store.store import SqliteStore
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


async def test_a_database_that_takes_no_writes_does_not_answer(tmp_path):
    """A disk that hangs in a write lets reads go on: the bot looks well, and does nothing."""
    store, clock = SqliteStore.open(tmp_path / "bot.db"), MovableClock()
    watch, disk_answers = StoreCheck(store, clock), threading.Event()

    async def shown():
        return await health(store.background.workspace.team, watch, tuple)

    writing = asyncio.create_task(store._connections.write(lambda _db: disk_answers.wait()))
    await asyncio.sleep(0)
    watching = asyncio.create_task(watch.tick())
    await asyncio.sleep(0)
    assert await shown() == Health()
    clock.passes(seconds=11)
    assert await shown() == Health(ok=False, reasons=("The database does not answer.",))
    disk_answers.set()
    await asyncio.gather(writing, watching)
    assert await shown() == Health()
    await store.aclose()
