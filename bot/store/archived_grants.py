"""The grants that archived entries account for, so that `doctor` still finds one that nobody recorded.

A verification of the chain does not need them, but `doctor` needs each of them: one that was revoked since is taken off, and
one that was written into the database is named. So the list is a row of `workspace`, replaced by each archiving, and the
audit log entry of the archiving has only its number and its SHA-256: the chain proves the list, and the entry stays small.
Entries of earlier versions have the list itself.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from bot.domain.access.lint.unrecorded_grants import GRANTS, KINDS
from bot.domain.audit_chain import Entry
from bot.domain.events import EventKind, Value
from bot.store import audit_log, bot_state
from bot.store.column_values import DOES_NOT_READ

COUNT, DIGEST = "grant_count", "grants_sha256"


def store(db: Database, grants: list[Value]) -> dict[str, Value]:
    """Store the list, in the current transaction. Returns what the entry says of it."""
    text = json.dumps(grants, separators=(",", ":"))
    bot_state.store_archived_grants(db, text)
    return {COUNT: len(grants), DIGEST: _digest(text)}


def is_recorded(db: Database, said: Mapping[str, Any]) -> bool:
    """Whether the list is the one that the newest archiving's entry, with this data, recorded."""
    return DIGEST not in said or said[DIGEST] == _digest(bot_state.archived_grants(db))


def changes_of_grants(db: Database) -> Iterator[Entry]:
    """The entries by which grants came and went, oldest first; that of the newest archiving has its list, if it is as recorded.

    Raises:
        RecordDamaged: an entry is not as it was written.
    """
    text = bot_state.archived_grants(db)
    for entry in audit_log.entries(db, kinds=KINDS):
        event = entry.event
        if event.kind is EventKind.ARCHIVED and event.data.get(DIGEST) == _digest(text):
            yield replace(entry, event=replace(event, data={**event.data, GRANTS: _listed(text)}))
        else:
            yield entry


def _listed(text: str) -> Value:
    try:
        listed: Value = json.loads(text)
    except DOES_NOT_READ:
        return None
    return listed


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
