"""The holder of a lease, as it names itself in the lock file.

Who holds the lease, only the lock says. What is written stays when the lock is released: it then names the last holder,
and the file that it held, by which the next one notices that there is no database any more.
"""

import json
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store.column_values import text_of

_HOLDER_MAX_BYTES = 1_000  # of a lock file; the bot writes less


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder named in a lock file; `database` is its file's device and inode, which older versions leave out."""

    pid: int
    host: str
    since: datetime
    database: tuple[int, int] | None

    @property
    def identity(self) -> str:
        """The same for no other process on this database: in containers every process has the same id."""
        return f"{self.pid} on {self.host} since {text_of(self.since)}"

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC"


def sign_as_holder(descriptor: int, now: datetime, database: int) -> None:
    held = os.fstat(database)
    holder = json.dumps(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": text_of(now),
            "database": [held.st_dev, held.st_ino],
        }
    ).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder, 0)


def holder_in(lock_file: Path) -> Holder | None:
    # The holder may have just locked it, and not have signed yet.
    try:
        with lock_file.open("rb") as file:
            holder = json.loads(file.read(_HOLDER_MAX_BYTES))
        since = datetime.fromisoformat(holder["since"]).astimezone(UTC)
        return Holder(int(holder["pid"]), str(holder["host"]), since, _inode(holder.get("database")))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return None


def _inode(written: object) -> tuple[int, int] | None:
    match written:
        case [int(device), int(inode)]:
            return device, inode
        case _:
            return None
