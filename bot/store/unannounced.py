"""The Slack backlog: operations whose cards or thread lines are out of date, and what has been posted."""

from collections import defaultdict

from sqlite_utils import Database

from bot.domain.events import StoredEvent
from bot.domain.ids import OperationId
from bot.domain.operations.unchanged_looks import shown_at
from bot.engine.ports import Unannounced
from bot.store import audit_log, operations
from bot.store.column_values import Row, row_of
from bot.store.connection.database import writing
from bot.store.operation_rows import operation_of, row_of_operation
from bot.store.row_cache import RowCache

_UNPOSTED = (
    "SELECT events.*, postings.ts FROM postings JOIN events ON events.id = postings.event"
    " WHERE postings.ts IS NULL ORDER BY postings.event"
)
# Spelled as in the schema's partial index: SQLite uses it only if the query repeats its condition.
_BEHIND = "confirmed_at IS NOT NULL AND abandoned = 0 AND (card_ts IS NULL OR rendered_version < version)"
_UNANNOUNCED = (
    f"SELECT id, document FROM operations WHERE abandoned = 0 AND id IN (SELECT id FROM operations WHERE {_BEHIND} UNION"  # noqa: S608 - constants
    " SELECT operation FROM postings JOIN events ON events.id = postings.event WHERE ts IS NULL)"
)


class UnannouncedReader:
    """Reads the Slack backlog. Most of a long one has not changed since it was last read."""

    def __init__(self) -> None:
        self._lines = RowCache(_unposted_line)
        self._operations = RowCache(operation_of)

    def unannounced(self, db: Database) -> tuple[Unannounced, ...]:
        """Confirmed operations whose card or thread in Slack is out of date, longest waiting first.

        They wait since the oldest line to post or, if only the card is out of date, since the confirmation.
        """
        owed: dict[OperationId, list[StoredEvent]] = defaultdict(list)
        with db.atomic():  # two reads, one snapshot
            for line in self._lines.read(db.execute(_UNPOSTED)):
                owed[line.operation].append(line)
            behind = self._operations.read(db.execute(_UNANNOUNCED))
        found = [Unannounced(operation, tuple(owed[operation.id])) for operation in behind]
        return tuple(sorted(found, key=_waiting_since))


def rendered(db: Database, operation_id: OperationId, version: int) -> None:
    """Note that Slack's card shows this version, or already a later one.

    Raises:
        LookupError: there is no such operation.
    """
    with writing(db):
        operation = operations.find(db, operation_id)
        if operation is None:
            raise LookupError(f"no operation {operation_id}")
        if operation.display.rendered_version < version:
            db.execute(
                "UPDATE operations SET rendered_version = :rendered_version, document = :document WHERE id = :id",
                row_of_operation(shown_at(operation, version)),
            )


def posted(db: Database, events: tuple[int, ...], ts: str) -> None:
    """Note that Slack has accepted the line of these events, all in one transaction.

    Raises:
        LookupError: one of them never needed a line.
    """
    with writing(db):
        for event in events:
            if not db.execute("UPDATE postings SET ts = ? WHERE event = ?", (ts, event)).rowcount:
                raise LookupError(f"no line is owed for event {event}")


def abandoned(db: Database, operation_id: OperationId) -> None:
    """Note that no channel accepts its card, for good: neither card nor lines are to be posted any more.

    Raises:
        LookupError: there is no such operation.
    """
    with writing(db):
        if not db.execute("UPDATE operations SET abandoned = 1 WHERE id = ?", (operation_id,)).rowcount:
            raise LookupError(f"no operation {operation_id}")


@row_of("events")
def _unposted_line(row: Row) -> StoredEvent:
    return StoredEvent(row["id"], OperationId(row["operation"]), audit_log.event_of(row), posted_ts=row["ts"])


def _waiting_since(waiting: Unannounced) -> tuple[object, ...]:
    operation = waiting.operation
    since = waiting.events[0].event.at if waiting.events else operation.confirmed_at
    return (since, operation.created_at, operation.id)
