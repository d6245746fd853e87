"""The record that can be proved: every event carries the hash of the one before it, so that none can be changed.

Pure. A chain shows a changed, missing or reordered row; it cannot show that its newest rows were cut off, which is
why its head is also told to the world outside.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.names import OperationId
from bot.domain.operations import Event

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in its place in the record; `operation` is None for what concerns no operation."""

    id: int
    operation: OperationId | None
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that does not fit."""

    id: int
    why: str


def link(previous: str, *, entry_id: int, operation: OperationId | None, event: Event) -> str:
    """The hash of an entry that follows the one with the hash `previous`: SHA-256, 64 hexadecimal digits."""
    content = {
        "previous": previous,
        "id": entry_id,
        "operation": operation,
        "kind": event.kind.value,
        "at": _moment(event.at),
        "by": None if event.by is None else [event.by.team, event.by.user],
        "data": dict(event.data),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def verify(entries: Iterable[Entry | Broken], *, head: tuple[int, str] | None = None) -> Broken | None:
    """The first entry that breaks the chain, reading from the first; None if it is whole.

    A row that does not read as an entry comes as `Broken`. `head`, an id and a hash noted elsewhere earlier, must be
    found on the way.
    """
    previous, expected_id = GENESIS, 1
    for entry in entries:
        if entry.id < expected_id:
            return Broken(entry.id, "has no place in the record")
        if entry.id > expected_id:
            return Broken(expected_id, f"is missing: the next one is {entry.id}")
        if isinstance(entry, Broken):
            return entry
        if entry.hash != link(previous, entry_id=entry.id, operation=entry.operation, event=entry.event):
            return Broken(entry.id, "is not what was written, or follows another than it did")
        if head is not None and head[0] == entry.id and head[1] != entry.hash:
            return Broken(entry.id, "has another hash than the one noted for it")
        previous, expected_id = entry.hash, expected_id + 1
    if head is not None and head[0] >= expected_id:
        return Broken(head[0], "is missing: the record was cut off")
    return None


def _moment(moment: datetime) -> str:
    """In UTC, as it is read back: the same moment has the same hash wherever it came from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
