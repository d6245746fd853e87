"""An archive takes the oldest entries with what they are about; what remains, and the archive, verify as one chain."""

import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit_chain import GENESIS
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.store import archived_entries, audit_log, operations
from bot.store.archive import archiving
from bot.store.archive.archive_file import opened
from bot.store.archive.archiving import plan
from bot.store.backup.verification import no_progress
from bot.store.connection.database import open_database
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable, RecordDamaged
from bot.store.schema.migrations import migrations
from bot.store.shell_store import Administration
from tests.small_disk import fills, small_disk
from tests.store.archives import (
    NOW,
    ORDER,
    YOUNG,
    archives,
    begins,
    by_hand,
    does_and_ends,
    ids,
    rows,
    two_years,
    verified,
    with_old_work,
)
from tests.store.samples import BEN, at, becomes, change, event


@pytest.fixture
def file(tmp_path):
    folder = tmp_path / "archives"
    folder.mkdir()
    return folder / "archive.db"


def head(path, entry):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT id, hash FROM events WHERE id = ?", (entry,)).fetchone()


def test_what_is_old_moves_and_what_remains_continues_it(path, file):
    two_years(path)
    before = {table: rows(path, table) for table in ("events", "operations", "postings", "grants")}
    anchor = head(path, 8)
    outcome = archives(path, file)
    assert (outcome.first, outcome.last, outcome.operations, outcome.hold) == (1, anchor, 2, None)
    assert rows(file, "events") == before["events"][:8]
    assert rows(path, "events", "id <= 14") == before["events"][8:]
    assert sorted([*rows(file, "operations"), *rows(path, "operations")]) == sorted(before["operations"])
    assert rows(file, "postings") + rows(path, "postings") == before["postings"]
    assert rows(path, "grants") == before["grants"]
    assert verified(file, anchor).anchor == 8
    remaining = verified(path, anchor)
    assert (remaining.archived, remaining.anchor, remaining.newest[0], remaining.broken) == (8, 8, 15, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["archive.db"]


def test_the_audit_log_records_it(path, file):
    two_years(path)
    outcome = archives(path, file)
    with open_for_reading(path) as db:
        newest = list(audit_log.entries(db))[-1]
        (moved,) = archived_entries.archived(db)
    assert newest.event.kind is EventKind.ARCHIVED
    assert newest.event.at == NOW
    said = dict(newest.event.data)
    assert [each["who"] for each in said.pop("grants")] == ["U0ANA", "U0BEN"]
    assert said == {
        "first": 1,
        "last": 8,
        "hash": outcome.last[1],
        "operations": 2,
        "file": str(file),
        "shell": "shell:root",
    }
    assert (moved.recorded, moved.last, moved.file) == (newest.id, outcome.last, str(file))


def test_a_plan_changes_nothing(path, file):
    two_years(path)
    before = rows(path, "events")
    planned = plan(path, ORDER.before)
    assert (rows(path, "events"), file.exists()) == (before, False)
    assert planned == archives(path, file)


def test_a_second_time_it_is_continued(path, file):
    """Nothing twice: what is old by then follows what was there."""
    two_years(path)
    archives(path, file)
    assert archives(path, file).last is None
    later = replace(ORDER, before=at((YOUNG + 1) * 24 * 60))
    outcome = archives(path, file, later)
    assert (outcome.first, outcome.last[0]) == (9, 14)
    assert ids(file) == list(range(1, 15))
    assert (verified(file).broken, verified(path).broken) == (None, None)
    assert verified(path).archived == 14


def test_another_file_continues_the_first(path, file):
    two_years(path)
    first = archives(path, file)
    second = file.with_name("second.db")
    outcome = archives(path, second, replace(ORDER, before=at((YOUNG + 1) * 24 * 60)))
    assert ids(second) == list(range(9, 15))
    checked = verified(second, outcome.last)
    assert (checked.archived, checked.anchor, checked.broken) == (8, 14, None)
    assert verified(second, first.last).anchor == 8
    assert verified(second, (8, GENESIS)).broken.id == 8


def test_the_archive_of_another_database_is_refused(path, file, tmp_path):
    two_years(path)
    archives(path, file)
    other = tmp_path / "other.db"
    with_old_work(other, "x", "y", "z")
    before = rows(file, "events")
    with pytest.raises(DatabaseUnusable, match="does not continue with this database: it ends at entry 8, "):
        archives(other, file)
    assert (rows(file, "events"), ids(other)) == (before, list(range(1, 10)))


def test_an_archive_that_lacks_entries_is_refused(path, file):
    two_years(path)
    archives(path, file)
    later = replace(ORDER, before=NOW + timedelta(days=1))
    archives(path, file.with_name("second.db"), later)
    with_old_work(path, "e")
    with pytest.raises(DatabaseUnusable, match="the database begins after entry 14"):
        archives(path, file, later)
    assert ids(file) == list(range(1, 9))


def test_what_is_no_archive_is_refused(path, file):
    two_years(path)
    file.write_text("Dear diary")
    with pytest.raises(DatabaseUnusable, match=r"archive\.db cannot be used"):
        archives(path, file)
    assert file.read_text() == "Dear diary"
    other = file.with_name("other.db")
    open_database(other).close()
    with pytest.raises(DatabaseUnusable, match="is no archive"):
        archives(path, other)
    with pytest.raises(DatabaseUnusable, match="is the database itself"):
        archives(path, path)
    assert ids(path) == list(range(1, 15))


def test_two_at_once_are_one_after_the_other(path, file):
    two_years(path)
    with (
        opened(file, (0, GENESIS), no_progress),
        pytest.raises(DatabaseUnusable, match=r"archives to .* right now"),
    ):
        archives(path, file)
    assert archives(path, file).last[0] == 8


def test_a_disk_without_room_for_it(path, file, tmp_path):
    """What is not in the archive stays in the database, and moves once there is room."""
    two_years(path)
    archives(path, file)
    with_old_work(path, *(f"later-{number:03}" for number in range(60)), day=YOUNG)
    later = replace(ORDER, before=NOW + timedelta(days=1))
    before = ids(path)
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder, 1) as disk:
        shutil.copy(file, disk / "copy.db")
        fills(disk, leaving=60_000)
        with pytest.raises(
            DatabaseUnusable, match=r"copy\.db cannot be written \(The disk .* is full\)\. Nothing"
        ):
            archives(path, disk / "copy.db", later)
    assert ids(path) == before
    assert archives(path, file, later).last[0] > 100


def test_a_folder_that_is_none(path, file):
    two_years(path)
    with pytest.raises(DatabaseUnusable, match="cannot be written: No such file or directory"):
        archives(path, file.parent / "nowhere" / "archive.db")


def test_nothing_but_reading_is_done_with_an_archive(path, file):
    two_years(path)
    archives(path, file)
    with pytest.raises(DatabaseUnusable, match="is an archive of the audit log"):
        open_database(file)
    with pytest.raises(DatabaseUnusable, match="is an archive of the audit log"):
        Administration.open(file)
    with Administration.reading(file) as administration:
        assert len(administration.requests(limit=10)) == 2


def test_an_archive_is_read_and_continued_by_later_versions(path, file, monkeypatch):
    """Reading leaves it as it is; continuing migrates it."""

    def m999_later(db):
        db.execute("ALTER TABLE grants ADD COLUMN later TEXT")

    two_years(path)
    archives(path, file)
    was = file.read_bytes()
    later = migrations._Migration("m999_later", m999_later)
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations, later])
    with Administration.reading(file) as administration:
        assert len(list(administration.entries())) == 8
        assert administration.verify().broken is None
    assert file.read_bytes() == was
    with pytest.raises(DatabaseUnusable, match="older version"):
        Administration.reading(path)
    open_database(path).close()
    archives(path, file, replace(ORDER, before=at((YOUNG + 1) * 24 * 60)))
    assert (len(ids(file)), verified(file).broken) == (14, None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "awaits approval"),
        ({"state": State.NEEDS_HUMAN}, "needs attention and was not closed"),
        ({"state": State.SUCCEEDED, "incident": "INC-9"}, "ran as break-glass and was not reviewed"),
    ],
)
def test_what_is_not_over_keeps_all_that_follows_and_is_named(path, file, fields, why):
    """Until it is over: then the rest moves."""
    with_old_work(path, "a")
    with open_database(path) as db:
        begins(db, "stuck", **fields)
    with_old_work(path, "b")
    with_old_work(path, "young", day=YOUNG)
    outcome = archives(path, file)
    assert outcome.last[0] == 3
    assert (outcome.hold.entry, outcome.hold.operation.id, outcome.hold.why) == (4, "stuck", why)
    assert ids(path, "operations") == ["stuck", "b", "young"]
    with open_database(path) as db:
        over = event(EventKind.ENDED, YOUNG * 24 * 60)
        change(db, "stuck", becomes(over, state=State.CLOSED, incident=""))
        db.execute("UPDATE postings SET ts = '1.1'")
        db.execute("UPDATE operations SET rendered_version = version, card_ts = '1.0'")
    outcome = archives(path, file)
    assert (outcome.last[0], outcome.hold) == (8, None)
    # It has an entry that is young: until that moves, too, it is in both files.
    assert ids(path, "operations") == ["stuck", "young"]
    assert ids(file, "operations") == ["a", "stuck", "b"]
    assert (verified(path).broken, verified(file).broken) == (None, None)


def test_a_line_that_slack_does_not_have_yet_stays(path, file):
    with_old_work(path, "a")
    with open_database(path) as db:
        db.execute("UPDATE postings SET ts = NULL")
    with_old_work(path, "young", day=YOUNG)
    with open_database(path) as db:
        db.execute("UPDATE postings SET ts = NULL WHERE event = 3")
    outcome = archives(path, file)
    assert (outcome.last, outcome.hold.why) == (None, "is not shown to its end in Slack yet")
    assert not file.exists()


def test_what_a_webhook_receiver_was_not_sent_stays(path, file):
    """Whichever is furthest behind."""
    two_years(path)
    with open_database(path) as db:
        for name, entry in (("siem", 3), ("pager", 12)):
            value = f'{{"entry": {entry}, "hash": "{GENESIS}"}}'
            db.execute("INSERT INTO workspace VALUES (?, ?)", (f"webhook cursor {name}", value))
    outcome = archives(path, file)
    assert outcome.last[0] == 3
    assert (outcome.hold.entry, outcome.hold.operation) == (4, None)
    assert outcome.hold.why == "the webhook receiver siem was not sent it yet"


def test_the_newest_entry_stays(path, file):
    with_old_work(path, "a", "b")
    assert archives(path, file).last[0] == 5
    assert ids(path) == [6, 7]


def test_a_broken_entry_stays_where_it_is(path, file):
    two_years(path)
    by_hand(path, "UPDATE events SET at = '2026-03-01T12:00:01.000000+00:00' WHERE id = 2")
    with pytest.raises(RecordDamaged, match="Entry 2 of the audit log was changed"):
        archives(path, file)
    assert (ids(path), ids(file)) == (list(range(1, 15)), [])


def test_a_tampered_archive_is_found_and_not_continued(path, file):
    two_years(path)
    anchor = archives(path, file).last
    by_hand(file, "UPDATE operations SET pipeline = 'other' WHERE id = 'b'")
    assert verified(file, anchor).broken.id == 4
    with pytest.raises(DatabaseUnusable, match="is broken at entry 4, which was changed"):
        archives(path, file, replace(ORDER, before=NOW))
    assert len(ids(path)) == 7


@pytest.mark.parametrize(
    ("statement", "entry", "why"),
    [
        ("UPDATE archives SET hash = replace(hash, 'a', 'b')", 8, "no entry records that it was archived"),
        ("UPDATE archives SET recorded = 9", 8, "no entry records that it was archived"),
        ("UPDATE archives SET last_entry = 7", 7, "no entry records that it was archived"),
        ("DELETE FROM archives", 1, "is missing: the next one is 9"),
        ("DELETE FROM events WHERE id = 9", 9, "is missing: the next one is 10"),
        ("INSERT INTO events SELECT 8, operation, pipeline, kind, at, by_team, by_user, data, hash FROM events", 8, "put back"),
    ],
)  # fmt: skip
def test_a_tampered_anchor_is_found(path, file, statement, entry, why):
    two_years(path)
    archives(path, file)
    by_hand(path, f"{statement}{' WHERE id = 10' if 'INSERT' in statement else ''}")
    broken = verified(path).broken
    assert broken.id == entry
    assert why in broken.why


def test_removed_entries_do_not_pass_for_archived_ones(path):
    """With an anchor that fits, and a head that was saved: nothing in the log says that they were archived."""
    two_years(path)
    saved = head(path, 12)
    last_hash = head(path, 8)[1]
    by_hand(
        path,
        "DELETE FROM events WHERE id <= 8",
        f"INSERT INTO archives VALUES (8, 1, '{last_hash}', '2026-01-01', '2026-01-01', 'f', 14)",  # noqa: S608
    )
    broken = verified(path, saved).broken
    assert (broken.id, broken.why) == (8, "is missing: no entry records that it was archived")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM events WHERE id = 9", "append-only"),
        ("DELETE FROM operations WHERE id = 'c'", "never deleted"),
        ("UPDATE archives SET file = 'elsewhere'", "append-only"),
        ("DELETE FROM archives", "append-only"),
        ("INSERT INTO archives VALUES (10, 9, 'x', '', '', '', 15)", "continues the one before it"),
        ("INSERT INTO archives SELECT id, 9, hash, '', '', '', 14 FROM events WHERE id = 10", "is recorded"),
        ("INSERT INTO archives SELECT id, 10, hash, '', '', '', 15 FROM events WHERE id = 10", "continues"),
        ("INSERT INTO events SELECT 3, operation, pipeline, kind, at, by_team, by_user, data, hash FROM events WHERE id = 9", "append-only"),
    ],
)  # fmt: skip
def test_no_more_can_be_deleted_than_was_archived(path, file, statement, why):
    two_years(path)
    archives(path, file)
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match=why):
        db.execute(statement)


def test_many_entries_move_piece_by_piece(path, file, monkeypatch):
    """An operation whose entries are in two pieces moves with the last of them."""
    monkeypatch.setattr(archiving, "PIECE", 4)
    two_years(path)
    outcome = archives(path, file)
    assert (outcome.first, outcome.last[0], outcome.operations) == (1, 8, 2)
    assert ids(file) == list(range(1, 9))
    with open_for_reading(path) as db:
        assert [(each.first, each.last[0]) for each in archived_entries.archived(db)] == [(1, 4), (5, 8)]
    assert (verified(path).broken, verified(file).broken) == (None, None)


def test_entries_that_were_copied_before_the_process_died_are_not_copied_twice(path, file, monkeypatch):
    """An operation that was reviewed, or shown, in between moves as it is now."""
    two_years(path)
    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_delete", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            archives(path, file)
    assert (ids(file), len(ids(path))) == (list(range(1, 9)), 14)
    with open_database(path) as db:
        db.execute(
            "UPDATE operations SET document = json_set(document, '$.reason', 'said later') WHERE id = 'a'"
        )
    archives(path, file)
    assert ids(file) == list(range(1, 9))
    with open_for_reading(file) as db:
        assert operations.find(db, "a").reason == "said later"
    assert (verified(path).broken, verified(path).archived, verified(file).broken) == (None, 8, None)


def test_what_was_verified_before_is_not_read_again(path, file):
    two_years(path)
    with open_for_reading(path) as db:
        earlier = audit_log.head(db)
    old = head(path, 3)
    archives(path, file)
    assert verified(path, earlier=earlier).after == 14
    assert (verified(path, earlier=old).after, verified(path, earlier=old).broken) == (0, None)
    assert verified(path, old).anchor is None  # it is in the archive
    by_hand(path, "DELETE FROM events WHERE id = 9")
    assert verified(path, earlier=earlier).broken.id == 9


def test_the_bot_goes_on(path, file):
    two_years(path)
    archives(path, file)
    with open_database(path) as db:
        does_and_ends(db, "e", day=YOUNG)
        operations.note(db, event(EventKind.REFUSED, 5, by=BEN), "c")
        assert audit_log.head(db)[0] == 19
    assert verified(path).broken is None
