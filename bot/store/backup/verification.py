"""Verification of a copy of a database: SQLite's own check of the file, and the hash chain of the audit log."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.domain.audit_chain import GENESIS, Broken, Checked, Head
from bot.store import audit_log, audit_verification
from bot.store.audit_log import Progress
from bot.store.column_values import moment_of
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable
from bot.store.schema.migrations import AUDIT_LOG_SINCE, migrations


@dataclass(frozen=True, slots=True)
class Verified:
    """What is in a copy. Its file is sound; `broken` is the first entry of the audit log that does not fit, if any.

    `archived` is the last entry that is not in it, but in an archive; 0 if there is none.
    """

    schema: int
    head: Head
    newest_at: datetime | None
    broken: Broken | None
    bytes: int
    archived: int = 0


@contextmanager
def no_progress(_entries: int) -> Iterator[Progress]:
    """Show no progress."""
    yield lambda _read: None


Reading = Callable[[int], AbstractContextManager[Progress]]
"""The context in which so many entries are read."""


def verify_copy(
    copy: Path, named: str, heads: Iterable[Head] = (), *, reading: Reading = no_progress
) -> Verified:
    """Verify the copy in the file `copy`, for people `named`. Its audit log must hold the entries of `heads`.

    A broken audit log is reported and not refused: it can never be repaired, and must be backed up all the same.

    Raises:
        DatabaseUnusable: the file is damaged, or is no database of this bot, or is of a newer version of it.
    """
    with open_for_reading(copy, older=True) as db:
        _check_file(db, named)
        applied = [migration.name for migration in migrations.applied(db)]
        checked, at = Checked(), None
        if AUDIT_LOG_SINCE in applied:
            with reading(audit_log.head(db)[0]) as progress:
                checked = audit_verification.verify(db, heads, full=True, progress=progress)
            at = db.execute("SELECT at FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return Verified(
        len(applied),
        checked.newest,
        None if at is None else moment_of(at[0]),
        checked.broken,
        copy.stat().st_size,
        checked.archived,
    )


def head_of(db: Database) -> Head:
    """The newest entry of the audit log, of whatever version of the bot the database is."""
    has_log = any(migration.name == AUDIT_LOG_SINCE for migration in migrations.applied(db))
    return audit_log.head(db) if has_log else (0, GENESIS)


def _check_file(db: Database, named: str) -> None:
    try:
        (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise DatabaseUnusable(f"{named} is damaged: {' '.join(found.split())}.")
