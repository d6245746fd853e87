"""Whatever becomes of the database's files is noticed, and SQLite's own work on them is not taken for anybody else's."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest

from bot.store.connection.file_guard import FileGuard
from bot.store.errors import DatabaseReplaced


@pytest.fixture
def writer(path):
    """Another connection to the database, as the shell has one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE filler (bytes)")
        yield connection


@pytest.fixture
def guard(path, writer):
    guard = FileGuard.before_opening(path)
    guard.opened()
    yield guard
    writer.close()
    guard.close()


def fills(connection, rows):
    for _ in range(rows):
        connection.execute("INSERT INTO filler VALUES (zeroblob(3000))")


@pytest.mark.parametrize("kind", ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
def test_a_checkpoint_is_sqlites_own_work(guard, writer, kind):
    for _ in range(3):
        fills(writer, 5)
        guard.check()
        writer.execute(f"PRAGMA wal_checkpoint({kind})")
        guard.check()


def test_sqlites_own_checkpoints_meanwhile(guard, writer):
    """SQLite makes one by itself after every thousand pages."""
    for _ in range(6):
        fills(writer, 500)
        guard.check()


def test_a_vacuum_is_sqlites_own_work(guard, writer):
    fills(writer, 50)
    writer.execute("DELETE FROM filler")
    writer.execute("VACUUM")
    guard.check()
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    guard.check()


def test_a_checkpoint_hides_nothing_for_ever(guard, writer, path):
    fills(writer, 5)
    writer.execute("PRAGMA wal_checkpoint")
    guard.check()
    with path.open("r+b") as file:
        file.write(file.read(1))
    os.utime(path, ns=(1, 1))
    with pytest.raises(DatabaseReplaced, match="Something other than SQLite wrote into the file"):
        guard.check()


def test_a_log_that_was_cut(guard, writer, path):
    """`: > pipeline-bot.db-wal`: SQLite would read what is not there any more."""
    fills(writer, 5)
    guard.check()
    os.truncate(f"{path}-wal", 0)
    with pytest.raises(DatabaseReplaced, match=r"Something other than SQLite wrote into bot\.db-wal"):
        guard.check()


def test_a_link_that_leads_elsewhere(path, writer, tmp_path):
    """The shell follows the link to a file that the bot does not hold."""
    link = tmp_path / "link.db"
    link.symlink_to(path)
    guard = FileGuard.before_opening(link)
    guard.opened()
    other = tmp_path / "other.db"
    other.touch()
    link.unlink()
    link.symlink_to(other)
    with pytest.raises(DatabaseReplaced, match="Another file was put in the place"):
        guard.check()
    writer.close()
    guard.close()


def test_nobody_is_alarmed_by_the_bots_own_checkpoints(guard, writer):
    """Whoever reads compares while another thread writes, and begins the log anew after each checkpoint."""
    writer.execute("PRAGMA synchronous = OFF")
    writer.execute("PRAGMA wal_autocheckpoint = 1")
    is_over = Event()

    def compares():
        while not is_over.is_set():
            guard.check()

    with ThreadPoolExecutor() as threads:
        reading = threads.submit(compares)
        for number in range(2000):
            writer.execute("INSERT INTO filler VALUES (?)", (number,))
        is_over.set()
        reading.result()
