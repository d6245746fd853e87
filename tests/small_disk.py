"""A small disk of its own, that a test fills: a file system in memory, where this user may mount one."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHUNK = 4096


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mounted on `folder`. Stories show the same with a database that cannot grow, wherever they run."""
    mounted = subprocess.run(  # noqa: S603 - a path of our own
        ["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", str(folder)], check=True)  # noqa: S603 - as above


def free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def fills(disk: Path, *, leaving: int = 0) -> Path:
    """A file that leaves so many bytes free, or none."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        try:
            while free(disk) > leaving or not leaving:
                file.write(bytes(CHUNK))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - it is how this ends
    return filler
