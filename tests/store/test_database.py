"""The file: private, durable, and refused rather than touched when it is not this bot's."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from bot.domain.operations.operation import State
from bot.store import operations
from bot.store.connection.database import open_database, writing
from bot.store.errors import DatabaseUnusable
from tests.store.samples import PROPOSED, change, confirmed, proposed


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
def test_the_file_and_its_companions_are_private(path):
    """Nobody else reads who cleared what and why, whatever the umask."""
    with open_database(path) as db:
        operations.propose(db, proposed(), PROPOSED)
        files = sorted(file.name for file in path.parent.iterdir())
        assert files == ["bot.db", "bot.db-shm", "bot.db-wal"]
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}


def test_what_is_committed_is_on_the_disk(db):
    """A stored intent survives power loss, and nothing refers to a row that is not there."""
    settings = {
        name: db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1}


def test_a_missing_directory_is_named(tmp_path):
    path = tmp_path / "nowhere" / "bot.db"
    with pytest.raises(DatabaseUnusable) as refused:
        open_database(path)
    assert refused.value.message == (
        f"The database {path} cannot be used: {path.parent} is not a directory. "
        "Create it, or choose another file with --database or PIPELINE_BOT_DATABASE."
    )


def test_a_directory_is_no_database(tmp_path):
    with pytest.raises(DatabaseUnusable, match="it is a directory"):
        open_database(tmp_path)


def test_a_place_that_may_not_be_written_is_said_to_be_so(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(DatabaseUnusable, match="this user may not write there"):
        open_database(tmp_path / "bot.db")


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_bytes(b"minutes of the meeting\n" * 100)
    with pytest.raises(DatabaseUnusable, match="file is not a database"):
        open_database(path)
    assert path.read_bytes() == b"minutes of the meeting\n" * 100


def test_a_database_of_something_else_gets_no_tables_of_ours(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(DatabaseUnusable, match="of another program"):
        open_database(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_database_of_a_newer_version_is_refused(path):
    open_database(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pipeline-bot', 'm999', '')"
        )
        newer.commit()
    with pytest.raises(DatabaseUnusable, match="newer version of the bot"):
        open_database(path)


def test_a_transaction_that_fails_leaves_nothing(db):
    def half_done():
        with writing(db):
            db.execute("INSERT INTO workspace VALUES ('team', 'T1')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert db.table("workspace").count == 0
    assert not db.conn.in_transaction


def test_a_writer_that_waits_too_long_is_told_why(path, db):
    db.execute("PRAGMA busy_timeout = 10")
    with open_database(path) as other, writing(other):
        with (
            pytest.raises(DatabaseUnusable, match="Another process kept the database locked"),
            writing(db),
        ):
            pass
        assert db.table("workspace").count == 0  # readers are not kept out


DIES_BEFORE_ITS_COMMIT = """
import sys
from pathlib import Path
from bot.domain.access.authorization import AccessData
from bot.store import operations
from bot.store.connection.database import open_database, writing
from tests.store.samples import confirmed

db = open_database(Path(sys.argv[1]))
with writing(db):
    operation = operations.find(db, "op-1")
    operations.record(db, operation, confirmed()(operation, AccessData(freezes=())))
    assert operations.live_on(db, "orders") is not None
    print("written", flush=True)
    sys.stdin.read()
"""


def test_killed_before_the_commit_nothing_has_happened(path, db):
    """SIGKILL when the row and its event are written: the old row, no event, and nobody is locked out."""
    operations.propose(db, proposed(), PROPOSED)
    command = [sys.executable, "-c", DIES_BEFORE_ITS_COMMIT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bot:  # noqa: S603 - our own
        assert bot.stdout.readline() == b"written\n"
        bot.kill()
        bot.wait(timeout=10)
    assert operations.find(db, "op-1") == proposed()
    assert db.table("events").count == 1
    change(db, "op-1", confirmed())
    assert operations.live_on(db, "orders").state is State.READY
