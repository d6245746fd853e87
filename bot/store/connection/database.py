"""The SQLite database file: opens it, and begins its transactions.

The file is private to its owner from its first byte, every commit is on the disk when it returns, and a file that
is not this bot's, or is from a later version of it, is rejected rather than touched. It trusts the file system to
keep locks, and to have written what it says it wrote; `lease` decides which process may hold the file.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from bot.private_files import PRIVATE
from bot.store.archived_entries import continued_by_archive
from bot.store.connection.migration_copies import keep_copy
from bot.store.errors import DatabaseDamaged, DatabaseUnusable
from bot.store.schema.migrations import migrations

BUSY_SECONDS = (
    5.0  # how long a writer waits for another process (a `grant` beside a `run`): theirs take milliseconds
)


def open_database(path: Path, *, migrate: bool = True, is_archive: bool = False) -> Database:
    """The database at `path`, created if need be, with the schema of this version.

    The connection belongs to the calling thread, which also has to close it. Without `migrate` the file of an older
    version of the bot is rejected, and stays as it is. An archive is rejected, too, unless `is_archive`: then anything else.

    Raises:
        DatabaseUnusable: says what is wrong with the file or its location.
    """
    try:
        create_private(path)
        connection = _connect(path)
    except OSError as error:
        raise unusable(path, error) from error
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"The database {path} cannot be opened: {error}.") from error
    try:
        reject_archive(connection, path, is_archive=is_archive)
        return _prepared(connection, path, migrate=migrate)
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseUnusable(f"The database {path} cannot be used: {error}.") from error
    except BaseException:
        connection.close()
        raise


def open_beside(path: Path) -> Database:
    """One more connection to an open database: it only reads, and threads may use it one after the other.

    Raises:
        DatabaseUnusable: it cannot be read, and why.
    """
    try:
        connection = _connect(path, "mode=ro", check_same_thread=False)
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"The database {path} cannot be opened: {error}.") from error
    return Database(connection, execute_plugins=False)


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """A transaction that holds the write lock from its first statement, and commits as a whole or not at all.

    `Database.atomic()` begins as a reader, and SQLite rejects a reader that starts to write on an outdated snapshot at
    once, whatever the busy timeout. Here, what was read is still true at the commit.

    Raises:
        DatabaseUnusable: another process kept its lock beyond the busy timeout, or the disk is full.
        DatabaseDamaged: the file is not as SQLite wrote it.
    """
    with in_words():
        try:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.commit()
        except BaseException:
            db.rollback()
            raise


@contextmanager
def in_words() -> Iterator[None]:
    """Turn SQLite's errors with the file or its disk, in reads and writes, into messages for people.

    Raises:
        DatabaseDamaged: the file is not as SQLite wrote it.
        DatabaseUnusable: a disk or another process is at fault.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _kind(error) in _DAMAGE:
            raise DatabaseDamaged(f"The bot's database is damaged ({error}).") from error
        if _kind(error) == sqlite3.SQLITE_ERROR and str(error).startswith("no such "):
            raise DatabaseDamaged(f"The bot's database is damaged ({error}).") from error
        if _kind(error) in _OF_THE_WORLD:
            raise DatabaseUnusable(_in_words(error)) from error
        if type(error) is sqlite3.OperationalError and _kind(error) is None:
            # Python's own error about text that is not UTF-8: it quotes the text, which must not leak.
            raise DatabaseDamaged("The bot's database is damaged (it contains invalid text).") from error
        raise


def insert(db: Database, table: str, row: Mapping[str, str | int | None]) -> int:
    """Insert the row in the current transaction, and return its rowid. Table and columns are constants of ours."""
    columns = ", ".join(f'"{column}"' for column in row)
    values = ", ".join(f":{column}" for column in row)
    return int(db.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", dict(row)).lastrowid or 0)  # noqa: S608 - names of ours


_OF_THE_WORLD = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)


_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def _kind(error: sqlite3.Error) -> int | None:
    """SQLite's primary error code, the low byte; None if the error is Python's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _in_words(error: sqlite3.DatabaseError) -> str:
    match _kind(error):
        case sqlite3.SQLITE_BUSY:
            return "Another process kept the database locked for too long. Try again."
        case sqlite3.SQLITE_FULL:
            return "The disk that the database is on is full."
        case _:
            return f"The database cannot be used right now: {error}."


def unusable(path: Path, error: OSError) -> DatabaseUnusable:
    """The message for the operator about `error`, met while opening the file at `path` or one beside it."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            what = f"{path.parent} is not a directory. Create it, or choose another file with --database or PIPELINE_BOT_DATABASE."
        case PermissionError():
            what = "this user may not write there."
        case IsADirectoryError():
            what = "it is a directory."
        case _:
            what = f"{error.strerror}."
    return DatabaseUnusable(f"The database {path} cannot be used: {what}")


def from_older_version(path: Path) -> DatabaseUnusable:
    """The file has the schema of an older version: only a bot that holds the lease may migrate it."""
    return DatabaseUnusable(
        f"The database {path} was last used by an older version of the bot, which may still be running. Nothing was "
        "changed. Stop that bot, and start this version with `pipeline-bot run`: it migrates the database."
    )


def create_private(path: Path) -> None:
    """Create the file, if it does not exist.

    Before SQLite would, and with the mode in the same call: at no moment can others open it. SQLite gives the -wal and
    -shm files the mode of the database.

    Raises:
        OSError: it cannot be created or opened, and why.
        DatabaseUnusable: it has a hard link, beside which SQLite would keep a second WAL and second locks.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
    if path.stat().st_nlink > 1:
        raise DatabaseUnusable(
            f"The database {path} cannot be used: it has a second name (a hard link), and two bots could run on it. "
            "Remove the other name, or choose another file."
        )


def _connect(path: Path, mode: str = "mode=rw", *, check_same_thread: bool = True) -> sqlite3.Connection:
    # mode=rw: should the file vanish again, SQLite must not make a public one. Transactions are begun explicitly.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=check_same_thread,
    )


def _prepared(connection: sqlite3.Connection, path: Path, *, migrate: bool) -> Database:
    db = Database(connection, execute_plugins=False)  # no plugin of sqlite-utils is wanted here
    db.execute(
        "PRAGMA synchronous = FULL"
    )  # NORMAL could lose, on power loss, that a request may have been sent
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseUnusable(
            f"The database {path} cannot be used: its file system does not support WAL (got {mode})."
        )
    reject_foreign_files(db, path)
    if migrations.pending(db):
        if not migrate and migrations.applied(db):
            raise from_older_version(path)
        with writing(db):
            # Checked again, under the lock: another process may have migrated, or created, it since.
            reject_foreign_files(db, path)
            if (applied := len(migrations.applied(db))) and migrations.pending(db):
                with closing(
                    _connect(path, "mode=ro")
                ) as beside:  # SQLite copies nothing from a connection that writes
                    keep_copy(beside, path, applied)
            migrations.apply(db)
    # A migration may rebuild a table that others refer to, which SQLite allows only while it enforces no reference.
    db.execute("PRAGMA foreign_keys = ON")
    return db


def only_read(archive: Path) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"{archive} is an archive of the audit log: it can be read, verified and exported, and not used for anything else."
    )


def reject_archive(connection: sqlite3.Connection, path: Path, *, is_archive: bool = False) -> None:
    """Raises `DatabaseUnusable` for an archive, which is only read; if `is_archive`, for what is none."""
    db = Database(connection, execute_plugins=False)  # no plugin of sqlite-utils is wanted here
    marked = continued_by_archive(db) is not None
    if marked and not is_archive:
        raise only_read(path)
    if is_archive and not marked:
        raise DatabaseUnusable(f"{path} is no archive of this bot's audit log. Choose another file.")


def reject_foreign_files(db: Database, path: Path) -> None:
    """Raises `DatabaseUnusable` for a file of another program, or of a newer version."""
    applied = {migration.name for migration in migrations.applied(db)}
    if not applied and db.table_names():
        raise DatabaseUnusable(f"{path} is a database of another program. Choose another file.")
    with Database(memory=True, execute_plugins=False) as empty:
        known = {migration.name for migration in migrations.pending(empty)}
    if not applied <= known:
        raise DatabaseUnusable(
            f"The database {path} was last used by a newer version of the bot. Use that version, or a later one."
        )
