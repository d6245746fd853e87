"""The operations table: queries, and changes with their events.

The database is the referee: a change is decided on the row as read under the write lock, written by compare-and-set,
and unique indexes on a pipeline's name and id reject two live operations on it. This module never decides what becomes
of an operation, and never deletes one: unconfirmed proposals are small, and show who looked at what.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Membership
from bot.domain.events import Event
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import StepName
from bot.domain.operations.unchanged_looks import is_silent
from bot.engine.ports import Decide, PipelineBusy
from bot.store import audit_log
from bot.store.access import access_snapshot
from bot.store.column_values import moment_or_none
from bot.store.connection.database import insert, writing
from bot.store.errors import AmbiguousId
from bot.store.operation_rows import operation_of, row_of_operation

# Spelled as in the schema's partial indexes: SQLite uses one only if the query repeats its condition.
_LIVE = "state IN ('ready', 'submitting', 'waiting', 'needs_human')"
_AWAITING = "state = 'awaiting_approval'"
_UNDERWAY = "state IN ('awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human')"
_AWAITING_REVIEW = "incident <> '' AND confirmed_at IS NOT NULL AND reviewed_at IS NULL"
SELECT_UNDERWAY = f"SELECT id, document FROM operations WHERE {_UNDERWAY} ORDER BY created_at, rowid"  # noqa: S608 - constants

ALIKE_MAX = 100  # ids are random: four characters of one are hardly ever those of two

InMemoryState = Callable[[Operation], Operation]
"""From the stored operation to one with what only this process knows (`bot.domain.operations.unchanged_looks`)."""


def _as_stored(operation: Operation) -> Operation:
    return operation


def find(db: Database, operation_id: OperationId) -> Operation | None:
    return _one(db, "SELECT id, document FROM operations WHERE id = ?", operation_id)


def find_by_beginning(db: Database, text: str) -> Operation | None:
    """The operation with this id, or the only one whose id begins like this.

    Raises:
        AmbiguousId: several begin like this, and none is exactly this.
    """
    found = all_beginning(db, text, limit=2)
    if len(found) > 1:
        raise AmbiguousId(f"The ids of several requests begin with {text!r}. Type more of the id.")
    return found[0] if found else None


def all_beginning(db: Database, text: str, *, limit: int = ALIKE_MAX) -> tuple[Operation, ...]:
    """The operations whose ids begin like this, by id; one with exactly this id, alone."""
    found = _all(
        db,
        "SELECT id, document FROM operations WHERE :text <> '' AND id >= :text AND id < :text || char(0x10ffff)"
        " ORDER BY id LIMIT :limit",
        {"text": text, "limit": limit},
    )
    return found[:1] if found and found[0].id == text else found


def underway(db: Database) -> tuple[Operation, ...]:
    """All that are live or await approval, oldest first."""
    return _all(db, SELECT_UNDERWAY)


def pending(db: Database) -> tuple[Operation, ...]:
    """Requests that await approval, and break-glass requests that await review, oldest first."""
    return _all(
        db,
        f"SELECT id, document FROM operations WHERE id IN (SELECT id FROM operations WHERE {_AWAITING}"  # noqa: S608 - constants
        f" UNION SELECT id FROM operations WHERE {_AWAITING_REVIEW}) ORDER BY created_at, rowid",
    )


def live_on(db: Database, name: PipelineName) -> Operation | None:
    """The operation that holds this pipeline."""
    return _one(db, f"SELECT id, document FROM operations WHERE pipeline = ? AND {_LIVE}", name)  # noqa: S608 - constants


def pending_on(db: Database, name: PipelineName) -> Operation | None:
    """The request on this pipeline that awaits approval."""
    return _one(db, f"SELECT id, document FROM operations WHERE pipeline = ? AND {_AWAITING}", name)  # noqa: S608 - constants


def ended_on(db: Database, name: PipelineName, limit: int) -> tuple[Operation, ...]:
    """The last operations on this pipeline that were confirmed and have ended, newest first, by its events."""
    rows = db.query(
        "SELECT operations.id, document FROM events CROSS JOIN operations ON operations.id = events.operation"
        " WHERE events.pipeline = :name AND events.kind = 'ended' AND operations.confirmed_at IS NOT NULL"
        " ORDER BY events.id DESC LIMIT :limit",
        {"name": name, "limit": limit},
    )
    return tuple(operation_of(row) for row in rows)


def succeeded_on(db: Database, name: PipelineName, step: StepName, limit: int) -> tuple[Operation, ...]:
    """The last operations on this pipeline whose plans had this step and that succeeded, newest first."""
    rows = db.query(
        "SELECT operations.id, document FROM events CROSS JOIN operations ON operations.id = events.operation"
        " WHERE events.pipeline = :name AND events.kind = 'ended' AND operations.state = 'succeeded'"
        " AND operations.plan LIKE :step ORDER BY events.id DESC LIMIT :limit",
        {"name": name, "step": f'%"{step.value}"%', "limit": limit},
    )
    return tuple(operation_of(row) for row in rows)


def last_cleared_at(db: Database, name: PipelineName) -> datetime | None:
    """When an operation last cleared this pipeline."""
    (text,) = db.execute(
        "SELECT max(cleared_at) FROM operations WHERE pipeline = ? AND cleared_at IS NOT NULL", (name,)
    ).fetchone()
    return moment_or_none(text)


def propose(db: Database, operation: Operation, event: Event) -> None:
    with writing(db):
        insert(db, "operations", row_of_operation(operation) | {"held_id": operation.previewed.id})
        _append(db, operation, event)


def change(
    db: Database,
    operation_id: OperationId,
    decide: Decide,
    *,
    memberships: Mapping[Actor, Membership],
    in_memory_state: InMemoryState = _as_stored,
) -> Transition | None:
    """See `Store.change`: `decide` runs under the write lock, and if it raises nothing was changed."""
    with writing(db):
        return _changed(db, operation_id, decide, access_snapshot.common(db, memberships), in_memory_state)


def change_all(
    db: Database, decisions: Iterable[tuple[OperationId, Decide]], in_memory_state: InMemoryState = _as_stored
) -> tuple[Transition | None, ...]:
    """See `Store.change_all`: all in one transaction, or none."""
    with writing(db):
        common = access_snapshot.common(db, {})
        return tuple(
            _changed(db, operation_id, decide, common, in_memory_state) for operation_id, decide in decisions
        )


def _changed(
    db: Database,
    operation_id: OperationId,
    decide: Decide,
    common: AccessData,
    in_memory_state: InMemoryState,
) -> Transition | None:
    stored = find(db, operation_id)
    if stored is None:
        return None
    operation = in_memory_state(stored)
    transition = decide(operation, access_snapshot.behind(db, operation, common))
    record(db, operation, transition)
    return transition


def record(db: Database, before: Operation, transition: Transition) -> None:
    """Write the transition of `before`, in the current transaction; nothing, if `is_silent` says so.

    Raises:
        PipelineBusy: another operation holds the pipeline, or waits on it like this one; the caller must roll its
            transaction back.
        ValueError: `transition` is of another operation.
        RuntimeError: the row is no longer at the version of `before`.
    """
    after = transition.operation
    if after.id != before.id:
        raise ValueError(f"operation {before.id} cannot become {after.id}")
    if is_silent(before, transition):
        return
    if after != before:
        try:
            _update(db, before, after)
        except sqlite3.IntegrityError as error:
            holder = _holder(db, after)
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE or holder is None:
                raise
            raise PipelineBusy(holder) from error
    for event in transition.events:
        _append(db, after, event)


def note(db: Database, event: Event, operation_id: OperationId | None) -> None:
    """See `Store.note`."""
    with writing(db):
        if operation_id is None:
            audit_log.append(db, event)
            return
        operation = find(db, operation_id)
        if operation is None:
            raise LookupError(f"no operation {operation_id}")
        _append(db, operation, event)


def pipelines_underway(db: Database) -> tuple[PipelineName, ...]:
    """The pipelines of operations that are live or await approval, by age of the operation, oldest first."""
    rows = db.execute(f"SELECT pipeline FROM operations WHERE {_UNDERWAY} ORDER BY created_at, rowid")  # noqa: S608 - constants
    return tuple(PipelineName(name) for (name,) in rows)


def _holder(db: Database, operation: Operation) -> Operation | None:
    """The conflicting operation: on the pipeline of its name, or else of its id, which may have another name."""
    alike = _AWAITING if operation.state is State.AWAITING_APPROVAL else _LIVE
    on_name = f"SELECT id, document FROM operations WHERE id <> :id AND pipeline = :of AND {alike}"  # noqa: S608 - constants
    by_id = f"SELECT id, document FROM operations WHERE id <> :id AND held_id = :of AND {alike}"  # noqa: S608 - constants
    for sql, of in ((on_name, operation.pipeline), (by_id, operation.previewed.id)):
        for row in db.query(sql, {"id": operation.id, "of": of}):
            return operation_of(row)
    return None


def _all(db: Database, sql: str, parameters: dict[str, str | int] | None = None) -> tuple[Operation, ...]:
    return tuple(operation_of(row) for row in db.query(sql, parameters))


def _one(db: Database, sql: str, parameter: str) -> Operation | None:
    rows = list(db.query(sql, (parameter,)))
    return operation_of(rows[0]) if rows else None


def _update(db: Database, before: Operation, after: Operation) -> None:
    row = row_of_operation(after)
    # Setting the id, even to itself, would make SQLite search all events for references to it.
    changes = ", ".join(f"{column} = :{column}" for column in row if column != "id")
    cursor = db.execute(
        f"UPDATE operations SET {changes} WHERE id = :id AND version = :was_version",  # noqa: S608 - names of ours
        row | {"was_version": before.version},
    )
    if cursor.rowcount != 1:
        raise RuntimeError(f"operation {before.id} is no longer at version {before.version}")


def _append(db: Database, operation: Operation, event: Event) -> None:
    """Append the event, and queue its thread line if the operation is confirmed: otherwise there is no thread.

    The event includes where the card is: the row may be overwritten, the audit log never.
    """
    card = operation.display.card
    if card is not None:
        event = replace(event, data={**event.data, "channel": card.channel, "ts": card.ts})
    entry = audit_log.append(db, event, operation)
    if event.kind.is_spoken and operation.confirmed_at is not None:
        db.execute("INSERT INTO postings (event) VALUES (?)", (entry.id,))
