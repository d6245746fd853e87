"""Whatever is changed by hand in an archive, or in what remains, is found; no more can be deleted than was archived."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.domain.access.lint.unrecorded_grants import recorded_grants
from bot.store import archived_grants, audit_log
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable, RecordDamaged
from tests.store.archives import (
    DAY,
    NOW,
    ORDER,
    YOUNG,
    archives,
    by_hand,
    head_at,
    ids,
    two_years,
    verified,
)
from tests.store.samples import at


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
        ("UPDATE workspace SET value = replace(value, 'operator', 'admin')", 15, "recorded other archived grants"),
        ("DELETE FROM workspace WHERE key = 'archived grants'", 15, "recorded other archived grants"),
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


def accounted_for(path):
    """Who has a role by the entries that are there and those that were archived."""
    with open_for_reading(path) as db:
        events = [entry.event for entry in archived_grants.changes_of_grants(db)]
    return sorted((each["who"], each["role"]) for each in recorded_grants(events, NOW))


def test_an_entry_of_an_earlier_version_lists_the_grants_itself(path, file, monkeypatch):
    """It is verified as before, and the next archiving takes them over."""
    two_years(path)
    with monkeypatch.context() as patched:
        patched.setattr(archived_grants, "store", lambda _, grants: {"grants": grants})
        archives(path, file)
    assert verified(path).broken is None
    found = accounted_for(path)
    assert found == [("U0ANA", "operator"), ("U0BEN", "approver")]
    archives(path, file, replace(ORDER, before=at((YOUNG + 1) * DAY)))
    assert verified(path).broken is None
    assert accounted_for(path) == found


def test_removed_entries_do_not_pass_for_archived_ones(path):
    """With an anchor that fits, and a head that was saved: nothing in the log says that they were archived."""
    two_years(path)
    saved = head_at(path, 12)
    last_hash = head_at(path, 8)[1]
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


def test_what_was_verified_before_is_not_read_again(path, file):
    two_years(path)
    with open_for_reading(path) as db:
        earlier = audit_log.head(db)
    old = head_at(path, 3)
    archives(path, file)
    assert verified(path, earlier=earlier).after == 14
    assert (verified(path, earlier=old).after, verified(path, earlier=old).broken) == (0, None)
    assert verified(path, old).anchor is None  # it is in the archive
    by_hand(path, "DELETE FROM events WHERE id = 9")
    assert verified(path, earlier=earlier).broken.id == 9
