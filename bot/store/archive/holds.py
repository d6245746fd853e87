"""What keeps entries out of an archive: requests that are not over yet, and entries that somebody still has to be told.

An archive takes whole beginnings of the audit log, so that what remains is one chain. An entry that has to stay therefore
keeps all later ones, too: `Hold` says which entry that is and what ends it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.operations.operation import Operation, State
from bot.store import archived_entries, audit_log, operations, webhook_cursors
from bot.store.column_values import text_of
from bot.store.unannounced import UnannouncedReader


@dataclass(frozen=True, slots=True)
class Hold:
    """The first entry that has to stay, for the reason `why`: a clause about `operation`, or about the entry itself."""

    entry: int
    why: str
    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """The entries that an archive can take: from `first` to `last`, none if `last` is less; `hold` keeps further ones."""

    first: int
    last: int
    hold: Hold | None


def prefix(db: Database, before: datetime) -> Prefix:
    """The entries before the first one that is not older than `before`, or that has to stay; never the newest one.

    The newest one stays: a running bot tells by it whether it still has the same database.
    """
    first = archived_entries.start(db)[0] + 1
    young = db.execute(
        "SELECT id FROM events WHERE at >= ? ORDER BY id LIMIT 1", (text_of(before),)
    ).fetchone()
    newest, _ = audit_log.head(db)
    last = newest - 1 if young is None else min(young[0], newest) - 1
    held = min((hold for hold in _holds(db) if hold.entry <= last), key=lambda each: each.entry, default=None)
    return Prefix(first, last if held is None else held.entry - 1, held)


def _holds(db: Database) -> Iterator[Hold]:
    for operation in operations.underway(db):
        yield from _hold(db, operation, _not_over(operation))
    for operation in operations.pending(db):
        if operation.awaits_review:
            yield from _hold(db, operation, "ran as break-glass and was not reviewed")
    for each in UnannouncedReader().unannounced(db):
        yield from _hold(db, each.operation, "is not shown to its end in Slack yet")
    yield from _unsent(db)


def _unsent(db: Database) -> Iterator[Hold]:
    """Entries that a webhook receiver has not been sent: its cursor is the last one that it was."""
    for receiver, (last, _) in webhook_cursors.all_cursors(db).items():
        yield Hold(last + 1, f"the webhook receiver {receiver} was not sent it yet")


def _not_over(operation: Operation) -> str:
    match operation.state:
        case State.NEEDS_HUMAN:
            return "needs attention and was not closed"
        case State.AWAITING_APPROVAL:
            return "awaits approval"
        case _:
            return "has not ended"


def _hold(db: Database, operation: Operation, why: str) -> Iterator[Hold]:
    (entry,) = db.execute("SELECT min(id) FROM events WHERE operation = ?", (operation.id,)).fetchone()
    if entry is not None:
        yield Hold(entry, why, operation)
