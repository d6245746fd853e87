"""Takes a backup: a verified copy of the database, also while the bot runs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.store.backup.backup_time import store_in_copy
from bot.store.backup.verification import Reading, Verified, head_of, no_progress, verify_copy
from bot.store.connection.copying import give_name, unnamed_copy
from bot.store.connection.lease import check_before_opening
from bot.store.connection.read_only import open_for_reading
from bot.store.errors import DatabaseUnusable


def back_up(
    path: Path, target: Path, reading: Reading = no_progress, *, at: datetime | None = None
) -> Verified:
    """Copy the database at `path` to `target`, which must not exist, and verify the copy before it gets that name.

    The database may be of an older version of the bot. `at` is the bot's time, for `doctor` after a restore of the copy;
    None if it is not known.

    Raises:
        DatabaseMissing: there is no database.
        DatabaseUnusable: it cannot be read, or the copy cannot be written or is damaged: then there is none.
        BotHoldsAnotherFile: the running bot uses another file.
    """
    check_before_opening(path)
    if target.exists() or target.is_symlink():
        raise DatabaseUnusable(f"{target} exists already. Choose another name.")
    with open_for_reading(path, older=True) as db:
        head = head_of(db)
        with in_words_of(target), unnamed_copy(db.conn, target) as copy:
            verified = verify_copy(copy, f"The copy of {path}", [head], reading=reading)
            if at is not None:  # only now: what is written into a damaged copy would fail for another reason
                store_in_copy(copy, at)
            give_name(copy, target)
    return verified


@contextmanager
def in_words_of(target: Path) -> Iterator[None]:
    """Turn errors while a copy is written into a message for people."""
    try:
        yield
    except OSError as error:
        raise DatabaseUnusable(f"{target} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"{target} cannot be written: {error}.") from error
