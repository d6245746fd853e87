"""Backups and restores of a database of which a part was archived."""

import pytest

from bot.store.backup.backup import back_up
from bot.store.backup.restore import restoration
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.errors import DatabaseUnusable
from tests.clock import START
from tests.store.archives import NOW, YOUNG, archives, does_and_ends, ids, two_years, verified


def works_on(path, name="later"):
    with lease(path, START), open_database(path) as db:
        does_and_ends(db, name, day=YOUNG)


def losses(path, backup):
    with restoration(path, backup, NOW) as ready:
        return ready.losses


def test_it_is_backed_up_and_restored(path, backup, file):
    two_years(path)
    archives(path, file)
    copied = back_up(path, backup)
    works_on(path)
    assert (copied.head[0], copied.broken) == (15, None)
    with restoration(path, backup, NOW) as ready:
        found = ready.losses
        assert (found.last_common, found.lost_entries, found.foreign_entries) == (copied.head, 3, 0)
        assert (found.archived, [each.now.id for each in found.requests]) == ((8, 8), ["later"])
        ready.apply()
    assert (verified(path).broken, verified(path).archived, verified(path).newest) == (None, 8, copied.head)


def test_a_backup_from_before_the_archive_brings_its_entries_back(path, backup, file):
    """And they are archived again: in the same file, which has them already."""
    two_years(path)
    copied = back_up(path, backup)
    archives(path, file)
    works_on(path)
    with restoration(path, backup, NOW) as ready:
        found = ready.losses
        assert (found.last_common, found.lost_entries, found.foreign_entries) == (copied.head, 4, 0)
        assert found.archived == (8, 0)
        ready.apply()
    assert (verified(path).archived, verified(path).newest) == (0, copied.head)
    assert archives(path, file).last[0] == 8
    assert ids(file) == list(range(1, 9))
    assert (verified(path).broken, verified(path).archived, verified(file).broken) == (None, 8, None)


def test_what_a_restore_put_aside_is_compared_too(path, backup, file):
    two_years(path)
    copied = back_up(path, backup)
    archives(path, file)
    with restoration(path, backup, NOW) as ready:
        kept = ready.apply()
    found = losses(path, kept)
    assert (found.last_common, found.lost_entries, found.foreign_entries) == (copied.head, 0, 1)
    assert found.archived == (0, 8)


def test_a_backup_that_ends_before_the_archive_does(path, backup, file):
    """Its entries are in the archive only: they are taken for the same."""
    with lease(path, START), open_database(path) as db:
        does_and_ends(db, "first")
    copied = back_up(path, backup)
    two_years(path)
    archives(path, file)
    found = losses(path, backup)
    assert (found.last_common, found.foreign_entries, found.lost_entries) == (copied.head, 0, 15)


def test_another_history_is_told(path, backup, file, tmp_path):
    two_years(path)
    archives(path, file)
    other = tmp_path / "other.db"
    with lease(other, START), open_database(other) as db:
        for name in ("x", "y", "z", "w"):
            does_and_ends(db, name)
    back_up(other, backup)
    found = losses(path, backup)
    assert (found.last_common[0], found.foreign_entries) == (0, 12)


def test_an_archive_is_no_backup(path, file):
    two_years(path)
    archives(path, file)
    with (
        pytest.raises(DatabaseUnusable, match="is an archive of the audit log"),
        restoration(path, file, NOW),
    ):
        pass
