"""SQLite's WAL index (`-shm`), compared with the WAL (`-wal`): enough to tell SQLite's writes from any others.

In WAL mode SQLite writes into the database file during a checkpoint and at no other time, and each checkpoint updates
the index. The layout is fixed: https://www.sqlite.org/walformat.html, sections 2.1 and 3.1.
"""

import os
import struct
from dataclasses import dataclass

_HEADER = 48  # bytes; it is stored twice, and the copies differ during a write
_INDEX = 2 * _HEADER + 40
_LOG_HEADER = 32
_FRAME_HEADER = 24
_PAGE_SIZE_MAX = 65_536  # written as 1, since it does not fit into 16 bits


@dataclass(frozen=True, slots=True)
class WalIndex:
    """`frames` are committed in the WAL, `copied` of them are in the database file already."""

    salts: bytes
    frames: int
    page_size: int
    copied: int
    copying: int

    @property
    def is_being_copied(self) -> bool:
        """Whether a checkpoint is under way, or was cut short."""
        return self.copying != self.copied

    def is_of(self, log: int) -> bool:
        """Whether this can be the index of the WAL behind this descriptor."""
        if self.frames == 0:
            return True  # nothing in the WAL counts: it may be an old one, or empty
        size = _LOG_HEADER + self.frames * (_FRAME_HEADER + self.page_size)
        header = os.pread(log, _LOG_HEADER, 0)
        return header[16:24] == self.salts and os.fstat(log).st_size >= size


def read(descriptor: int) -> WalIndex | None:
    """The current index; None while its header is being written, or before it first is."""
    index = os.pread(descriptor, _INDEX, 0)
    if len(index) < _INDEX or index[:_HEADER] != index[_HEADER : 2 * _HEADER] or not index[12]:
        return None
    page_size, frames = struct.unpack_from("=HI", index, 14)
    (copied,) = struct.unpack_from("=I", index, 2 * _HEADER)
    (copying,) = struct.unpack_from("=I", index, 2 * _HEADER + 32)
    return WalIndex(
        salts=index[32:40],
        frames=frames,
        page_size=_PAGE_SIZE_MAX if page_size == 1 else page_size,
        copied=copied,
        copying=copying,
    )
