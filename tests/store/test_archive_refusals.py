"""Files, disks and moments in which nothing can be archived: a sentence, and nothing is lost."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit_chain import GENESIS
from bot.store.archive.archive_file import opened
from bot.store.backup.verification import no_progress
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseUnusable
from bot.store.shell_store import Administration
from tests.small_disk import fills, small_disk
from tests.store.archives import (
    NOW,
    ORDER,
    YOUNG,
    archives,
    ids,
    rows,
    two_years,
    with_old_work,
)


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
