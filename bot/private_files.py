"""File permissions: only the owner may read the database, the files beside it, and the settings' secrets."""

import stat
from pathlib import Path

import structlog

from bot.domain.errors import UserError

log = structlog.get_logger(__name__)

PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class OpenToOthers(UserError):  # noqa: N818 - named for what is wrong
    """A private file that others on the machine can read, and that this user cannot close to them."""


def is_open_to_others(path: Path) -> bool:
    """Whether others on this machine may read or write the file; False if there is no such file."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except (FileNotFoundError, NotADirectoryError):
        return False


def close_to_others(*files: Path) -> None:
    """Remove others' permission to read and write these files, and log each file where they had it.

    Raises:
        OpenToOthers: they have it, and this user cannot remove it.
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
            f"Other users of this machine can read {file}, and this user cannot change that ({error.strerror}). "
            f"Have its owner run `chmod 600 {file}`."
        ) from error
