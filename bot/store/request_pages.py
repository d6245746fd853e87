"""Pages of the requests, newest first, for people to read: each as it is now. A preview that nobody confirmed is none."""

from sqlite_utils import Database

from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.operation import Operation
from bot.store.operation_rows import operation_of


def page(
    db: Database,
    *,
    pipeline: PipelineName | None = None,
    requester: Actor | None = None,
    before: OperationId | None = None,
    limit: int,
) -> tuple[Operation, ...]:
    """The last `limit` requests that were made before the request `before`, on one pipeline or by one person."""
    wanted = {
        "pipeline = :pipeline": pipeline,
        "requester_team = :team AND requester_user = :user": requester,
        "(confirmed_at, rowid) < (SELECT confirmed_at, rowid FROM operations WHERE id = :before)": before,
    }
    conditions = ["confirmed_at IS NOT NULL", *(each for each, value in wanted.items() if value is not None)]
    newest_first = "ORDER BY confirmed_at DESC, rowid DESC"
    # The page is chosen without the documents: SQLite would sort all of those, too.
    chosen = f"SELECT rowid FROM operations WHERE {' AND '.join(conditions)} {newest_first} LIMIT :limit"  # noqa: S608 - ours
    rows = db.query(
        f"SELECT id, document FROM operations WHERE rowid IN ({chosen}) {newest_first}",  # noqa: S608 - ours
        {
            "pipeline": pipeline,
            "team": requester.team if requester else None,
            "user": requester.user if requester else None,
            "before": before,
            "limit": limit,
        },
    )
    return tuple(operation_of(row) for row in rows)
