"""The record can be proved: whatever is changed in it by hand, removed, moved or cut off is found, and named."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlite_utils import Database

from bot.domain.access.changes import SetFreeze
from bot.domain.audit_chain import GENESIS, Broken
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.store import audit_log, audit_verification, operations
from bot.store.connection.database import open_database, writing
from bot.store.errors import DatabaseUnusable, RecordDamaged
from bot.store.shell_store import Administration
from tests.store.samples import ANA, BEN, PROPOSED, at, becomes, change, event, proposed, requested

COLUMNS = ("id", "operation", "pipeline", "kind", "at", "by_team", "by_user", "data", "hash")
UNTRUE = "was changed, or is not where it was written"
UNREADABLE = "was changed: it cannot be read as an entry"


@pytest.fixture
def record(path, db):
    """Seven entries: of people and of nobody, of an operation and of none."""
    operations.propose(db, proposed(), PROPOSED)
    change(db, "op-1", requested())
    change(db, "op-1", becomes(event(EventKind.APPROVED, 2, by=BEN, count=1, needed=1), state=State.READY))
    operations.note(db, event(EventKind.REFUSED, 3, by=ANA, pipeline="clicks", why="no grant: „é“"), None)
    operations.note(db, event(EventKind.REFUSED, 4, by=BEN), "op-1")
    with Administration.open(path) as shell:
        shell.administer(SetFreeze("orders-*", at(60), "move"), by="shell:root", now=at(5))
    change(db, "op-1", becomes(event(EventKind.ENDED, 6, ending="cleared"), state=State.SUCCEEDED))
    return db


@pytest.fixture
def by_hand(path, record):
    """The file in the hands of somebody who has done away with all that stood in their way."""
    assert audit_verification.verify(record).broken is None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield Database(connection, execute_plugins=False)


@contextmanager
def undone(db):
    """What is done to the file in here is undone afterwards."""
    db.execute("BEGIN")
    yield
    db.execute("ROLLBACK")


def value(db, column, row):
    return db.execute(f"SELECT {column} FROM events WHERE id = ?", (row,)).fetchone()[0]  # noqa: S608


def set_value(db, column, row, new):
    db.execute(f"UPDATE events SET {column} = ? WHERE id = ?", (new, row))  # noqa: S608


def test_entries_count_from_one_and_each_has_its_own_hash(record, tmp_path):
    entries = list(audit_log.entries(record))
    assert [entry.id for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.operation for entry in entries] == ["op-1", "op-1", "op-1", None, "op-1", None, "op-1"]
    assert audit_log.head(record) == (7, entries[-1].hash)
    assert len({entry.hash for entry in entries}) == 7
    assert audit_verification.verify(record).broken is None
    with open_database(tmp_path / "empty.db") as empty:
        assert audit_log.head(empty) == (0, GENESIS)
        assert audit_verification.verify(empty, [(0, GENESIS)]).broken is None
        assert list(audit_log.entries(empty)) == []


@pytest.mark.parametrize("row", [1, 4, 7])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_value_is_found(by_hand, row, column):
    others = {
        "id": (99, -1),
        "kind": ("sent", "no kind", b"sent"),
        "at": ("2026-03-02T03:00:01.000000+00:00", "never", "0001-01-01T00:00:00.000000+14:00", 7),
        "data": ('{"x": 1}', "[]", "{", "7", "", '{"pipeline": "orders"}', b"{}", "[" * 100_000),
    }.get(column, ("U0EVE", "", None, b"op-1", 7, "f" * 64))
    was = value(by_hand, column, row)
    for other in others:
        if other == was:
            continue
        with undone(by_hand):
            if other is None and column == "hash":
                with pytest.raises(sqlite3.IntegrityError):
                    set_value(by_hand, column, row, other)
                continue
            set_value(by_hand, column, row, other)
            found = audit_verification.verify(by_hand).broken
        assert found is not None, other
        assert found.id in ({row, other} if column == "id" else {row}), other
    assert audit_verification.verify(by_hand).broken is None


@pytest.mark.parametrize("row", [3, 4])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_flipped_bit_is_found(by_hand, row, column):
    was = value(by_hand, column, row)
    content = (was or 0).to_bytes(8, "big") if column == "id" else (was or "").encode()
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        with undone(by_hand):
            if column == "id":
                moved_to = int.from_bytes(flipped, "big", signed=True)
                if 1 <= moved_to <= 7:  # another row's: no file has two of one id
                    by_hand.execute("DELETE FROM events WHERE id = ?", (moved_to,))
                set_value(by_hand, column, row, moved_to)
                suspects = {row, moved_to}
            else:
                by_hand.execute(
                    f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE id = ?",  # noqa: S608
                    (bytes(flipped), row),
                )
                suspects = {row}
            found = audit_verification.verify(by_hand).broken
        assert found is not None, bytes(flipped)
        assert found.id in suspects, bytes(flipped)
    assert audit_verification.verify(by_hand).broken is None


@pytest.mark.parametrize(
    "change_it",
    [
        "data = replace(data, ':', ' :')",
        "data = replace(data, 'count', 'c\\u006funt')",
        "data = CAST(data AS BLOB)",
        "at = replace(at, 'T', ' ')",
        "at = replace(at, '03:02:00.000000+00:00', '04:02:00.000000+01:00')",
        "kind = CAST(kind AS BLOB)",
        "operation = CAST(operation AS BLOB), pipeline = NULL",
    ],
)
def test_the_same_in_other_words_is_found(by_hand, change_it):
    """It reads as it did, but nobody wrote it so."""
    by_hand.execute(f"UPDATE events SET {change_it} WHERE id = 3")  # noqa: S608
    assert audit_verification.verify(by_hand).broken == Broken(3, UNREADABLE)


def test_a_missing_row_is_found(by_hand):
    """Named by the gap that it left, even if what follows is damaged as well."""
    by_hand.execute("DELETE FROM events WHERE id = 4")
    set_value(by_hand, "kind", 5, "no kind")
    assert audit_verification.verify(by_hand).broken == Broken(4, "is missing: the next one is 5")


def test_swapped_rows_are_found(by_hand):
    for was, becomes_row in ((4, 0), (5, 4), (0, 5)):
        set_value(by_hand, "id", was, becomes_row)
    assert audit_verification.verify(by_hand).broken == Broken(4, UNTRUE)


@pytest.mark.parametrize("number", [8, 0])
def test_a_row_that_was_put_in_is_found(by_hand, number):
    columns = "operation, pipeline, kind, at, by_team, by_user, data, hash"
    by_hand.execute(
        f"INSERT INTO events (id, {columns}) SELECT ?, {columns} FROM events WHERE id = 7",  # noqa: S608
        (number,),
    )
    assert audit_verification.verify(by_hand).broken.id == number


def test_a_cut_tail_is_found_by_a_head_that_was_noted(by_hand):
    """The chain alone cannot show it: that is why its head is told to the world outside."""
    noted = audit_log.head(by_hand)
    by_hand.execute("DELETE FROM events WHERE id >= 6")
    assert audit_verification.verify(by_hand).broken is None
    assert audit_verification.verify(by_hand, [noted]).broken == Broken(
        7, "is missing: the end of the audit log was removed"
    )


def test_a_tail_that_was_written_anew_is_found_by_a_head_that_was_noted(by_hand):
    """Cut off and continued: the numbers are there again, but they are other entries."""
    noted = audit_log.head(by_hand)
    by_hand.execute("DELETE FROM postings WHERE event = 7")
    by_hand.execute("DELETE FROM events WHERE id = 7")
    for minute in (7, 8):
        operations.note(by_hand, event(EventKind.REFUSED, minute, by=ANA), None)
    assert audit_verification.verify(by_hand).broken is None
    assert audit_verification.verify(by_hand, [noted]).broken == Broken(
        7, "has another hash than the one saved for it"
    )


def test_a_record_whose_operation_was_given_another_pipeline_is_broken(by_hand):
    """Whom the entries are about cannot be moved either: the history of a pipeline is found by it."""
    by_hand.execute("UPDATE operations SET pipeline = 'clicks'")
    assert audit_verification.verify(by_hand).broken == Broken(1, UNREADABLE)


def test_a_damaged_record_is_not_exported_as_if_nothing_were(path, by_hand):
    set_value(by_hand, "at", 3, "never")
    with Administration.open(path) as shell:
        read = []
        with pytest.raises(RecordDamaged, match="Entry 3 of the audit log was changed"):
            read.extend(entry.id for entry in shell.entries() if read.append(entry.id))
        assert read == [1, 2]
        assert shell.verify().broken == Broken(3, UNREADABLE)


def test_a_file_that_does_not_read_at_all_is_said_to_be_so(path, record):
    for minute in range(200):
        operations.note(record, event(EventKind.REFUSED, minute, by=ANA, why="x" * 500), None)
    record.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = record.execute("PRAGMA page_size").fetchone()
    (root,) = record.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    record.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)
    with Administration.open(path) as shell, pytest.raises(DatabaseUnusable, match="record cannot be read"):
        shell.verify()


def test_a_long_record_is_read_piece_by_piece(record):
    with writing(record):
        for number in range(2 * audit_log.BATCH):
            audit_log.append(record, event(EventKind.REFUSED, 10 + number, by=ANA))
    last = 2 * audit_log.BATCH + 7
    assert [entry.id for entry in audit_log.entries(record)] == list(range(1, last + 1))
    assert [entry.id for entry in audit_log.entries(record, at(6))] == list(range(7, last + 1))
    assert [entry.id for entry in audit_log.entries(record, at(9 + 2 * audit_log.BATCH))] == [last]
    assert list(audit_log.entries(record, at(10 + 2 * audit_log.BATCH))) == []
    assert audit_verification.verify(record, [audit_log.head(record)]).broken is None


def test_entries_of_some_kinds_are_read_without_the_others(record):
    kinds = [EventKind.APPROVED, EventKind.ENDED]
    assert [(entry.id, entry.event.kind) for entry in audit_log.entries(record, kinds=kinds)] == [
        (3, EventKind.APPROVED),
        (7, EventKind.ENDED),
    ]


def test_the_record_can_grow_while_it_is_read(record):
    entries = audit_log.entries(record)
    assert next(entries).id == 1
    operations.note(record, event(EventKind.REFUSED, 9, by=ANA), None)
    assert [entry.id for entry in entries] == [2, 3, 4, 5, 6, 7, 8]
    assert audit_verification.verify(record, [audit_log.head(record)]).broken is None
