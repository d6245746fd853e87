"""Free space on the database's disk: the bot says that it runs out before it has, and keeps the last of it.

Below `RESERVED` new requests are refused, so that those under way can still be recorded and shown to their end, and
access can be revoked. A disk that is full all the same makes SQLite refuse every write: then nothing is lost either,
and the bot continues once there is room.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.store.errors import DatabaseUnusable

log = structlog.get_logger(__name__)

MB = 1_000_000
ALMOST_FULL = 200 * MB
RESERVED = 10 * MB  # a request takes some 20 kB until it has ended, and SQLite's WAL a few MB


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """`wanted`: with less free space, somebody should make room soon."""

    free: int
    wanted: int

    @classmethod
    def of(cls, database: Path) -> "DiskSpace":
        """A migration or a restore needs room for a second database beside the first.

        Raises:
            OSError: the disk does not tell.
        """
        file = database.resolve()
        found = os.statvfs(file.parent)
        return cls(found.f_bavail * found.f_frsize, max(ALMOST_FULL, 2 * file.stat().st_size))

    @property
    def is_almost_full(self) -> bool:
        return self.free < self.wanted

    @property
    def is_for_requests_under_way(self) -> bool:
        return self.free < RESERVED

    @property
    def free_in_words(self) -> str:
        return f"{self.free / MB:,.1f} MB"

    @property
    def wanted_in_words(self) -> str:
        return f"{self.wanted / MB:,.0f} MB"


class DiskWatch:
    """Logs once that the disk is almost full, once that it is full, and once that it has room again."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._space: DiskSpace | None = None
        self._said = ""

    def measure(self) -> DiskSpace | None:
        """Two system calls; None if the disk does not tell."""
        try:
            return DiskSpace.of(self._database)
        except OSError:
            return None

    def check(self) -> None:
        """A disk that does not tell is taken for one with room: SQLite refuses what it cannot write."""
        space = self._space = self.measure()
        if space is None:
            return
        now = (
            "disk_full"
            if space.is_for_requests_under_way
            else "disk_almost_full"
            if space.is_almost_full
            else ""
        )
        if now == self._said:
            return
        self._said = now
        log.warning(now or "disk_has_room_again", free_mb=round(space.free / MB, 1))

    def refuse_new_request(self) -> None:
        """Raises `DatabaseUnusable` if what was free at the last check is kept for the requests under way."""
        space = self._space
        if space is not None and space.is_for_requests_under_way:
            raise DatabaseUnusable(
                f"The disk that the database is on is full: the last {space.free_in_words} are kept for requests under way."
            )
