"""An archive takes the oldest entries with what they are about; what remains, and the archive, verify as one chain."""

import json
import re
import stat
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.audit_chain import GENESIS
from bot.domain.events import EventKind
from bot.store import archived_entries, archived_grants, audit_log, operations
from bot.store.archive import archiving
from bot.store.archive.archiving import plan
from bot.store.connection.database import open_database
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable
from bot.store.schema.migrations import migrations
from bot.store.shell_store import Administration
from bot.store.store import SqliteStore
from tests.store.archives import (
    NOW,
    ORDER,
    YOUNG,
    archives,
    does_and_ends,
    grants,
    head_at,
    ids,
    rows,
    two_years,
    verified,
    with_old_work,
)
from tests.store.samples import ANA, BEN, at, event


def test_what_is_old_moves_and_what_remains_continues_it(path, file):
    two_years(path)
    before = {table: rows(path, table) for table in ("events", "operations", "postings", "grants")}
    anchor = head_at(path, 8)
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
        changes = [entry.event for entry in archived_grants.changes_of_grants(db)]
    assert newest.event.kind is EventKind.ARCHIVED
    assert newest.event.at == NOW
    assert [each["who"] for each in changes[-1].data["grants"]] == ["U0ANA", "U0BEN"]
    said = dict(newest.event.data)
    assert re.fullmatch("[0-9a-f]{64}", said.pop("grants_sha256"))
    assert said == {
        "grant_count": 2,
        "first": 1,
        "last": 8,
        "hash": outcome.last[1],
        "operations": 2,
        "file": str(file),
        "shell": "shell:root",
    }
    assert (moved.recorded, moved.last, moved.file) == (newest.id, outcome.last, str(file))


def test_the_entry_stays_small_however_many_grants_there_are(path, file):
    """They are in the database once, and not again for each archiving."""
    with open_database(path) as db:
        grants(db, *(GrantRole(ANA, Role.VIEWER, f"orders-{number}") for number in range(400)))
    two_years(path)
    archives(path, file)
    with open_for_reading(path) as db:
        newest = list(audit_log.entries(db))[-1]
    assert newest.event.data["grant_count"] == 402
    assert len(json.dumps(newest.event.data)) < 500
    archives(path, file, replace(ORDER, before=at((YOUNG + 1) * 24 * 60)))
    sizes = [len(value) for _, value in rows(path, "workspace") if "orders-399" in value]
    assert len(sizes) == 1
    assert verified(path).broken is None


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


def test_the_bot_goes_on(path, file):
    two_years(path)
    archives(path, file)
    with open_database(path) as db:
        does_and_ends(db, "e", day=YOUNG)
        operations.note(db, event(EventKind.REFUSED, 5, by=BEN), "c")
        assert audit_log.head(db)[0] == 19
    assert verified(path).broken is None


@pytest.mark.anyio
async def test_a_bot_that_was_idle_for_long_keeps_its_database(path, file):
    """The last entry that it knows of is archived before it looks again: that is no restored copy."""
    with_old_work(path, "a")
    async with aclosing(SqliteStore.open(path)) as store:
        await store.check()
        known = await store.head()
        archives(path, file)
        assert archives(path, file).last == known
        await store.check()
        assert (await store.head())[0] == known[0] + 2
    with Administration.reading(path) as administration:
        assert administration.still_has(known)
        assert not administration.still_has((known[0], GENESIS))
