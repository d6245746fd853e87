"""Whoever reads waits for nobody who writes, and reads the database that was opened or nothing at all."""

import asyncio
from contextlib import aclosing

import pytest

from bot.domain.access.permissions import Role
from bot.domain.ids import TeamId
from bot.domain.operations.operation import State
from bot.engine.ports import DatabaseLost
from bot.store.connection.database import open_database
from bot.store.store import SqliteStore
from tests.clock import START
from tests.operations import changed
from tests.store.samples import ANA, CARD, EVERYBODY, PROPOSED, becomes, confirmed, held_up, proposed

pytestmark = pytest.mark.anyio

READS = {
    "facts": lambda store: store.access_data(EVERYBODY),
    "granted_groups": lambda store: store.granted_groups(None, frozenset()),
    "grants": lambda store: store.grants(),
    "grants of a role": lambda store: store.grants(Role.ADMIN),
    "rules": lambda store: store.rules(),
    "freezes": lambda store: store.freezes(START),
    "history": lambda store: store.history(limit=10),
    "access_requests": lambda store: store.access_requests(ANA, START),
    "head": lambda store: store.head(),
    "operation": lambda store: store.operation("op-1"),
    "operations_beginning": lambda store: store.operations_beginning("op"),
    "pending": lambda store: store.pending(),
    "live_on": lambda store: store.live_on("orders"),
    "pending_on": lambda store: store.pending_on("orders"),
    "ended_on": lambda store: store.ended_on("orders", 3),
    "last_cleared_at": lambda store: store.last_cleared_at("orders"),
    "unannounced": lambda store: store.unannounced(),
    "team": lambda store: store.workspace.team(),
}


async def test_nobody_who_reads_waits_for_a_write(store):
    """All of them, while a transaction is under way; they read what was there before it."""
    await store.propose(proposed(), PROPOSED)
    async with held_up(store):
        for read in READS.values():
            await read(store)
        assert (await store.operation("op-1")).state is State.PROPOSED
        assert store.last_underway() == ()
    assert (await store.operation("op-1")).state is State.READY


async def test_what_was_written_is_read_at_once(store):
    for turn in range(20):
        await store.workspace.remember_team(TeamId(f"T{turn}"))
        assert await store.workspace.team() == f"T{turn}"


async def test_a_click_overtakes_what_can_wait(store):
    """One piece of housekeeping may be under way already; the rest comes after whoever waits for an answer."""
    for name in ("op-1", "op-2"):
        await store.propose(proposed(name, pipeline=name), PROPOSED)
    done = []

    async def does(what, work):
        await work
        done.append(what)

    async with held_up(store):
        tasks = [
            asyncio.create_task(does(number, store.background.done(f"errand {number}", START)))
            for number in range(3)
        ]
        await asyncio.sleep(0)  # a turn of the loop: they stand in line
        tasks.append(asyncio.create_task(does("click", store.change("op-2", confirmed(), memberships={}))))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert done == [0, "click", 1, 2]


@pytest.mark.parametrize("read", ["facts", "unannounced"])
async def test_whoever_reads_notices_a_replaced_file(path, tmp_path, read):
    store = SqliteStore.open(path)
    await store.propose(proposed(), PROPOSED)
    with open_database(tmp_path / "other.db"):
        pass
    (tmp_path / "other.db").rename(path)
    with pytest.raises(DatabaseLost):
        await READS[read](store)
    with pytest.raises(DatabaseLost):
        await store.workspace.remember_team(TeamId("T1"))
    await store.aclose()


async def test_whoever_reads_notices_a_copy_that_was_restored(path, tmp_path):
    """Into the same file, by SQLite itself: only the record tells that it is another past."""
    async with aclosing(SqliteStore.open(path)) as store:
        await store.propose(proposed(), PROPOSED)
        with open_database(path) as db, open_database(tmp_path / "backup.db") as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.conn.backup(db.conn)
        with pytest.raises(DatabaseLost):
            await store.pending()


async def test_a_wake_reads_no_rows_again(store, path):
    """What is under way is kept in memory: the rows are read again once somebody else has written, and not before."""
    statements = []
    await store.propose(proposed(), PROPOSED)
    await store.change("op-1", confirmed(), memberships={})
    assert await store.underway() == store.last_underway() == (await store.operation("op-1"),)
    await store._write(lambda db: db.conn.set_trace_callback(statements.append))
    await store.change("op-1", becomes(card=CARD), memberships={})
    await store.rendered("op-1", 3)
    statements.clear()
    (known,) = await store.underway()
    assert (known.display.card, known.version, known.display.rendered_version) == (CARD, 3, 3)
    assert [statement for statement in statements if "operations" in statement] == []
    with open_database(path) as shell:
        shell.execute("UPDATE operations SET document = json_set(document, '$.reason', 'said in the shell')")
        shell.conn.commit()
    assert store.last_underway() == (known,)
    (now,) = await store.underway()
    assert now.reason == "said in the shell"
    assert store.last_underway() == (now,)
    await store.change("op-1", becomes(state=State.SUCCEEDED), memberships={})
    assert store.last_underway() == ()


async def test_what_is_no_news_is_kept_in_memory_alone(store):
    """Nothing of it is in the row; the next decision goes by it all the same, and writes it if there is news."""
    await store.propose(proposed(), PROPOSED)
    await store.change("op-1", confirmed(), memberships={})
    stored = await store.operation("op-1")
    await store.change("op-1", becomes(version=2, due_at=START.replace(hour=9), failures=1), memberships={})
    assert await store.operation("op-1") == stored
    (known,) = await store.underway()
    assert (known.due_at, known.outage.failures) == (START.replace(hour=9), 1)

    def fails_again(operation, access_data):
        return becomes(version=3, failures=operation.outage.failures + 1, failing_since=START)(
            operation, access_data
        )

    await store.change_all([("op-1", fails_again)])
    row = await store.operation("op-1")
    assert (row.outage.failures, row.outage.failing_since, row.due_at) == (2, START, START.replace(hour=9))


async def test_what_a_look_found_is_kept_where_the_card_was_edited_meanwhile(store):
    await store.propose(proposed(), PROPOSED)
    await store.change("op-1", confirmed(), memberships={})
    (before,) = await store.underway()
    await store.rendered("op-1", before.version)
    store.keep([(before, changed(before, due_at=START.replace(hour=9), failures=1))])
    (known,) = await store.underway()
    assert (known.due_at, known.outage.failures) == (START.replace(hour=9), 1)
    assert known.display.rendered_version == before.version > before.display.rendered_version


async def test_what_is_written_at_once_is_written_whole_or_not_at_all(store):
    for name in ("op-1", "op-2"):
        await store.propose(proposed(name, pipeline=name), PROPOSED)

    def breaks(_operation, _access_data):
        raise LookupError

    with pytest.raises(LookupError):
        await store.change_all([("op-1", confirmed()), ("op-2", breaks)])
    assert (await store.operation("op-1")).state is State.PROPOSED
    assert store.last_underway() == ()
    made = await store.change_all([("op-1", confirmed()), ("op-3", confirmed()), ("op-2", confirmed())])
    assert [after and after.operation.id for after in made] == ["op-1", None, "op-2"]
    assert store.last_underway() == (await store.operation("op-1"), await store.operation("op-2"))
