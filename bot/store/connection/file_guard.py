"""The file guard: detects that SQLite's files were replaced since it opened them, or written by something else.

SQLite goes on with a file that was replaced, deleted or overwritten, and the bot would decide by grants that nobody
can see or revoke any more. The guard compares device and inode of the database, of the files that SQLite keeps beside
it and of the lock file. For a copy written into the same inode, it compares the time of the last write, which only
SQLite's checkpoints may change. These few system calls are made before and after every use of the database.

Closing any descriptor of a file releases all locks that the process has on it, SQLite's included. So the guard opens
its descriptors itself, keeps them, and is closed after the connection.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bot.store.connection import wal_index
from bot.store.errors import DatabaseReplaced

LOG, INDEX = "-wal", "-shm"

_Inode = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Written:
    """The progress of SQLite's checkpoints, and the time and size of the database file after it."""

    checkpoint: tuple[bytes, int]
    file: tuple[int, int]

    def without_checkpoint_since(self, last: "_Written") -> bool:
        return self.checkpoint == last.checkpoint and self.file != last.file


@dataclass(slots=True)
class FileGuard:
    """`names`: the database's real path first; the path that it was opened by may be a link."""

    names: tuple[Path, ...]
    _descriptors: list[int] = field(default_factory=list)
    _inodes: dict[Path, _Inode] = field(default_factory=dict)
    _index: int = -1
    _log: int = -1
    _written: _Written | None = None

    @classmethod
    def before_opening(cls, path: Path, beside: Iterable[Path] = ()) -> Self:
        """Start with the database file that is there now; `beside` are more files that must stay the same.

        Raises:
            OSError: one of them is missing, or cannot be read.
        """
        guard = cls((path.resolve(), path.absolute()))
        try:
            for file in (*guard.names, *beside):
                guard._watch(file)
        except OSError:
            guard.close()
            raise
        return guard

    def opened(self) -> None:
        """To call once SQLite has opened the database and read from it: the files beside it exist.

        Raises:
            DatabaseReplaced: it opened another file than was there before.
            OSError: a file beside it is missing.
        """
        self._log = self._watch(self._beside(LOG))
        self._index = self._watch(self._beside(INDEX))
        self.check()

    def check(self) -> None:
        """Compare the files with those that were opened.

        Raises:
            DatabaseReplaced: something changed, and what.
        """
        for file, inode in self._inodes.items():
            self._compare(file, inode)
        before = wal_index.read(self._index)
        database = os.fstat(self._descriptors[0])
        is_of_the_log = before is not None and before.is_of(self._log)
        # The index is read first and last: otherwise a WAL that restarts in between would be taken for another's.
        if before is None or before != wal_index.read(self._index) or before.is_being_copied:
            return  # a write is in progress: the next check compares with the last quiet one
        if not is_of_the_log:
            raise DatabaseReplaced(f"Something other than SQLite wrote into {self._beside(LOG).name}.")
        now = _Written((before.salts, before.copied), (database.st_mtime_ns, database.st_size))
        if self._written is not None and now.without_checkpoint_since(self._written):
            raise DatabaseReplaced("Something other than SQLite wrote into the file of the bot's database.")
        self._written = now

    def close(self) -> None:
        """To call after the connection is closed, never before."""
        while self._descriptors:
            os.close(self._descriptors.pop())

    def _beside(self, ending: str) -> Path:
        return self.names[0].with_name(f"{self.names[0].name}{ending}")

    def _watch(self, file: Path) -> int:
        # Held open, so that no other file can be given its inode.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self._descriptors.append(descriptor)
        found = os.fstat(descriptor)
        self._inodes[file] = found.st_dev, found.st_ino
        return descriptor

    def _compare(self, file: Path, inode: _Inode) -> None:
        is_database = file in self.names
        try:
            found = file.stat()
        except OSError:
            found = None
        if found is not None and (found.st_dev, found.st_ino) == inode:
            if is_database and found.st_nlink > 1:
                raise DatabaseReplaced("The file of the bot's database has a second name (a hard link).")
            return
        if not is_database:
            raise DatabaseReplaced(f"The file {file.name} beside the bot's database was removed or replaced.")
        if found is None:
            raise DatabaseReplaced("The file of the bot's database was deleted or moved away.")
        raise DatabaseReplaced("Another file was put in the place of the bot's database.")
