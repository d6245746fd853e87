"""Files that nobody but their owner may read: the database, the files beside it, and the settings with their secrets."""

import stat
from pathlib import Path

import structlog

from bot.domain.errors import UserError

log = structlog.get_logger(__name__)

PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class OpenToOthers(UserError):  # noqa: N818 - named for what is wrong
    """A file that holds what others on the machine must not read, and is not ours to close to them."""


def is_open_to_others(path: Path) -> bool:
    """Whether others on this machine may read or write the file; a file that is not there is open to nobody."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except (FileNotFoundError, NotADirectoryError):
        return False


def close_to_others(*files: Path) -> None:
    """Take from others the right to read and write these files, and log of which they had it.

    Raises:
        OpenToOthers: they have it, and it is not ours to take.
    """
    for file in files:
        if is_open_to_others(file):
            _make_private(file)
            log.warning("others_could_read", file=str(file))


def _make_private(file: Path) -> None:
    try:
        file.chmod(stat.S_IMODE(file.stat().st_mode) & ~_OTHERS)
    except OSError as error:
        raise OpenToOthers(
            f"Others on this machine may read {file}, and this user cannot change that ({error.strerror}). "
            f"Have its owner run `chmod 600 {file}`."
        ) from error
