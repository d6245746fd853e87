"""Restores a backup: a verified copy of it takes the place of the database, which is kept beside it under another name.

The bot must not run. Until the last step nothing is changed, and if that is cut short, the lock file still names the
database that was there: no bot begins with an empty one. A backup of an older version of the bot is not migrated.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from bot.domain.errors import UserError
from bot.store.archived_entries import continued_by_archive
from bot.store.backup.backup import in_words_of
from bot.store.backup.backup_time import last_backup, store_in_copy
from bot.store.backup.losses import Losses, compare
from bot.store.backup.verification import Reading, Verified, no_progress, verify_copy
from bot.store.connection.copying import give_name, sync, unnamed_copy
from bot.store.connection.database import only_read, reject_archive
from bot.store.connection.lease import check_log, without_bot
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseMissing, DatabaseUnusable

_BESIDE = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restoration:
    """A backup that is verified and ready to take the place of the database.

    `losses` is None if there is no database to compare with; `not_compared` says why, if there is a file.
    `backed_up_at` is the last backup that the current database knows of and this one does not.
    """

    verified: Verified
    losses: Losses | None
    not_compared: str
    backed_up_at: datetime | None
    _database: Path
    _copy: Path
    _now: datetime
    _sign: Callable[[], None]

    def apply(self) -> Path | None:
        """Put the backup in place. Returns what the database that was there is called now; None if there was none.

        Raises:
            DatabaseUnusable: a file cannot be renamed.
        """
        with in_words_of(self._database):
            if self.backed_up_at is not None:
                store_in_copy(self._copy, self.backed_up_at)
            kept = self._put_aside()
            give_name(self._copy, self._database)
            self._sign()
        return kept

    def _put_aside(self) -> Path | None:
        kept = self._unused_name()
        has_database = self._database.exists()
        if has_database and self.losses is not None:
            _checkpoint(self._database)
        # SQLite finds them beside the database by its name.
        for ending in ("", *_BESIDE):
            file = Path(f"{self._database}{ending}")
            if file.exists():
                file.replace(f"{kept}{ending}")
        sync(kept.parent)
        return kept if has_database else None

    def _unused_name(self) -> Path:
        """Of this second; with a number behind it, if that is taken."""
        name = f"{self._database.name}.replaced-{self._now:%Y%m%dT%H%M%SZ}"
        taken = {file.name for file in self._database.parent.iterdir()}
        numbered = (f"{name}-{number}" for number in count(2))
        return self._database.with_name(next(each for each in chain([name], numbered) if each not in taken))


@contextmanager
def restoration(
    path: Path, backup: Path, now: datetime, reading: Reading = no_progress
) -> Iterator[Restoration]:
    """Verify `backup`, and compare it with the database at `path`, on which no bot can start within this context.

    Raises:
        DatabaseInUse: a bot runs on the database.
        DatabaseUnusable: the backup is missing, damaged, not a database of this bot, or of a newer version of it; or an
            archive would be replaced.
    """
    database = path.resolve()
    if backup.resolve() == database:
        raise DatabaseUnusable(f"{backup} is the database itself. Nothing was changed.")
    if _has_archive(path):
        raise only_read(path)
    with ExitStack() as held:
        sign = held.enter_context(without_bot(path, now))
        source = held.enter_context(_opened_backup(backup))
        with in_words_of(database):
            copy = held.enter_context(unnamed_copy(source, database))
        verified = verify_copy(copy, str(backup), reading=reading)
        losses, later_backup, why = _compared(path, copy, now)
        yield Restoration(verified, losses, why, later_backup, database, copy, now, sign)


def _has_archive(path: Path) -> bool:
    """Whether an archive is there. Whatever else is there, and cannot be read, can be replaced."""
    try:
        with open_for_reading(path, older=True) as db:
            return continued_by_archive(db) is not None
    except (UserError, sqlite3.Error):
        return False


@contextmanager
def _opened_backup(backup: Path) -> Iterator[sqlite3.Connection]:
    try:
        opened = open_for_reading(backup, older=True)
    except DatabaseMissing as error:
        raise DatabaseUnusable(f"There is no backup at {backup}, or it is empty.") from error
    with opened as db:
        reject_archive(db.conn, backup)
        yield db.conn


def _compared(path: Path, copy: Path, now: datetime) -> tuple[Losses | None, datetime | None, str]:
    try:
        check_log(path)
        with open_for_reading(path, older=True) as current, open_for_reading(copy, older=True) as restored:
            known, known_there = last_backup(current), last_backup(restored)
            is_later = known is not None and (known_there is None or known_there < known)
            return compare(current, restored, now), known if is_later else None, ""
    except DatabaseMissing:
        return None, None, ""
    except UserError as error:
        return None, None, error.message
    except sqlite3.Error as error:
        return None, None, f"The database {path} cannot be read: {error}."


def _checkpoint(database: Path) -> None:
    """Write the WAL into the file, and close it: then it is whole, and its WAL is removed."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
