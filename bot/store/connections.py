"""The bot's SQLite connections: one that writes, on a thread of its own, and some that read.

Before and after each use, it must still be the database that was opened: otherwise the store is lost, for good.
Writes are done in order, but those that people wait for overtake those that can wait.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Self, TypeVar

import structlog
from sqlite_utils import Database

from bot.engine.ports import DatabaseLost, StoreUnavailable
from bot.shutdown_times import STORE_LOCK
from bot.store import audit_log
from bot.store.connection.database import create_private, in_words, open_database, unusable
from bot.store.connection.file_guard import FileGuard
from bot.store.connection.readers import Readers
from bot.store.disk_space import DiskWatch
from bot.store.errors import DatabaseReplaced

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


class Connections:
    """Open them with `open()`, close them with `aclose()`."""

    _kept_open: ClassVar[list[Database]] = []

    def __init__(
        self, thread: ThreadPoolExecutor, db: Database, readers: Readers, guard: FileGuard, disk: DiskWatch
    ) -> None:
        self._thread = thread
        self._db = db
        self._readers = readers
        self._guard = guard
        self.disk = disk
        self._guarding = threading.Lock()
        self._housekeeping = asyncio.Lock()
        self._head = audit_log.head(db)
        self._lost: DatabaseLost | None = None
        self._writing, self._reading = _Outage(), _Outage()

    @classmethod
    def open(cls, path: Path, beside: Iterable[Path]) -> Self:
        """See `SqliteStore.open`."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            return thread.submit(cls._opened, thread, path, tuple(beside)).result()
        except BaseException:
            thread.shutdown(wait=False)
            raise

    @classmethod
    def _opened(cls, thread: ThreadPoolExecutor, path: Path, beside: tuple[Path, ...]) -> Self:
        try:
            with ExitStack() as undone, in_words():
                create_private(path)
                guard = FileGuard.before_opening(path, beside)
                undone.callback(guard.close)
                db = open_database(path)
                undone.callback(db.close)
                guard.opened()
                readers = Readers.open(path)
                undone.callback(readers.close)
                opened = cls(thread, db, readers, guard, DiskWatch(path))
                undone.pop_all()
                return opened
        except OSError as error:
            raise unusable(path, error) from error

    def hurry(self) -> None:
        """From now on, wait for another process's lock for a moment only: the bot is stopping."""
        self._thread.submit(self._db.execute, f"PRAGMA busy_timeout = {STORE_LOCK * 1000:.0f}")

    async def aclose(self) -> None:
        """See `SqliteStore.aclose`."""
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)
        await asyncio.shield(closing)

    async def write(self, work: Callable[[Database], _T], *, can_wait: bool = False) -> _T:
        """Do `work` on the writing connection.

        Work that `can_wait` enters the thread's queue one piece at a time: other work waits for one at most.
        """
        if not can_wait:
            return await self._in_line(work)
        async with self._housekeeping:
            return await self._in_line(work)

    async def read(self, work: Callable[[Database], _T], *, can_wait: bool = False) -> _T:
        """Do `work` on a connection that only reads: it sees all that was durable when it was requested."""
        done = partial(self._watched, self._reading, work)
        return await asyncio.wrap_future(self._readers.submit(done, can_wait=can_wait))

    @property
    def write_trouble(self) -> str | None:
        """Why the last transaction that had something to write failed; None if it did not."""
        return self._writing.why

    async def _in_line(self, work: Callable[[Database], _T]) -> _T:
        done = partial(self._watched, self._writing, work, self._db)
        return await asyncio.get_running_loop().run_in_executor(self._thread, done)

    def _watched(self, outage: "_Outage", work: Callable[[Database], _T], db: Database) -> _T:
        before = db.conn.total_changes
        try:
            done = self._checked(work, db)
        except DatabaseLost:
            raise
        except StoreUnavailable as error:
            outage.goes_on(error)
            raise
        # A transaction that wrote nothing does not prove that a full disk has space again.
        if outage is self._reading or db.conn.total_changes > before:
            outage.is_over()
        return done

    def _checked(self, work: Callable[[Database], _T], db: Database) -> _T:
        """Do the work on the database that was opened, or not at all; a result from another one is never returned."""
        if self._lost is not None:
            raise self._lost
        try:
            with in_words():
                self._check(db)
                done = work(db)
                self._check(db)
        except DatabaseLost as lost:
            self._lost = lost
            raise
        except OSError as error:  # not even the file's metadata can be read
            self._lost = DatabaseReplaced(f"The bot's database cannot be reached any more: {error.strerror}.")
            raise self._lost from error
        return done

    def _check(self, db: Database) -> None:
        with self._guarding:
            self._guard.check()
        head = audit_log.head_after(db, self._head)
        if head is None:
            raise DatabaseReplaced(
                "The bot's database was restored from a copy: what the bot last recorded is not in it."
            )
        if db is self._db:
            self._head = head

    def _close(self) -> None:
        self._readers.stop()
        try:
            if self._lost is None:
                self._guard.check()
        except DatabaseLost as lost:
            self._lost = lost
            raise
        finally:
            if self._lost is None:
                self._readers.close()
                self._db.close()
                self._guard.close()
            else:
                # On closing, SQLite would copy its WAL into the file that is at the path now, whatever that is.
                self._kept_open.extend((*self._readers.connections, self._db))


@dataclass(slots=True)
class _Outage:
    """Logs once that the store cannot be read, or written, and once that it can again."""

    why: str | None = None  # None: there is none

    def goes_on(self, error: StoreUnavailable) -> None:
        if self.why is None:
            log.warning("store_unavailable", why=error.message)
        self.why = error.message

    def is_over(self) -> None:
        if self.why is not None:
            log.warning("store_available_again")
        self.why = None
