"""The store as the engine uses it: beside an event loop, beside another connection, and across a restart."""

import asyncio
import sqlite3
from contextlib import aclosing, closing

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.engine.ports import Unannounced
from bot.store import operations
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseDamaged, DatabaseReplaced
from bot.store.store import SqliteStore
from tests.store.samples import CARD, PROPOSED, becomes, confirmed, event, held_up, proposed

pytestmark = pytest.mark.anyio


async def test_an_operation_from_proposal_to_its_last_line(store):
    assert await store.operation("op-1") is None
    await store.propose(proposed(), PROPOSED)
    assert await store.operation("op-1") == proposed()
    assert await store.live_on("orders") is None
    await store.change("op-1", confirmed(), memberships={})
    holder = await store.live_on("orders")
    assert holder is not None
    assert (holder.state, holder.version) == (State.READY, 2)
    assert await store.underway() == (holder,)
    assert await store.unannounced() == (Unannounced(holder, ()),)
    await store.change(
        "op-1", becomes(event(EventKind.ENDED, 3), state=State.SUCCEEDED, card=CARD), memberships={}
    )
    (waiting,) = await store.unannounced()
    await store.rendered("op-1", waiting.operation.version)
    await store.posted(tuple(stored.id for stored in waiting.events), "1700000000.000200")
    assert await store.unannounced() == ()
    assert await store.underway() == ()
    await store.change("op-1", becomes(), memberships={})
    assert len(await store.unannounced()) == 1
    await store.abandoned("op-1")
    assert await store.unannounced() == ()


async def test_what_was_stored_is_there_after_a_restart(path):
    async with aclosing(SqliteStore.open(path)) as before:
        await before.propose(proposed(), PROPOSED)
        await before.change("op-1", confirmed(), memberships={})
        await before.change("op-1", becomes(event(EventKind.SENT, 2), state=State.SUBMITTING), memberships={})
        written = await before.unannounced()
    async with aclosing(SqliteStore.open(path)) as after:
        assert await after.unannounced() == written


async def test_a_cancelled_change_is_whole_or_not_begun(store):
    for name in ("op-1", "op-2"):
        await store.propose(proposed(name, pipeline=name), PROPOSED)
    async with held_up(store) as first:
        second = asyncio.create_task(store.change("op-2", confirmed(), memberships={}))
        await asyncio.sleep(0)  # a turn of the loop: the second one stands in line
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
    await store.check()  # in line behind what has begun, like whatever writes
    assert (await store.operation("op-1")).state is State.READY
    assert (await store.operation("op-2")).state is State.PROPOSED


async def test_closing_finishes_what_was_asked(path):
    store = SqliteStore.open(path)
    await store.propose(proposed(), PROPOSED)
    changing = asyncio.create_task(store.change("op-1", confirmed(), memberships={}))
    await asyncio.sleep(0)
    await store.aclose()
    await changing
    with open_database(path) as db:
        assert operations.find(db, "op-1").state is State.READY


async def test_a_file_that_was_replaced_is_not_written_at_the_end(path, tmp_path):
    """Even where nothing was asked of the store since: closing it is the last chance to notice."""
    store = SqliteStore.open(path)
    await store.propose(proposed(), PROPOSED)
    other = tmp_path / "other.db"
    with open_database(other):
        pass
    before = other.read_bytes()
    other.rename(path)
    with pytest.raises(DatabaseReplaced):
        await store.aclose()
    assert path.read_bytes() == before


async def test_a_store_that_was_lost_stays_lost(path):
    store = SqliteStore.open(path)
    link = path.with_name("second.db")
    link.hardlink_to(path)
    with pytest.raises(DatabaseReplaced):
        await store.check()
    link.unlink()
    with pytest.raises(DatabaseReplaced):
        await store.propose(proposed(), PROPOSED)
    await store.aclose()


DAMAGED = "UPDATE operations SET document = json_set(document, '$.created_at', 'soon')"


@pytest.mark.parametrize(
    ("damage", "asks"),
    [
        (DAMAGED, lambda store: store.operation("op-1")),
        (DAMAGED, lambda store: store.underway()),
        ("UPDATE events SET at = 'soon'", lambda store: store.unannounced()),
        ("UPDATE events SET at = 'soon'", lambda store: store.history(limit=5)),
    ],
    ids=["operation", "underway", "unannounced", "history"],
)
async def test_a_row_that_does_not_read_is_damage(path, store, damage, asks):
    await store.propose(proposed(), PROPOSED)
    await store.change("op-1", confirmed(), memberships={})
    await store.change("op-1", becomes(event(EventKind.SENT, 2), state=State.SUBMITTING), memberships={})
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        by_hand.execute("DROP TRIGGER events_do_not_change")
        by_hand.execute(damage)
    with pytest.raises(DatabaseDamaged, match="does not read"):
        await asks(store)
    with pytest.raises(DatabaseDamaged):
        await store.rules()
