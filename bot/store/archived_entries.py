"""Where the audit log begins: after the entries that were moved to an archive, or, in an archive, after those before it.

An archive is a database of the same schema, so that every command that reads works on it. A row of `workspace` says that
it is one, and which entry it continues.
"""

import json

from sqlite_utils import Database

from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import GENESIS, Head
from bot.store.column_values import DOES_NOT_READ, moment_of, text_of
from bot.store.errors import DatabaseDamaged

_MARK = "archive"


def archived(db: Database) -> tuple[Archived, ...]:
    """What was moved out of this database, oldest first; nothing if it is of a version that could not."""
    if not _has_table(db, "archives"):
        return ()
    rows = db.execute(
        "SELECT first_entry, last_entry, hash, newest_at, archived_at, file, recorded FROM archives ORDER BY last_entry"
    )
    return tuple(
        Archived(first, (last, last_hash), moment_of(newest_at), moment_of(at), file, recorded)
        for first, last, last_hash, newest_at, at, file, recorded in rows
    )


def newest(db: Database) -> Archived | None:
    found = archived(db)
    return found[-1] if found else None


def start(db: Database) -> Head:
    """The head that the first entry of this database continues: `(0, GENESIS)` if nothing was archived."""
    continued = continued_by_archive(db)
    if continued is not None:
        return continued
    last = newest(db)
    return (0, GENESIS) if last is None else last.last


def note(db: Database, moved: Archived) -> None:
    """Store what was moved, in the current transaction, in which its entries are still there."""
    db.execute(
        "INSERT INTO archives (first_entry, last_entry, hash, newest_at, archived_at, file, recorded)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            moved.first,
            *moved.last,
            text_of(moved.newest_at),
            text_of(moved.archived_at),
            moved.file,
            moved.recorded,
        ),
    )


def continued_by_archive(db: Database) -> Head | None:
    """The head that this archive continues; None if the database is no archive.

    Raises:
        DatabaseDamaged: the row does not say.
    """
    if not _has_table(db, "workspace"):
        return None
    row = db.execute("SELECT value FROM workspace WHERE key = ?", (_MARK,)).fetchone()
    if row is None:
        return None
    try:
        said = json.loads(row[0])
        return int(said["entry"]), str(said["hash"])
    except DOES_NOT_READ as error:
        raise DatabaseDamaged("The archive is damaged (it does not say where it begins).") from error


def mark_as_archive(db: Database, continued: Head) -> None:
    """Say, in the current transaction, that this database is an archive which continues this head."""
    entry, entry_hash = continued
    said = json.dumps({"entry": entry, "hash": entry_hash})
    db.execute("INSERT INTO workspace (key, value) VALUES (?, ?)", (_MARK, said))


def _has_table(db: Database, name: str) -> bool:
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None
