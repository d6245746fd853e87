"""The audit log: a hash chain of events. Each entry is written in the transaction of the change that it records.

Entries count from 1, or from the one after those that were archived, without a gap, so that a missing one shows. Appending needs the write lock, or two entries would
follow the same one. It trusts nothing in the file: a row that is not exactly what would be written for it is reported
as broken, and never repaired.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain import audit_chain
from bot.domain.audit_chain import GENESIS, Broken, Entry, Head
from bot.domain.events import Event, EventKind
from bot.domain.ids import OperationId, PipelineName
from bot.domain.operations.operation import Operation
from bot.engine.ports.webhooks import EntryPage, LocatedEntry
from bot.store import archived_entries
from bot.store.column_values import DOES_NOT_READ, Row, Value, actor_or_none, moment_of, text_of
from bot.store.connection.database import insert
from bot.store.errors import DatabaseUnusable, RecordDamaged

Progress = Callable[[int], None]
"""Called with the number of entries in each batch that was read."""

BATCH = 1_000  # rows held in memory at a time; the log may hold years


def append(db: Database, event: Event, operation: Operation | None = None) -> Entry:
    """Append the event as the newest entry, in the current transaction. The hash is of what will be read back.

    Raises:
        TypeError: an id is not text, or the event's data is not JSON.
        ValueError: SQLite or JSON cannot store a text or a number in it.
    """
    last_id, last_hash = head(db)
    unlinked = Entry(last_id + 1, operation.id if operation else None, event, hash="")
    row = _row_of(unlinked, pipeline=operation.pipeline if operation else None)
    _check_keeps(row)
    kept = entry_of(row)
    link = audit_chain.link(last_hash, entry_id=kept.id, operation=kept.operation, event=kept.event)
    insert(db, "events", row | {"hash": link})
    return replace(kept, hash=link)


def head(db: Database) -> Head:
    """The id and the hash of the newest entry; if there is none, those that the first one will continue."""
    row = db.execute("SELECT id, hash FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return archived_entries.start(db) if row is None else (row[0], row[1])


def head_of(db: Database, entry_id: int) -> Head | None:
    """The entry's id and hash; None if there is none. Entry 0 is the beginning: what the first entry continues."""
    start = archived_entries.start(db)
    if entry_id in {0, start[0]}:
        return start
    row = db.execute("SELECT id, hash FROM events WHERE id = ?", (entry_id,)).fetchone()
    return None if row is None else (row[0], row[1])


def head_after(db: Database, last: Head) -> Head | None:
    """The current head; None if the entry that was `last` is gone, or has another hash.

    One statement reads both, at one moment: a copy that is restored between two statements would go unnoticed. The last
    entry of an archive is not gone: a log that was idle for long can get an entry, and then be archived up to it, at once.
    """
    row = db.execute(
        "SELECT id, hash, coalesce((SELECT hash FROM events WHERE id = :last),"
        " (SELECT hash FROM archives WHERE last_entry = :last)) FROM events ORDER BY id DESC LIMIT 1",
        {"last": last[0]},
    ).fetchone()
    now = (0, GENESIS) if row is None else (row[0], row[1])
    kept = last == (0, GENESIS) or (row is not None and row[2] == last[1])
    return now if kept else None


def entries(
    db: Database, since: datetime | None = None, *, kinds: Collection[EventKind] = ()
) -> Iterator[Entry]:
    """All entries, or those from `since` on, or of some kinds, oldest first; ones added meanwhile may be among them.

    Raises:
        RecordDamaged: an entry is not as it was written.
    """
    for entry in checked_entries(db, since, kinds=kinds):
        if isinstance(entry, Broken):
            raise RecordDamaged(entry)
        yield entry


def between(db: Database, first: int, last: int) -> Iterator[Entry | Broken]:
    """The entries from `first` to `last`; one that is not as it was written is reported as broken."""
    for entry in checked_entries(db, after=first - 1):
        if entry.id > last:
            return
        yield entry


def page_after(db: Database, entry_id: int, limit: int) -> EntryPage:
    """At most `limit` entries after this one, oldest first, up to the first that is not as it was written."""
    found: list[LocatedEntry] = []
    for row in _batch(db, entry_id, None, (), limit):
        pipeline = row["pipeline"]
        entry = _checked(row)
        if isinstance(entry, Broken):
            return EntryPage(tuple(found), entry)
        found.append(LocatedEntry(entry, None if pipeline is None else PipelineName(pipeline)))
    return EntryPage(tuple(found))


def entry_of(row: Row) -> Entry:
    operation = row["operation"]
    return Entry(
        id=row["id"],
        operation=None if operation is None else OperationId(operation),
        event=event_of(row),
        hash=row["hash"],
    )


def event_of(row: Row) -> Event:
    return Event(
        kind=EventKind(row["kind"]),
        at=moment_of(row["at"]),
        data=json.loads(row["data"]),
        by=actor_or_none(row["by_team"], row["by_user"]),
    )


def _row_of(entry: Entry, *, pipeline: PipelineName | None) -> dict[str, Value]:
    event = entry.event
    named = event.data.get("pipeline")
    return {
        "id": entry.id,
        "operation": entry.operation,
        "pipeline": pipeline or (named if isinstance(named, str) else None),
        "kind": event.kind.value,
        "at": text_of(event.at),
        "by_team": event.by.team if event.by else None,
        "by_user": event.by.user if event.by else None,
        "data": _text_of(event.data),
        "hash": entry.hash,
    }


def _text_of(data: Mapping[str, Any]) -> str:
    """The data as JSON that survives reading and writing unchanged: keys become text, NaN is rejected."""
    return _json(json.loads(_json(dict(data))))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _check_keeps(row: Mapping[str, object]) -> None:
    """Reject what SQLite would change or cannot store: a number in a text column, or half a character."""
    for column, value in row.items():
        if column == "id" or value is None:
            continue
        if not isinstance(value, str):
            raise TypeError(f"{column} is {type(value).__name__}, and not text")
        value.encode()


def checked_entries(
    db: Database,
    since: datetime | None = None,
    *,
    after: int = 0,
    kinds: Collection[EventKind] = (),
    progress: Progress | None = None,
) -> Iterator[Entry | Broken]:
    """Batch by batch, each its own read transaction: one long one would block WAL checkpoints for minutes."""
    place = after or None  # a row with an id below 1 is found, too
    while rows := _batch(db, place, since, kinds):
        for row in rows:
            yield _checked(row)
        place = rows[-1]["id"]
        if progress is not None:
            progress(len(rows))


def _batch(
    db: Database,
    after: int | None,
    since: datetime | None,
    kinds: Collection[EventKind],
    limit: int = BATCH,
) -> list[dict[str, Any]]:
    named = {f"kind{number}": kind.value for number, kind in enumerate(kinds)}
    conditions = [
        *([] if after is None else ["events.id > :after"]),
        *([] if since is None else ["at >= :since"]),
        *([f"kind IN ({', '.join(f':{each}' for each in named)})"] if named else []),
    ]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    try:
        with _any_bytes(db):
            return list(
                db.query(
                    "SELECT events.*, operations.pipeline AS operates_on"  # noqa: S608 - conditions of ours
                    f" FROM events LEFT JOIN operations ON operations.id = events.operation {where}"
                    " ORDER BY events.id LIMIT :batch",
                    {
                        "after": after,
                        "since": None if since is None else text_of(since),
                        "batch": limit,
                        **named,
                    },
                )
            )
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"The record cannot be read: {error}.") from error


@contextmanager
def _any_bytes(db: Database) -> Iterator[None]:
    """Read texts that are not UTF-8 any more: a flipped bit is to be reported in its row, not fail the read."""
    before = db.conn.text_factory
    db.conn.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        db.conn.text_factory = before


def _checked(row: dict[str, Any]) -> Entry | Broken:
    """The entry, if its row is what would be written for it: otherwise a change that parses the same would pass."""
    pipeline = row.pop("operates_on")
    broken = Broken(row["id"], "was changed: it cannot be read as an entry")
    if any(isinstance(value, bytes) for value in row.values()):
        return broken
    try:
        entry = entry_of(row)
        written = _row_of(entry, pipeline=None if pipeline is None else PipelineName(pipeline))
    except DOES_NOT_READ:
        return broken
    return entry if written == row else broken
