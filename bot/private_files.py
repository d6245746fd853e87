"""Files that nobody but their owner may read: the database, the files beside it, and the settings with their secrets."""

import os
import stat
from pathlib import Path

PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def is_open_to_others(path: Path) -> bool:
    """Whether others on this machine may read or write the file; a file that is not there is open to nobody."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_ours(path: Path) -> bool:
    """Whether this user may change who may read the file."""
    return os.geteuid() in {0, path.stat().st_uid}


def made_private(path: Path) -> bool:
    """Take from others the right to read and write the file; whether they had it.

    Raises:
        OSError: it is not ours to change.
    """
    if not is_open_to_others(path):
        return False
    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
    return True
