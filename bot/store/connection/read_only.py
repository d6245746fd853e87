"""A read-only connection to the database: nothing is created, migrated or repaired; the file need not be writable.

SQLite may leave an empty `-wal` and a `-shm` beside it, as it does for every reader of a file in WAL mode, and the next
writer removes them. It trusts the file system to report correctly what may be written.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot.store.archived_entries import continued_by_archive
from bot.store.connection.database import BUSY_SECONDS, from_older_version, reject_foreign_files, unusable
from bot.store.errors import DatabaseMissing, DatabaseUnusable
from bot.store.schema.migrations import migrations

_NO_PLACE_BESIDE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})


def open_for_reading(path: Path, *, older: bool = False) -> Database:
    """The database at `path`, for the calling thread, which also has to close it.

    `older`: it may be of an older version of the bot, whose tables are not those of this one.

    Raises:
        DatabaseMissing: there is none.
        DatabaseUnusable: it cannot be read, is not this bot's, or is of another version of it.
    """
    try:
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatabaseMissing(f"There is no database at {path.absolute()}.") from error
    except PermissionError as error:
        raise DatabaseUnusable(f"The database {path} cannot be used: this user may not read it.") from error
    except OSError as error:
        raise unusable(path, error) from error
    try:
        return _checked(_connected(path), path, older=older)
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"The database {path} cannot be used: {error}.") from error


def schema_of(path: Path) -> int | None:
    """How many migrations the database at `path` has had, of whatever version it is; None if it does not say."""
    try:
        with closing(_connected(path)) as connection:
            return len(migrations.applied(Database(connection, execute_plugins=False))) or None
    except (sqlite3.Error, DatabaseUnusable):
        return None


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return _connection(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_PLACE_BESIDE:  # the low byte: the primary error code
            raise
    # SQLite needs files beside one in WAL mode, and cannot create them. A bot that runs, or died, has left them.
    log = Path(f"{path.resolve()}-wal")  # by its real path, as SQLite does
    if log.exists() and log.stat().st_size > 0:
        raise DatabaseUnusable(
            f"The database {path} cannot be read where it is: its newest entries are in {log.name}, and nothing can be "
            "written beside it. Copy both into a folder of your own, and name the copy with --database."
        )
    return _connection(path, "mode=ro&immutable=1")


def _connection(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # opens the file
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _checked(connection: sqlite3.Connection, path: Path, *, older: bool) -> Database:
    db = Database(connection, execute_plugins=False)  # no plugin of sqlite-utils is wanted here
    try:
        is_of_this_version = _check_version(db, path, older=older)
        if older or is_of_this_version:
            return db
        migrated = _migrated(db)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return migrated


def _check_version(db: Database, path: Path, *, older: bool) -> bool:
    """Whether it is of this version; an archive may always be of an older one."""
    reject_foreign_files(db, path)
    if not migrations.applied(db):
        raise DatabaseMissing(f"The database {path.absolute()} is empty: nothing was ever stored in it.")
    if not migrations.pending(db):
        return True
    if not older and continued_by_archive(db) is None:
        raise from_older_version(path)
    return False


def _migrated(archive: Database) -> Database:
    """A copy in memory: no bot ever migrates an archive, and this file may be on a disk that cannot be written."""
    copy = Database(memory=True, execute_plugins=False)
    try:
        archive.conn.backup(copy.conn)
        migrations.apply(copy)
    except BaseException:
        copy.close()
        raise
    return copy
