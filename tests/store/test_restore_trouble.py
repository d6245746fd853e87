"""A restore where something is wrong: with the backup, with the database that it replaces, or a bot that runs on it."""

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.store import audit_log
from bot.store.access import grants
from bot.store.backup.backup import back_up
from bot.store.backup.restore import restoration
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.errors import DatabaseGone, DatabaseInUse, DatabaseUnusable
from bot.store.shell_store import Administration
from tests.clock import START
from tests.store.backups import KEPT, NOW, administers, dump, restores, with_a_day_of_work
from tests.store.samples import BEN


def test_a_database_that_is_gone(path, backup):
    """No bot and no shell begins with an empty one in its place, until a backup is there, or the lock file is not."""
    with_a_day_of_work(path, backup)
    path.unlink()
    for opens in (lambda: lease(path, NOW).__enter__(), lambda: Administration.open(path)):
        with pytest.raises(DatabaseGone, match=r"bot\.db is gone: a bot ran on it \(process \d+ on "):
            opens()
        assert not path.exists()
    with restoration(path, backup, NOW) as ready:
        assert (ready.losses, ready.not_compared, ready.apply()) == (None, "", None)
    with lease(path, NOW), open_database(path) as db:
        assert grants.unrevoked(db)


@pytest.mark.parametrize("contents", [b"", None])
def test_an_empty_database_is_begun_once_the_lock_file_is_removed(path, contents):
    with lease(path, START), open_database(path):
        pass
    path.rename(path.with_name("elsewhere.db"))
    if contents is not None:
        path.write_bytes(contents)
    with pytest.raises(DatabaseGone, match=r"remove bot\.db\.lock, which is beside it"):
        Administration.open(path)
    path.with_name("bot.db.lock").unlink()
    with lease(path, START), open_database(path) as db:
        assert audit_log.head(db)[0] == 0


def test_a_damaged_database_is_kept_as_it_is(path, backup):
    with_a_day_of_work(path, backup)
    damaged = b"SQLite format 3\x00" + bytes(5000)
    path.write_bytes(damaged)
    with restoration(path, backup, NOW) as ready:
        assert ready.losses is None
        assert "cannot be used: file is not a database" in ready.not_compared
        assert ready.apply().read_bytes() == damaged
    assert dump(path) == dump(backup)


def test_no_bot_starts_meanwhile_and_none_may_run(path, backup):
    with_a_day_of_work(path, backup)
    with lease(path, NOW), pytest.raises(DatabaseInUse, match="Stop that one first"):
        restores(path, backup)
    with restoration(path, backup, NOW), pytest.raises(DatabaseInUse), lease(path, NOW):
        pass


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        (None, "There is no backup at .*backup.db"),
        (b"", "There is no backup at .*, or it is empty"),
        (b"Dear diary" * 1000, "file is not a database"),
    ],
)
def test_what_is_no_backup(path, backup, contents, why):
    open_database(path).close()
    before = path.read_bytes()
    if contents is not None:
        backup.write_bytes(contents)
    with pytest.raises(DatabaseUnusable, match=why):
        restores(path, backup)
    assert path.read_bytes() == before


def test_a_damaged_backup_is_not_restored(path, backup):
    with_a_day_of_work(path, backup)
    with backup.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(bytes(4096))
    before = dump(path)
    with pytest.raises(DatabaseUnusable, match=r"backup\.db is damaged: "):
        restores(path, backup)
    assert dump(path) == before


def test_the_database_itself_is_no_backup(path):
    open_database(path).close()
    with pytest.raises(DatabaseUnusable, match="is the database itself"):
        restores(path, path)


def test_a_bot_whose_lock_file_was_removed_is_noticed(path, backup):
    """It still holds the database itself."""
    with_a_day_of_work(path, backup)
    with lease(path, NOW):
        path.with_name("bot.db.lock").unlink()
        with pytest.raises(DatabaseInUse):
            restores(path, backup)


def test_the_wal_of_another_database_is_not_read_into_this_one(path, backup):
    """It is put aside with the file that it was found beside."""
    with_a_day_of_work(path, backup)
    other = path.with_name("other.db")
    back_up(path, other)
    with open_database(path) as db:
        administers(db, GrantRole(BEN, Role.ADMIN, "*"))
        log = path.with_name("bot.db-wal").read_bytes()
    other.rename(path)
    path.with_name("bot.db-wal").write_bytes(log)
    with restoration(path, backup, NOW) as ready:
        assert "bot.db-wal beside it may belong to the earlier file" in ready.not_compared
        kept = ready.apply()
    assert kept.with_name(f"{KEPT}-wal").read_bytes() == log
    assert dump(path) == dump(backup)
