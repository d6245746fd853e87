"""Webhook cursors: how far each receiver of the audit log is, by its name, beside the bot's other state.

A cursor is the id and the hash of the last entry that was dealt with. Its row stays when the receiver is removed from
the settings, so that nothing is skipped when it comes back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.audit_chain import Head
from bot.engine.ports.webhooks import Backlog
from bot.store import archived_entries, audit_log
from bot.store.column_values import moment_of, row_of
from bot.store.connection.database import writing
from bot.store.connections import Connections

_KEY = "webhook cursor "


class SqliteWebhookCursors:
    """`bot.engine.ports.webhooks.WebhookCursors`. All of it can wait: people's requests overtake it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def backlog(self, receiver: str, limit: int) -> Backlog | None:
        return await self._connections.read(lambda db: backlog(db, receiver, limit), can_wait=True)

    async def begin(self, receiver: str) -> Head:
        return await self._connections.write(lambda db: begin(db, receiver), can_wait=True)

    async def advance(self, receiver: str, before: Head, after: Head) -> bool:
        return await self._connections.write(lambda db: advance(db, receiver, before, after), can_wait=True)


def backlog(db: Database, receiver: str, limit: int) -> Backlog | None:
    with db.atomic():  # several reads, one snapshot
        cursor = all_cursors(db).get(receiver)
        if cursor is None:
            return None
        return Backlog(cursor, audit_log.head(db), audit_log.page_after(db, cursor[0], limit))


def begin(db: Database, receiver: str) -> Head:
    with writing(db):
        cursor = all_cursors(db).get(receiver)
        if cursor is None:
            cursor = audit_log.head(db)
            _put(db, receiver, cursor)
        return cursor


def advance(db: Database, receiver: str, before: Head, after: Head) -> bool:
    with writing(db):
        is_there = all_cursors(db).get(receiver) == before
        if is_there:
            _put(db, receiver, after)
        return is_there


def seek(db: Database, receiver: str, entry_id: int) -> bool:
    """Put the cursor at this entry, so that the one after it is sent next. False if there is no such entry."""
    with writing(db):
        found = audit_log.head_of(db, entry_id)
        if found is not None:
            _put(db, receiver, found)
        return found is not None


def forget(db: Database, receiver: str) -> bool:
    """Remove the cursor. False if there is none. A receiver that is still in the settings starts with the next new entry."""
    with writing(db):
        return bool(db.execute("DELETE FROM workspace WHERE key = ?", (f"{_KEY}{receiver}",)).rowcount)


def all_cursors(db: Database) -> Mapping[str, Head]:
    """By the receiver's name, those of receivers that were removed from the settings included.

    Raises:
        DatabaseDamaged: one is not as the bot writes it.
    """
    rows = db.execute("SELECT key, value FROM workspace WHERE key GLOB ?", (f"{_KEY}*",)).fetchall()
    with row_of("workspace"):
        return {key.removeprefix(_KEY): _head_of(value) for key, value in rows}


@dataclass(frozen=True, slots=True)
class WebhookPlace:
    """Where a receiver is: after `cursor`, `entries_behind` the newest one; the first of those is of `waiting_since`.

    Archived entries do not count: they are not sent. `held` is a sentence: why nothing more is sent until somebody moves
    the cursor. `entries_behind` is None if the log does not tell, because the end that the receiver was sent is gone.
    """

    receiver: str
    cursor: int
    entries_behind: int | None
    waiting_since: datetime | None
    held: str | None = None


def places(db: Database) -> tuple[WebhookPlace, ...]:
    """Each receiver that ever had a cursor, by name."""
    with db.atomic():
        head = audit_log.head(db)
        archived, _ = archived_entries.start(db)
        return tuple(
            _place(
                name, Backlog(at, head, audit_log.page_after(db, at[0], 1)), archived, _first_after(db, at[0])
            )
            for name, at in sorted(all_cursors(db).items())
        )


def _place(name: str, backlog: Backlog, archived: int, waiting_since: datetime | None) -> WebhookPlace:
    at, newest = backlog.cursor[0], backlog.head[0]
    behind = None if backlog.lost() is not None else newest - max(at, archived)
    return WebhookPlace(name, at, behind, waiting_since, backlog.held())


def _first_after(db: Database, entry_id: int) -> datetime | None:
    row = db.execute("SELECT at FROM events WHERE id > ? ORDER BY id LIMIT 1", (entry_id,)).fetchone()
    with row_of("events"):
        return None if row is None else moment_of(row[0])


def _head_of(value: str) -> Head:
    kept = json.loads(value)
    return int(kept["entry"]), str(kept["hash"])


def _put(db: Database, receiver: str, cursor: Head) -> None:
    value = json.dumps({"entry": cursor[0], "hash": cursor[1]})
    db.execute(
        "INSERT INTO workspace (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f"{_KEY}{receiver}", value),
    )
