"""A copy of a database in one private file, by SQLite's online backup: the source may be written meanwhile.

A copy gets its name only when it is complete and on the disk. Until then it is a hidden file `.NAME.….part` beside it,
which a process that is killed leaves there.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_SQLITES_ENDINGS = ("", "-journal", "-wal", "-shm")


@contextmanager
def unnamed_copy(source: sqlite3.Connection, target: Path) -> Iterator[Path]:
    """A complete copy beside `target`, for `give_name`; otherwise it is removed at the end of this context.

    Raises:
        OSError: nothing can be created beside `target`.
        sqlite3.Error: the source cannot be read, or the copy cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(descriptor)
    try:
        _copy(source, Path(name))
        yield Path(name)
    finally:
        for ending in _SQLITES_ENDINGS:
            Path(f"{name}{ending}").unlink(missing_ok=True)


def give_name(copy: Path, target: Path) -> None:
    copy.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until the file, or the folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: sqlite3.Connection, copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as target:
        # All pages in one step: between two, every write of the bot would make it start again.
        source.backup(target)
        # In WAL mode even reading a file needs two more beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    sync(copy)
