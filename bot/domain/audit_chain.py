"""The record that can be proved: every event carries the hash of the one before it, so that none can be changed.

Pure. A chain shows a changed, missing or reordered row. It cannot show that its newest rows were cut off, or that
somebody computed every hash anew from some row on: a head that was noted where they could not change it can.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain.ids import OperationId
from bot.domain.operations.operation import Event

GENESIS = "0" * 64

Head = tuple[int, str]
"""The id of an entry, and its hash: what proves the entry and all before it."""


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a reading of the entries showed: up to `newest` they are consistent, each with the one before it.

    Entries up to `after` were not read: they were verified earlier, and that last one has the hash it had then.

    `anchor` is the last of them whose hash is one that was noted elsewhere. Up to there they are what was written; of
    those after it, or of all where there is none, only that whoever wrote them, whenever that was, computed their hashes.
    """

    newest: Head = (0, GENESIS)
    anchor: int | None = None
    broken: Broken | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class PostedHead:
    """Where in Slack a head was posted. It proves nothing, since it stands beside the entries: it tells where to look."""

    head: Head
    at: datetime
    channel: str
    ts: str


def verify(
    entries: Iterable[Entry | Broken],
    heads: Iterable[Head] = (),
    *,
    beside: Iterable[Head] = (),
    after: Head = (0, GENESIS),
) -> Checked:
    """Read the entries that follow `after`, or all from the first, as far as they are consistent.

    A row that does not read as an entry comes as `Broken`. Each of `heads`, noted elsewhere earlier, must be found on
    the way, and each that stands `beside` the entries: those prove nothing by that, since whoever could rewrite the
    entries could rewrite them. One of no entry, before the first, proves nothing and is left out.
    """
    given = [head for head in heads if head[0] > 0]
    # What the entries say of heads that are not read, the caller has compared.
    held = max((entry_id for entry_id, _ in given if entry_id <= after[0]), default=None)
    anchors, noted = {entry_id for entry_id, _ in given}, defaultdict[int, set[str]](set)
    for entry_id, noted_hash in (*given, *beside):
        if entry_id > after[0]:
            noted[entry_id].add(noted_hash)
    checked = Checked(after, held, after=after[0])
    for entry in entries:
        broken = _does_not_fit(entry, checked.newest, noted)
        if broken is not None or isinstance(entry, Broken):
            return replace(checked, broken=broken)
        noted.pop(entry.id, None)
        anchor = entry.id if entry.id in anchors else checked.anchor
        checked = replace(checked, newest=(entry.id, entry.hash), anchor=anchor)
    if noted:
        return replace(checked, broken=Broken(min(noted), "is missing: the record was cut off"))
    return checked


def _does_not_fit(entry: Entry | Broken, newest: Head, noted: Mapping[int, set[str]]) -> Broken | None:
    """What is wrong with the entry that follows the newest one."""
    last_id, last_hash = newest
    if entry.id <= last_id:
        return Broken(entry.id, "has no place in the record")
    if entry.id > last_id + 1:
        return Broken(last_id + 1, f"is missing: the next one is {entry.id}")
    if isinstance(entry, Broken):
        return entry
    if entry.hash != link(last_hash, entry_id=entry.id, operation=entry.operation, event=entry.event):
        return Broken(entry.id, "is not what was written, or follows another than it did")
    if noted.get(entry.id, {entry.hash}) != {entry.hash}:
        return Broken(entry.id, "has another hash than the one noted for it")
    return None


def _moment(moment: datetime) -> str:
    """In UTC, as it is read back: the same moment has the same hash wherever it came from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
