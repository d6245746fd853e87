"""Verification of the audit log: whether its entries, and the anchor that they begin with, are as they were written."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from bot.domain import audit_chain
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import Broken, Checked, Head
from bot.domain.events import EventKind
from bot.store import archived_entries, archived_grants, bot_state
from bot.store.audit_log import Progress, checked_entries, head
from bot.store.column_values import DOES_NOT_READ


def verify(
    db: Database,
    heads: Iterable[Head] = (),
    *,
    earlier: Head | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Verify the entries after `earlier`, the last one verified before; all of them, if `full`.

    The anchors `heads` were noted elsewhere; the head posted last is compared as well. If anything contradicts what
    was known of the entries up to `earlier`, all are read, which shows where. Heads of archived entries are left out,
    except for that of the last one.
    """
    posted, start = bot_state.posted_head(db), archived_entries.start(db)
    given = [head for head in heads if head[0] >= start[0]]
    noted = [None if posted is None else posted.head, earlier]
    beside = [head for head in noted if head is not None and head[0] >= start[0]]
    broken = _not_as_archived(db, start, (*given, *beside))
    if broken is not None:
        return Checked(start, broken=broken, archived=start[0])
    after = start
    if earlier in beside and not full and _match_anchors(db, start, earlier, (*given, *beside)):
        after = earlier
    read = checked_entries(db, after=after[0], progress=progress)
    checked = audit_chain.verify(read, given, beside=beside, after=after)
    return replace(checked, after=0 if after == start else after[0], archived=start[0])


def verify_newest(db: Database, count: int) -> Checked:
    """Verify the newest entries, so many at most, in a time that does not depend on how long the log is.

    The entry before them is trusted: it begins their chain.
    """
    row = db.execute(
        "SELECT id, hash FROM events WHERE id <= ? ORDER BY id DESC LIMIT 1", (head(db)[0] - count,)
    ).fetchone()
    start = archived_entries.start(db)
    after = start if row is None else (int(row[0]), str(row[1]))
    checked = audit_chain.verify(checked_entries(db, after=after[0]), after=after)
    return replace(checked, after=0 if row is None else after[0], archived=start[0])


def _not_as_archived(db: Database, start: Head, heads: Iterable[Head]) -> Broken | None:
    """What contradicts the anchor after which the entries begin: without it, removed entries would pass for archived ones."""
    last, last_hash = start
    if last == 0:
        return None
    (oldest,) = db.execute("SELECT min(id) FROM events").fetchone()
    if oldest is not None and oldest <= last:
        return Broken(oldest, "was put back, or not removed when it was archived")
    if any(head[0] == last and head[1] != last_hash for head in heads):
        return Broken(last, audit_chain.OTHER_HASH)
    moved = archived_entries.newest(db)
    if moved is None:
        return None
    said = _recorded(db, moved)
    if said is None:
        return Broken(last, "is missing: no entry records that it was archived")
    if not archived_grants.is_recorded(db, said):
        return Broken(moved.recorded, "recorded other archived grants than the database has")
    return None


def _recorded(db: Database, moved: Archived) -> dict[str, Any] | None:
    """The data of the entry that records it; None if there is none."""
    row = db.execute("SELECT kind, data FROM events WHERE id = ?", (moved.recorded,)).fetchone()
    if row is None or row[0] != EventKind.ARCHIVED.value:
        return None
    try:
        said = dict(json.loads(row[1]))
        return said if (said["last"], said["hash"]) == moved.last else None
    except DOES_NOT_READ:
        return None


def _match_anchors(db: Database, start: Head, earlier: Head, heads: Iterable[Head]) -> bool:
    """Whether no entry up to `earlier` is missing, and the entries of these heads have the noted hashes."""
    last = earlier[0]
    (there,) = db.execute("SELECT count(*) FROM events WHERE id <= ?", (last,)).fetchone()
    return there == last - start[0] and all(
        db.execute("SELECT hash FROM events WHERE id = ?", (entry_id,)).fetchone() == (noted,)
        for entry_id, noted in heads
        if start[0] < entry_id <= last
    )
