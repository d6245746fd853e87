"""An archive: a database of its own that entries of the audit log are copied to, each with what it is about.

Entries are appended in one transaction, which is on the disk when it returns, and read back by another connection.
"""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.domain.audit_chain import Head
from bot.store import archived_entries, audit_log, audit_verification
from bot.store.backup.backup import in_words_of
from bot.store.backup.verification import Reading, verify_copy
from bot.store.connection.copying import give_name
from bot.store.connection.database import insert, open_database, writing
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable

_Row = Mapping[str, Any]
_BESIDE = ("", "-wal", "-shm")
_WORKSPACE = ("team", "url")  # what reading commands name people and link messages by


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """Open it with `opened()`."""

    path: Path
    _db: Database

    @property
    def head(self) -> Head:
        return audit_log.head(self._db)

    @property
    def start(self) -> Head:
        """The head that its first entry continues."""
        return archived_entries.start(self._db)

    def hash_of(self, entry: int) -> str | None:
        """The hash of an entry of the archive, or of the one that it continues."""
        start, start_hash = self.start
        if entry == start:
            return start_hash
        row = self._db.execute("SELECT hash FROM events WHERE id = ?", (entry,)).fetchone()
        return None if row is None else str(row[0])

    def document_of(self, operation: str) -> str | None:
        """The operation as it is archived."""
        row = self._db.execute("SELECT document FROM operations WHERE id = ?", (operation,)).fetchone()
        return None if row is None else str(row[0])

    def append(self, entries: Iterable[_Row], operations: Iterable[_Row], postings: Iterable[_Row]) -> None:
        """Append the entries that follow its head, with the current state of the operations, old ones included.

        Raises:
            DatabaseUnusable: it cannot be written: then nothing is appended.
        """
        try:
            with writing(self._db):
                for row in operations:
                    self._put(row)
                for row in entries:
                    insert(self._db, "events", row)
                for row in postings:
                    insert(self._db, "postings", row)
        except DatabaseUnusable as error:
            raise DatabaseUnusable(
                f"The archive {self.path} cannot be written ({error.message.rstrip('.')}). Nothing that is not in it was "
                "deleted from the database."
            ) from error
        # Then the file alone has everything, even if somebody copies it.
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def remember(self, workspace: Mapping[str, str]) -> None:
        """Store of which workspace the entries are."""
        with writing(self._db):
            for key in _WORKSPACE:
                if key in workspace:
                    self._db.execute(
                        "INSERT INTO workspace (key, value) VALUES (?, ?)"
                        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                        (key, workspace[key]),
                    )

    def verify_appended(self, before: Head, after: Head) -> None:
        """Read the entries after `before` again, from the file.

        Raises:
            DatabaseUnusable: they are not one chain up to `after`.
        """
        with open_for_reading(self.path) as again:
            checked = audit_verification.verify(again, [after], earlier=before)
        if checked.broken is not None or checked.newest != after:
            raise DatabaseUnusable(
                f"{self.path} is not what was written to it. Nothing was deleted from the database: check its disk."
            )

    def _put(self, row: _Row) -> None:
        columns = ", ".join(row)
        values = ", ".join(f":{column}" for column in row)
        changes = ", ".join(f"{column} = excluded.{column}" for column in row if column != "id")
        self._db.execute(
            f"INSERT INTO operations ({columns}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {changes}",  # noqa: S608 - names of ours
            dict(row),
        )


@contextmanager
def opened(path: Path, continued: Head, reading: Reading) -> Iterator[ArchiveFile]:
    """The archive at `path`, verified; if there is none, a private one that continues this head.

    Raises:
        DatabaseUnusable: it cannot be created or written, another process archives there, or it is no archive, or is
            damaged or broken.
    """
    with in_words_of(path), _locked(path):
        if not path.exists():
            _create(path, continued)
        with open_database(path, is_archive=True) as db:
            # Copying postings and operations in order is enough here: triggers keep what deletes or changes them.
            db.execute("PRAGMA foreign_keys = OFF")
            verified = verify_copy(path, str(path), reading=reading)
            if verified.broken is not None:
                raise DatabaseUnusable(
                    f"The archive {path} is broken at entry {verified.broken.id}, which {verified.broken.why}. Nothing was "
                    "archived: keep this file, and name a new one."
                )
            yield ArchiveFile(path, db)
            # A reader then needs no files beside it. Somebody who reads it now prevents that, and nothing is lost.
            with suppress(sqlite3.OperationalError):
                db.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock on the folder, which leaves no file there: of two that create one archive, one would lose its WAL."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DatabaseUnusable(
            f"Another process archives to {path.parent} right now. Nothing was archived. Try again once it has ended."
        ) from error
    finally:
        os.close(folder)


def _create(path: Path, continued: Head) -> None:
    """It gets its name once it says that it is an archive: otherwise a bot could begin with it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    new = Path(name)
    try:
        with open_database(new) as db:
            with writing(db):
                archived_entries.mark_as_archive(db, continued)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        give_name(new, path)
    finally:
        for ending in _BESIDE:
            Path(f"{name}{ending}").unlink(missing_ok=True)
