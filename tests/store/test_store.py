"""The store as the engine uses it: beside an event loop, beside another connection, and across a restart."""

import asyncio
import sqlite3
import threading
from contextlib import AsyncExitStack, aclosing, closing

import pytest

from bot.domain.access.authorization import AccessData
from bot.domain.events import EventKind
from bot.domain.ids import TeamId
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import State
from bot.engine.ports import PipelineBusy, Unannounced
from bot.store import operations
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseDamaged, DatabaseReplaced, DatabaseUnusable
from bot.store.store import SqliteStore
from tests.store.samples import CARD, PROPOSED, becomes, confirmed, event, proposed

pytestmark = pytest.mark.anyio


async def test_an_operation_from_proposal_to_its_last_line(store):
    """All the methods of the port, in the order the engine uses them."""
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
    """A bot that starts again reads what the one before it wrote, owed lines too."""
    async with aclosing(SqliteStore.open(path)) as before:
        await before.propose(proposed(), PROPOSED)
        await before.change("op-1", confirmed(), memberships={})
        await before.change("op-1", becomes(event(EventKind.SENT, 2), state=State.SUBMITTING), memberships={})
        written = await before.unannounced()
    async with aclosing(SqliteStore.open(path)) as after:
        assert await after.unannounced() == written


async def test_two_who_confirm_at_once_do_not_both_get_the_pipeline(path):
    """Two connections, many rounds: one operation becomes live, the other is told which one, and stays as it was."""
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(aclosing(SqliteStore.open(path))) for _connection in range(2)
        ]
        for turn in range(20):
            pipeline, names = f"orders-{turn}", (f"a-{turn}", f"b-{turn}")
            for name in names:
                await one.propose(proposed(name, pipeline=pipeline), PROPOSED)
            answers = await asyncio.gather(
                *(
                    asker.change(name, confirmed(), memberships={})
                    for asker, name in zip((one, other), names, strict=True)
                ),
                return_exceptions=True,
            )
            won = [answer for answer in answers if isinstance(answer, Transition)]
            lost = [answer for answer in answers if isinstance(answer, PipelineBusy)]
            assert len(won) == len(lost) == 1
            assert lost[0].holder == won[0].operation == await one.live_on(pipeline)
            rows = [await other.operation(name) for name in names]
            assert sorted(row.state for row in rows) == [State.PROPOSED, State.READY]


async def test_two_who_change_one_operation_at_once_both_count(path):
    """Neither works on a row the other has changed meanwhile: no change is lost."""
    async with AsyncExitStack() as stack:
        stores = [
            await stack.enter_async_context(aclosing(SqliteStore.open(path))) for _connection in range(2)
        ]
        await stores[0].propose(proposed(), PROPOSED)
        await asyncio.gather(
            *(store.change("op-1", becomes(), memberships={}) for store in stores for _turn in range(20))
        )
        row = await stores[0].operation("op-1")
        assert row.version == 41


async def test_a_slow_decision_does_not_hold_up_the_event_loop(store):
    """The store's thread waits, for a disk say; the loop goes on acknowledging clicks."""
    await store.propose(proposed(), PROPOSED)
    begun, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(operation, _access_data):
        loop.call_soon_threadsafe(begun.set)
        assert may_go_on.wait(timeout=10)
        return confirmed()(operation, AccessData(freezes=()))

    changing = asyncio.create_task(store.change("op-1", slow, memberships={}))
    await begun.wait()
    may_go_on.set()
    assert (await changing).operation.state is State.READY


async def test_a_cancelled_change_is_whole_or_not_begun(store):
    """What the thread has begun it finishes; what was still in line is never begun."""
    for name in ("op-1", "op-2"):
        await store.propose(proposed(name, pipeline=name), PROPOSED)
    begun, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(operation, _access_data):
        loop.call_soon_threadsafe(begun.set)
        assert may_go_on.wait(timeout=10)
        return confirmed()(operation, AccessData(freezes=()))

    first = asyncio.create_task(store.change("op-1", slow, memberships={}))
    await begun.wait()
    second = asyncio.create_task(store.change("op-2", confirmed(), memberships={}))
    await asyncio.sleep(0)  # a turn of the loop: the second one stands in line
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    may_go_on.set()
    await store.check()  # in line behind what has begun, like whatever writes
    assert (await store.operation("op-1")).state is State.READY
    assert (await store.operation("op-2")).state is State.PROPOSED


async def test_closing_finishes_what_was_asked(path):
    """A stop does not lose the transaction at hand."""
    store = SqliteStore.open(path)
    await store.propose(proposed(), PROPOSED)
    changing = asyncio.create_task(store.change("op-1", confirmed(), memberships={}))
    await asyncio.sleep(0)
    await store.aclose()
    await changing
    with open_database(path) as db:
        assert operations.find(db, "op-1").state is State.READY


async def test_a_file_that_cannot_be_used_is_refused(tmp_path):
    with pytest.raises(DatabaseUnusable):
        SqliteStore.open(tmp_path)


async def test_the_workspace_is_remembered(store):
    assert await store.team() is None
    await store.remember_team(TeamId("T1"))
    await store.remember_team(TeamId("T2"))
    assert await store.team() == "T2"
    assert await store.grants() == ()


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
    """Whatever is put right under it: what it has read meanwhile proves nothing."""
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
    """The store is lost from then on, whatever it is asked."""
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
