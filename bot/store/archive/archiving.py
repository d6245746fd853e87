"""Archiving: moves the oldest entries of the audit log, and the ended operations that they are about, to an archive.

Piece by piece: each is copied to the archive, is on its disk, and is read back and verified there. Only then is it deleted
from the database, in one transaction with the anchor that says so. A process that is killed in between has lost nothing:
the next one finds the entries in the archive, and only deletes them. The bot can run meanwhile: no transaction takes long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.domain.access.lint.unrecorded_grants import recorded_grants
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import Checked, Head, verify
from bot.domain.events import Event, EventKind, Value
from bot.store import archived_entries, archived_grants, audit_log
from bot.store.archive.archive_file import ArchiveFile, opened
from bot.store.archive.holds import Hold, Prefix, prefix
from bot.store.backup.verification import Reading, no_progress
from bot.store.column_values import moment_of
from bot.store.connection.database import open_database, writing
from bot.store.connection.lease import check_before_opening
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable, RecordDamaged

PIECE = 2_000  # entries: their deletion keeps the bot's writes waiting for a fraction of a second

_ABOUT = "SELECT DISTINCT operation FROM events WHERE id BETWEEN ? AND ? AND operation IS NOT NULL"
_OVER = "NOT EXISTS (SELECT 1 FROM events WHERE operation = operations.id AND id > ?)"


@dataclass(frozen=True, slots=True)
class Order:
    """To archive, at `now`, the entries before `before`; `by` is the recorded author, such as `shell:ana`."""

    before: datetime
    now: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was archived: the entries from `first` to `last`, up to `newest_at`, and so many operations; None if nothing.

    `hold` is what keeps further entries that are old enough.
    """

    first: int
    last: Head | None
    newest_at: datetime | None
    operations: int
    hold: Hold | None


def plan(path: Path, before: datetime) -> Outcome:
    """What `archive` would do now. Nothing is created or changed.

    Raises:
        DatabaseUnusable: as `archive` does.
    """
    check_before_opening(path)
    with open_for_reading(path) as db:
        found = prefix(db, before)
        if found.last < found.first:
            return Outcome(found.first, None, None, 0, found.hold)
        moved = _described(db, found.first, found.last)
        return Outcome(found.first, moved.last, moved.newest_at, len(_finished(db, found)), found.hold)


def archive(path: Path, file: Path, order: Order, reading: Reading = no_progress) -> Outcome:
    """Move entries of the database at `path` to the archive `file`, which is created if need be.

    Raises:
        DatabaseMissing: there is no database.
        DatabaseUnusable: it, or the archive, cannot be used, or the archive does not continue with this database.
        RecordDamaged: an entry is not as it was written: what is broken stays where it is.
        BotHoldsAnotherFile: the running bot uses another file.
    """
    with _opened(path) as db:
        found = prefix(db, order.before)
        if found.last < found.first:
            return Outcome(found.first, None, None, 0, found.hold)
        if file.resolve() == path.resolve():
            raise DatabaseUnusable(f"{file} is the database itself. Choose another file.")
        outcome = Outcome(found.first, None, None, 0, found.hold)
        with opened(file, archived_entries.start(db), reading) as target:
            _check_continues(db, target)
            target.remember(dict(db.execute("SELECT key, value FROM workspace")))
            for piece in _pieces(found):
                _copy(db, target, piece)
                moved, operations = _delete(db, target, piece, order)
                outcome = replace(
                    outcome,
                    last=moved.last,
                    newest_at=moved.newest_at,
                    operations=outcome.operations + operations,
                )
    return outcome


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    check_before_opening(path)
    open_for_reading(path).close()
    with open_database(path, migrate=False) as db:
        # To delete an operation, SQLite would search all entries for references: the triggers do it by an index.
        db.execute("PRAGMA foreign_keys = OFF")
        yield db


def _pieces(whole: Prefix) -> Iterator[Prefix]:
    for first in range(whole.first, whole.last + 1, PIECE):
        yield replace(whole, first=first, last=min(first + PIECE - 1, whole.last))


def _check_continues(db: Database, target: ArchiveFile) -> None:
    """The archive ends where the database begins, or, after an archiving that was cut short, at an entry that is still in it."""
    (start, start_hash), (head, head_hash) = archived_entries.start(db), target.head
    row = db.execute("SELECT hash FROM events WHERE id = ?", (head,)).fetchone()
    follows = (start, start_hash) == (head, head_hash)
    overlaps = row is not None and row[0] == head_hash and target.hash_of(start) == start_hash
    if not follows and not overlaps:
        raise DatabaseUnusable(
            f"The archive {target.path} does not continue with this database: it ends at entry {head}, and the database "
            f"begins after entry {start}, or they differ. Nothing was archived. Name a new file."
        )


def _copy(db: Database, target: ArchiveFile, piece: Prefix) -> None:
    """Append what the archive does not have yet, and read it back."""
    before = target.head
    first = max(piece.first, before[0] + 1)
    entries = list(_rows(db, "events", "id BETWEEN ? AND ?", first, piece.last, order="id"))
    checked = _checked(db, first, piece.last, before)
    if checked.broken is not None:
        raise RecordDamaged(checked.broken)
    target.append(
        entries,
        _rows(db, "operations", f"id IN ({_ABOUT})", piece.first, piece.last, order="rowid"),
        _rows(db, "postings", "event BETWEEN ? AND ?", first, piece.last, order="event"),
    )
    target.verify_appended(before, target.head)


def _checked(db: Database, first: int, last: int, before: Head) -> Checked:
    return verify(audit_log.between(db, first, last), after=before)


def _rows(db: Database, table: str, where: str, *values: int, order: str) -> Iterator[dict[str, Any]]:
    return db.query(f"SELECT * FROM {table} WHERE {where} ORDER BY {order}", values)  # noqa: S608 - names of ours


def _delete(db: Database, target: ArchiveFile, piece: Prefix, order: Order) -> tuple[Archived, int]:
    """Delete what is in the archive, and record it. Returns what was moved, and how many operations."""
    grants = recorded_grants(_changes_of_grants(db, piece.last), order.now)
    with writing(db):
        still = prefix(db, order.before)
        finished = _finished(db, piece)
        moved = _described(db, piece.first, piece.last, file=str(target.path.resolve()), at=order.now)
        if (
            still.first != piece.first
            or still.last < piece.last
            or target.hash_of(piece.last) != moved.last[1]
            or any(target.document_of(each) != document for each, document in finished.items())
        ):
            raise DatabaseUnusable("What was to be archived has changed meanwhile. Try again.")
        last, last_hash = moved.last
        data: dict[str, Value] = {
            "first": piece.first,
            "last": last,
            "hash": last_hash,
            "operations": len(finished),
            "file": moved.file,
            "shell": order.by,
            **archived_grants.store(db, grants),
        }
        entry = audit_log.append(db, Event(EventKind.ARCHIVED, order.now, data))
        moved = replace(moved, recorded=entry.id)
        archived_entries.note(db, moved)
        db.execute("DELETE FROM postings WHERE event <= ?", (last,))
        db.execute("DELETE FROM events WHERE id <= ?", (last,))
        db.conn.executemany("DELETE FROM operations WHERE id = ?", ((each,) for each in finished))
    db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return moved, len(finished)


def _described(
    db: Database, first: int, last: int, *, file: str = "", at: datetime | None = None
) -> Archived:
    last_hash, newest_at = db.execute("SELECT hash, at FROM events WHERE id = ?", (last,)).fetchone()
    newest = moment_of(newest_at)
    return Archived(first, (last, last_hash), newest, newest if at is None else at, file, recorded=0)


def _finished(db: Database, piece: Prefix) -> dict[str, str]:
    """The operations that have no entry after these, each with its document."""
    return dict(
        db.execute(
            f"SELECT id, document FROM operations WHERE id IN ({_ABOUT}) AND {_OVER}",  # noqa: S608 - constants
            (piece.first, piece.last, piece.last),
        )
    )


def _changes_of_grants(db: Database, last: int) -> Iterator[Event]:
    """Those up to the entry `last`, and what was recorded when entries were archived before."""
    for entry in archived_grants.changes_of_grants(db):
        if entry.id <= last or entry.event.kind is EventKind.ARCHIVED:
            yield entry.event
