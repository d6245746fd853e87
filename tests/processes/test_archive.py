"""Archiving by real processes: beside a bot that writes, and killed at any moment."""

import asyncio
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from bot.domain.events import Event, EventKind
from bot.store import audit_log, operations
from bot.store.connection.database import open_database, writing
from tests.processes.world import PATIENCE
from tests.store.archives import ids, rows, verified
from tests.store.samples import proposed

pytestmark = pytest.mark.anyio

ENTRIES = 6_000  # several pieces, and far longer to archive than the latest kill waits
KILLS = 6
COMMAND = ("archive", "--older-than", "400d", "old.db")


def with_old_entries(world, count):
    """Half of them are about previews that nobody confirmed, two entries each."""
    old = world.clock.now() - timedelta(days=500)
    with open_database(world.database) as db, writing(db):
        for number in range(count // 4):
            operation = proposed(f"old-{number:05}", pipeline=f"pipeline-{number % 7}")
            operations.insert(db, "operations", operations.row_of_operation(operation))
            for _ in range(2):
                audit_log.append(db, Event(EventKind.PROPOSED, old), operation)
        for number in range(count // 2):
            audit_log.append(db, Event(EventKind.CLOCK_RESET, old, {"number": number}))


def archived_up_to(world):
    with closing(sqlite3.connect(world.database)) as db:
        return db.execute("SELECT coalesce(max(last_entry), 0) FROM archives").fetchone()[0]


def in_both(world, file):
    """Entries are in the archive first, and in the database until then: at no moment in neither."""
    found = set(ids(world.database)) | (set(ids(file)) if file.exists() else set())
    return found >= set(range(1, ENTRIES + 1))


async def test_killed_at_any_moment_it_is_finished_by_the_next_one(world):
    """Nothing is lost or twice, and both files verify after each kill."""
    with_old_entries(world, ENTRIES)
    world.operator("ana")
    before = rows(world.database, "events", f"id <= {ENTRIES}")
    file = world.folder / "old.db"
    reached = []
    for kill in range(KILLS):
        done = archived_up_to(world)
        async with world.bot(*COMMAND) as process, asyncio.timeout(PATIENCE):
            # From the first file that it writes to the middle of the first pieces.
            while not (file.exists() or any(world.folder.glob(".old.db.*.part"))):  # noqa: ASYNC110 - a file is what is awaited
                await asyncio.sleep(0.001)
            if kill % 2:
                while archived_up_to(world) == done:  # noqa: ASYNC110 - the same
                    await asyncio.sleep(0.001)
            await asyncio.sleep(0.02 * kill)  # waits for nothing: the moment is what is tried
            process.is_told(signal.SIGKILL)
            ended = await process.ends()
        reached.append((ended, archived_up_to(world)))
        assert in_both(world, file), reached
        assert verified(world.database, full=True).broken is None
        if file.exists():
            assert verified(file, full=True).broken is None
        if ended == 0:
            break
    assert reached[0][0] == -signal.SIGKILL
    async with world.bot(*COMMAND) as process:
        assert await process.ends() == 0, process.stderr
    last = archived_up_to(world)
    assert last == ENTRIES
    assert rows(file, "events") == before
    assert len(ids(file, "operations")) == ENTRIES // 4
    assert ids(world.database, "operations") == []
    assert (verified(world.database).archived, verified(file).newest[0]) == (last, last)


async def test_beside_a_bot_that_writes(world):
    """The bot neither stops nor notices; people's requests go on meanwhile."""
    world.feldera.adds("payments", clear_takes=0.2)
    with_old_entries(world, ENTRIES)
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        async with world.bot(*COMMAND) as process:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            assert await process.ends() == 0, process.stderr
        await world.confirms_a_clear(ana, "payments")
        await world.until_told("Cleared `payments`")
        assert await bot.stops() == 0
        assert [bot.logged(event) for event in ("database_lost", "store_unavailable")] == [[], []]
    checked = verified(world.database)
    assert (checked.broken, checked.archived) == (None, ENTRIES)
    assert verified(world.folder / "old.db").broken is None
