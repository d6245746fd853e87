"""The hash chain of the audit log: every entry has the hash of the one before it, so that no change goes unnoticed.

Pure. A chain shows a changed, missing or reordered row. It cannot show that its newest rows were cut off, or that
somebody recomputed every hash from some row on; comparing it with a head saved out of their reach does.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain.events import Event
from bot.domain.ids import OperationId

GENESIS = "0" * 64
END_REMOVED = "is missing: the end of the audit log was removed"
OTHER_HASH = "has another hash than the one saved for it"

Head = tuple[int, str]
"""The id of an entry, and its hash: it proves the entry and all before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event at its position in the audit log; `operation` is None for what concerns no operation."""

    id: int
    operation: OperationId | None
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that does not fit the chain."""

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


def follows(entry: Entry, last: Head) -> bool:
    """Whether the entry is the next one after `last`, and as it was written."""
    number, previous = last
    written = link(previous, entry_id=entry.id, operation=entry.operation, event=entry.event)
    return entry.id == number + 1 and entry.hash == written


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of reading the entries: up to `newest`, each is consistent with the one before it.

    Entries up to `after` were not read: they were verified earlier, and the last of them has the hash it had then.

    `anchor` is the last entry whose hash was also saved elsewhere. Up to there the entries are what was written. For
    later ones, or for all if there is no anchor, only this is proved: the hashes were computed by somebody who wrote
    the rows, at any time.
    """

    newest: Head = (0, GENESIS)
    anchor: int | None = None
    broken: Broken | None = None
    after: int = 0
    archived: int = 0

    @property
    def not_read(self) -> int:
        """The last entry before those that were read: it was verified earlier, or archived; 0 if there is none."""
        return self.after or self.archived


@dataclass(frozen=True, slots=True)
class PostedHead:
    """Where in Slack a head was posted. It proves nothing, being stored with the entries: it says where to look."""

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
    """Verify the entries that follow `after`, or all from the first, as far as they are consistent.

    A row that cannot be read as an entry comes as `Broken`. Each of `heads`, saved elsewhere earlier, must be found on
    the way, and so must each one stored `beside` the entries: those prove nothing, since somebody who could rewrite the
    entries could rewrite them. A head of no entry, before the first, proves nothing and is left out.
    """
    given = [head for head in heads if head[0] > 0]
    # The caller has compared heads whose entries are not read.
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
        return replace(checked, broken=Broken(min(noted), END_REMOVED))
    return checked


def _does_not_fit(entry: Entry | Broken, newest: Head, noted: Mapping[int, set[str]]) -> Broken | None:
    """What is wrong with the entry after the newest one."""
    last_id, last_hash = newest
    if entry.id <= last_id:
        return Broken(entry.id, "is out of order")
    if entry.id > last_id + 1:
        return Broken(last_id + 1, f"is missing: the next one is {entry.id}")
    if isinstance(entry, Broken):
        return entry
    if entry.hash != link(last_hash, entry_id=entry.id, operation=entry.operation, event=entry.event):
        return Broken(entry.id, "was changed, or is not where it was written")
    if noted.get(entry.id, {entry.hash}) != {entry.hash}:
        return Broken(entry.id, OTHER_HASH)
    return None


def _moment(moment: datetime) -> str:
    """In UTC, as it is read back: the same moment has the same hash in any time zone."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
