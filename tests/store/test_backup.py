"""A backup is the whole database as of one moment, verified, private, and never half there."""

import sqlite3
import stat
from contextlib import closing

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.store import audit_log, operations
from bot.store.access import access_changes
from bot.store.backup.backup import back_up
from bot.store.connection.database import open_database
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseMissing, DatabaseUnusable
from tests.clock import START
from tests.small_disk import fills, small_disk
from tests.store.old_rows import write_before
from tests.store.samples import ANA, PROPOSED, proposed


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "backup.db"


def in_folder(target):
    return sorted(file.name for file in target.parent.iterdir())


def grants_a_role(db, pattern="*"):
    access_changes.administer_from_the_shell(
        db, [GrantRole(ANA, Role.VIEWER, pattern)], by="shell:root", now=START
    )


def test_it_is_one_private_file_with_everything_in_it(path, target):
    """Also what is only in the WAL yet, as it is while the bot runs."""
    with open_database(path) as db:
        operations.propose(db, proposed(), PROPOSED)
        grants_a_role(db)
        assert path.with_name("bot.db-wal").stat().st_size
        verified = back_up(path, target)
        head = audit_log.head(db)
        dump = list(db.conn.iterdump())
    assert in_folder(target) == ["backup.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (verified.head, verified.broken, verified.bytes) == (head, None, target.stat().st_size)
    with closing(sqlite3.connect(target)) as copy:
        assert list(copy.iterdump()) == dump
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_it_replaces_nothing(path, target):
    open_database(path).close()
    target.write_text("Dear diary")
    with pytest.raises(DatabaseUnusable, match=r"backup\.db exists already"):
        back_up(path, target)
    assert target.read_text() == "Dear diary"


def test_there_is_nothing_to_back_up(path, target):
    with pytest.raises(DatabaseMissing):
        back_up(path, target)
    assert in_folder(target) == []
    assert not path.exists()


def test_a_folder_that_is_none(path, target):
    open_database(path).close()
    with pytest.raises(
        DatabaseUnusable, match=r"nowhere/backup.db cannot be written: No such file or directory"
    ):
        back_up(path, target.parent / "nowhere" / "backup.db")


def test_a_damaged_database_has_no_backup(path, target):
    """Its copy would be as damaged, and take the name of a good one."""
    with open_database(path) as db:
        for number in range(300):
            grants_a_role(db, f"orders-{number}")
    with closing(sqlite3.connect(path)) as by_hand:
        by_hand.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = by_hand.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'grants_in_force'"
        ).fetchone()
        (size,) = by_hand.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    with pytest.raises(DatabaseUnusable, match=r"The copy of .*bot\.db is damaged: "):
        back_up(path, target)
    assert in_folder(target) == []


def test_a_broken_audit_log_is_backed_up_and_reported(path, target):
    """It cannot be repaired: without backups until then, everything else would be lost, too."""
    with open_database(path) as db:
        grants_a_role(db)
        grants_a_role(db, "orders")
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        by_hand.execute("DROP TRIGGER events_do_not_change")
        by_hand.execute("UPDATE events SET at = '2026-03-01T12:00:01.000000+00:00' WHERE id = 1")
    verified = back_up(path, target)
    assert verified.broken is not None
    assert (verified.broken.id, in_folder(target)) == (1, ["backup.db"])


@pytest.mark.parametrize("version", range(1, 8))
def test_a_database_of_an_older_version_is_not_migrated(path, target, version):
    write_before(path, version, [proposed()])
    assert back_up(path, target).schema == version
    for file in (path, target):
        with open_for_reading(file, older=True) as db:
            assert db.table("operations").count == 1
        with pytest.raises(DatabaseUnusable, match="older version"):
            open_for_reading(file)


def test_a_disk_without_room_for_it(path, target):
    """What was written of the copy is removed, or the disk would stay full."""
    with open_database(path) as db:
        for number in range(300):
            grants_a_role(db, f"orders-{number}")
    with small_disk(target.parent, 1) as disk:
        filler = fills(disk, leaving=40_000)
        with pytest.raises(DatabaseUnusable, match=r"backup\.db cannot be written: database or disk is full"):
            back_up(path, target)
        assert in_folder(target) == [filler.name]
