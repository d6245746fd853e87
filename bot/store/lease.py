"""One bot per database file: an operating system's lock beside it, and who holds it for whoever comes second.

The lock goes with the process, however that ends, so no lock is ever left over and nothing decides that one is
stale. What the lock file says about its holder is only for people: nothing trusts it. Whoever administers the
grants needs no lease.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bot.store.database import PRIVATE, unusable
from bot.store.errors import DatabaseInUse
from bot.store.values import text_of

_HOLDER_MAX_BYTES = 1_000  # of a lock file; more is not ours to repeat


@contextmanager
def lease(path: Path, now: datetime) -> Iterator[None]:
    """Be the one bot on the database at `path`; take it before opening the file, and give it back after closing it.

    Raises:
        DatabaseInUse: another process holds it, with its process id, its host and since when.
        DatabaseUnusable: no lock file can be made there.
    """
    # By its real name: a link to the database is the same database.
    beside = Path(f"{path.resolve()}.lock")
    if not beside.parent.is_dir():  # filelock would create it, and hide a mistyped path
        raise unusable(path, NotADirectoryError())
    lock = FileLock(
        beside,
        mode=PRIVATE,
        thread_local=False,
        fallback_to_soft=False,  # a file system without locks: better no bot than two
        on_acquired=lambda descriptor: _sign(descriptor, now),
    )
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise DatabaseInUse(
            f"The database {path} is in use by another bot{_holder(beside)}. Stop that one first."
        ) from error
    except OSError as error:
        raise unusable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _sign(descriptor: int, now: datetime) -> None:
    holder = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": text_of(now)}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder, 0)


def _holder(lock_file: Path) -> str:
    # The holder may have locked it this instant and not have signed yet.
    try:
        with lock_file.open("rb") as file:
            holder = json.loads(file.read(_HOLDER_MAX_BYTES))
        since = datetime.fromisoformat(holder["since"]).astimezone(UTC)
        return f": process {int(holder['pid'])} on {holder['host']}, since {since:%Y-%m-%d %H:%M} UTC"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""
