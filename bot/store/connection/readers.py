"""Read-only connections, each with its own thread: in WAL mode they wait for no writer, and no writer waits for them.

One serves the reads that people wait for, in the order requested; the other serves those that can wait.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.store.connection.database import open_beside

_T = TypeVar("_T")


class Readers:
    """To be closed before the writing connection."""

    def __init__(self, for_people: Database, for_housekeeping: Database) -> None:
        self.connections = for_people, for_housekeeping
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix="store-reader") for _ in self.connections]

    @classmethod
    def open(cls, path: Path) -> "Readers":
        """For a database that is open for writing, so that SQLite's files beside it exist.

        Raises:
            DatabaseUnusable: it cannot be read, and why.
        """
        with ExitStack() as undone:
            for_people = open_beside(path)
            undone.callback(for_people.close)
            for_housekeeping = open_beside(path)
            undone.pop_all()
            return cls(for_people, for_housekeeping)

    def submit(self, work: Callable[[Database], _T], *, can_wait: bool) -> Future[_T]:
        return self._threads[can_wait].submit(work, self.connections[can_wait])

    def stop(self) -> None:
        """Accept no more work, and finish what was submitted."""
        for thread in self._threads:
            thread.shutdown()

    def close(self) -> None:
        """After `stop`."""
        for connection in self.connections:
            connection.close()
