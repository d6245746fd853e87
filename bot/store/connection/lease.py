"""The lease: one bot per database, by OS locks on the file itself and on a lock file beside it that names the holder.

The locks end with the process, however that ends, so none is ever left over and nothing decides that one is stale. The
lock on the database's own inode holds whatever happens to paths and to the lock file. Older versions of the bot take
the one on the lock file. What that file says about its holder (`lease_holder`) is for people, for the shell, which has to
know which file a running bot holds, and for the next bot, which must not begin with an empty file after a loss.
Administering grants needs no lease.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from bot.private_files import PRIVATE
from bot.store.connection.database import create_private, unusable
from bot.store.connection.lease_holder import Holder, holder_in, sign_as_holder
from bot.store.errors import BotHoldsAnotherFile, DatabaseGone, DatabaseInUse, DatabaseUnusable

FLOCK_IS_APART = sys.platform == "linux"  # independent of SQLite's locks; elsewhere they block each other


@contextmanager
def lease(path: Path, now: datetime) -> Iterator[Path]:
    """Hold the lease on the database at `path`; yields the lock file, which must stay where it is.

    Acquire it before SQLite opens the database, and release it after SQLite has closed it: closing any descriptor of
    the file releases SQLite's locks on it, too.

    Raises:
        DatabaseInUse: another process holds it, with its process id, its host and since when.
        DatabaseGone: there is none, and there was one before.
        DatabaseUnusable: no lock can be taken there, or the database has a hard link, or the WAL of another one.
    """
    beside = lock_file_of(path)
    if not beside.parent.is_dir():
        raise unusable(path, NotADirectoryError())
    with ExitStack() as held:
        try:
            before = holder_in(beside)
            signed = held.enter_context(_locked(beside, by=before, path=path))
            _refuse_missing(path, before)
            create_private(path)
            _refuse_log_of_another(path, before)
            sign_as_holder(signed, now, held.enter_context(_held(path)))
        except OSError as error:
            raise unusable(path, error) from error
        yield beside


@contextmanager
def without_bot(path: Path, now: datetime) -> Iterator[Callable[[], None]]:
    """Keep every bot off the database at `path`, which may be missing or damaged, while another file takes its place.

    Yields what to call once that file is there: it becomes the one that the lock file names.

    Raises:
        DatabaseInUse: a bot runs on it.
        DatabaseUnusable: no lock can be taken there.
    """
    beside = lock_file_of(path)
    if not beside.parent.is_dir():
        raise unusable(path, NotADirectoryError())
    with ExitStack() as held:
        signed = held.enter_context(_locked(beside, by=holder_in(beside), path=path))
        if path.exists():
            held.enter_context(_held(path))

        def sign() -> None:
            with _opened(path.resolve()) as database:
                sign_as_holder(signed, now, database)

        yield sign


def _held(path: Path) -> AbstractContextManager[int]:
    return _locked(path.resolve(), by=None, path=path) if FLOCK_IS_APART else _opened(path.resolve())


def files_of(path: Path) -> tuple[Path, ...]:
    """The database, and the files kept beside it."""
    database = path.resolve()
    return tuple(Path(f"{database}{ending}") for ending in ("", "-wal", "-shm", ".lock"))


def lock_file_of(path: Path) -> Path:
    # By its real path: a link to the database is the same database.
    return Path(f"{path.resolve()}.lock")


def is_held(path: Path) -> bool:
    """Whether a bot runs on this database."""
    return _is_locked(lock_file_of(path))


def running_bot(path: Path) -> Holder | None:
    """The bot that runs on this database, as it names itself; None if none does, or it has not named itself yet."""
    return holder_in(lock_file_of(path)) if is_held(path) else None


def running_identity(path: Path) -> str:
    """The `Holder.identity` of the bot that runs on this database; empty if none does, or it has not named itself yet."""
    holder = running_bot(path)
    return "" if holder is None else holder.identity


def check_before_opening(path: Path) -> None:
    """Reject a database that replaced another one, as long as that one or its WAL is in use.

    Raises:
        BotHoldsAnotherFile: the running bot uses a file that was at `path` before.
        DatabaseGone: there is none, and there was one before.
        DatabaseUnusable: SQLite would take the WAL of that file for this one's.
    """
    beside = lock_file_of(path)
    holder = holder_in(beside)
    if holder is None or holder.database is None:
        return
    if holder.database != _inode_at(path) and _is_locked(beside):
        raise BotHoldsAnotherFile(
            f"The running bot ({holder}) does not use {path}, but a file that was there before. "
            "Nothing was changed. Restart that bot, and try again."
        )
    _refuse_missing(path, holder)
    _refuse_log_of_another(path, holder)


def _refuse_missing(path: Path, holder: Holder | None) -> None:
    """A bot that lost its database is restarted by its supervisor: it must not begin with an empty one, unnoticed."""
    if holder is None or holder.database is None or _size(path) or _is_same_inode(path, holder):
        return
    beside = lock_file_of(path)
    raise DatabaseGone(
        f"The database {path} is gone: a bot ran on it ({holder}), and there is no such file any more, or an empty "
        "one. Put it back, or restore a backup with `pipeline-bot restore FILE`. To begin with an empty database, "
        f"remove {beside.name}, which is beside it."
    )


def _is_same_inode(path: Path, holder: Holder) -> bool:
    """By the inode alone, since device numbers may change at a reboot."""
    found = _inode_at(path)
    return found is not None and holder.database is not None and found[1] == holder.database[1]


def check_log(path: Path) -> None:
    """Raises `DatabaseUnusable` if SQLite would take the WAL of another file for that of the database at `path`."""
    _refuse_log_of_another(path, holder_in(lock_file_of(path)))


def _refuse_log_of_another(path: Path, holder: Holder | None) -> None:
    """A WAL does not name its database: SQLite would write its pages into the one beside it."""
    database, log, _, beside = files_of(path)
    if holder is None or holder.database is None or not _size(database) or not _size(log):
        return
    if not _is_same_inode(database, holder):
        raise DatabaseUnusable(
            f"The database {path} cannot be used: it was put there after the bot last started, and {log.name} beside "
            f"it may belong to the earlier file. Remove {log.name} and {path.name}-shm; "
            f"if they came with this database, remove {beside.name} instead."
        )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


@contextmanager
def _locked(file: Path, *, by: Holder | None, path: Path) -> Iterator[int]:
    """Hold a lock on the file; `by` is the likely holder if it is taken."""
    with ExitStack() as held:
        try:
            descriptor = held.enter_context(_opened(file))
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = f": {by}" if by else ""
            raise DatabaseInUse(
                f"The database {path} is in use by another bot{who}. Stop that one first."
            ) from error
        except OSError as error:
            # Not another bot: the folder is read-only, or the file system keeps no locks.
            raise DatabaseUnusable(
                f"The database {path} cannot be used: {file.name} cannot be locked ({error.strerror}). "
                "Its folder must be on a local disk, and writable for this user."
            ) from error
        yield descriptor


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_locked(lock_file: Path) -> bool:
    try:
        descriptor = os.open(lock_file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)


def _inode_at(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
