"""UUIDv7 as Feldera makes them: in order of creation, here counted instead of random so that a run can be repeated."""

import hashlib
from datetime import datetime
from itertools import count
from uuid import UUID

_VERSION_AND_VARIANT = 0x7000_8000_0000_0000_0000


class Identities:
    """Each id is later in order than those before it of the same millisecond (up to 4096 of them).

    No id of one installation is one of another's.
    """

    def __init__(self, installation: int = 0) -> None:
        self._numbers = count(1)
        self._salt = installation.to_bytes(8) if installation else b""

    def next(self, at: datetime) -> str:
        number = next(self._numbers)
        digest = hashlib.sha256(number.to_bytes(8) + self._salt).digest()
        rest = int.from_bytes(digest[:8]) & 0x3FFF_FFFF_FFFF_FFFF
        millisecond = int(at.timestamp() * 1000)
        return str(UUID(int=millisecond << 80 | _VERSION_AND_VARIANT | (number & 0xFFF) << 64 | rest))
