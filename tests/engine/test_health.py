"""What the health page says of the database."""

import asyncio
import threading

import pytest

from bot.bootstrap import _health
from bot.engine.health import Health
from bot.engine.store_watch import StoreWatch
from bot.store.store import SqliteStore
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


async def test_a_database_that_takes_no_writes_does_not_answer(tmp_path):
    """A disk that hangs in a write lets reads go on: the bot looks well, and does nothing."""
    store, clock = SqliteStore.open(tmp_path / "bot.db"), MovableClock()
    watch, disk_answers = StoreWatch(store, clock), threading.Event()

    async def health():
        return await _health(store.background, watch, tuple)

    writing = asyncio.create_task(store._connections.write(lambda _db: disk_answers.wait()))
    await asyncio.sleep(0)
    watching = asyncio.create_task(watch.tick())
    await asyncio.sleep(0)
    assert await health() == Health()
    clock.passes(seconds=11)
    assert await health() == Health(ok=False, reasons=("The database does not answer.",))
    disk_answers.set()
    await asyncio.gather(writing, watching)
    assert await health() == Health()
    await store.aclose()
