"""Pages of the audit log for people to read."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import Event
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.engine.ports import HistoryLine
from bot.store import audit_log, operations
from bot.store.column_values import row_of, text_of


def page(  # noqa: PLR0913 - what narrows it down
    db: Database,
    *,
    pipeline: PipelineName | None = None,
    actor: Actor | None = None,
    operation: OperationId | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> tuple[HistoryLine, ...]:
    """See `Store.history`. With at most one filter set, it reads no more of the audit log than it returns."""
    wanted = {
        "pipeline = :pipeline": pipeline,
        "by_team = :team AND by_user = :user": actor,
        "operation = :operation": operation,
        "id < :before": before,
        "id > :after": after,
    }
    conditions = " AND ".join(condition for condition, value in wanted.items() if value is not None)
    order = "DESC" if after is None else "ASC"
    with db.atomic():  # two reads, one snapshot
        rows = db.query(
            f"SELECT * FROM events WHERE {conditions or 'TRUE'} ORDER BY id {order} LIMIT :limit",  # noqa: S608 - ours
            {
                "pipeline": pipeline,
                "team": actor.team if actor else None,
                "user": actor.user if actor else None,
                "operation": operation,
                "before": before,
                "after": after,
                "limit": limit,
            },
        )
        with row_of("events"):
            entries = [audit_log.entry_of(row) for row in rows]
        about = {entry.operation for entry in entries if entry.operation is not None}
        found = {operation_id: operations.find(db, operation_id) for operation_id in about}
    return tuple(
        HistoryLine(entry, found.get(entry.operation) if entry.operation else None) for entry in entries
    )


def access_requests(db: Database, actor: Actor, since: datetime) -> tuple[Event, ...]:
    """See `Store.access_requests`. The kind is spelled as in the index, which SQLite uses only then."""
    rows = db.query(
        "SELECT * FROM events WHERE kind = 'access_requested' AND by_team = :team AND by_user = :user"
        " AND at >= :since ORDER BY id DESC",
        {"team": actor.team, "user": actor.user, "since": text_of(since)},
    )
    with row_of("events"):
        return tuple(audit_log.event_of(row) for row in rows)
