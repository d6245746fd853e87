"""What a restore undoes: everything that is in the current database and not in the backup, and the other way round.

Both are compared with the schema of this version: one that is older is migrated in memory, and stays as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.diff import DesiredAccess, as_it_stands, differences
from bot.domain.access.rules import Freeze
from bot.domain.audit_chain import GENESIS, Head
from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation, State
from bot.store import archived_entries, bot_state, operations, webhook_cursors
from bot.store.access import grants, rules_and_freezes
from bot.store.backup.verification import head_of
from bot.store.connection.database import in_words
from bot.store.schema.migrations import migrations


@dataclass(frozen=True, slots=True)
class ChangedRequest:
    """A request as it is now; `in_backup` is its state there, None if the backup does not have it."""

    now: Operation
    in_backup: State | None


@dataclass(frozen=True, slots=True)
class Losses:
    """What a restore undoes.

    `last_common` is the newest audit log entry that is in both; `lost_entries` follow it in the current database, and
    `foreign_entries` in the backup: with any of those, it is no earlier state of this database. `access` has a line for
    each grant, rule and freeze, with a minus if it is lost and a plus if it comes into force again.
    `archived` are the last archived entries of the current database and of the backup: if they differ, what was archived
    since is in the database again, or what is in it now is in an archive only.
    `continued` are the requests that the backup has as under way: the bot continues with them. `webhooks` are the
    receivers that were sent entries which are lost, each with the last one.
    """

    last_common: Head
    lost_entries: int
    foreign_entries: int
    requests: tuple[ChangedRequest, ...]
    access: tuple[str, ...]
    archived: tuple[int, int]
    continued: tuple[Operation, ...]
    webhooks: tuple[tuple[str, int], ...]


def compare(current: Database, backup: Database, now: datetime) -> Losses:
    """Compare, at the current database's time.

    Raises:
        DatabaseUnusable: one of them cannot be read.
    """
    with in_words(), _migrated(current) as ours, _migrated(backup) as theirs:
        common = _last_common(ours, theirs)
        home = bot_state.team(ours)
        return Losses(
            last_common=common,
            lost_entries=head_of(ours)[0] - common[0],
            foreign_entries=head_of(theirs)[0] - common[0],
            requests=tuple(_changed(ours, theirs)),
            access=(
                *differences(_access(ours, now), _access(theirs, now), home),
                *_freezes(ours, theirs, now),
            ),
            archived=(archived_entries.start(ours)[0], archived_entries.start(theirs)[0]),
            continued=operations.underway(theirs),
            webhooks=tuple(
                (place.receiver, place.cursor)
                for place in webhook_cursors.places(ours)
                if place.cursor > common[0]
            ),
        )


@contextmanager
def _migrated(db: Database) -> Iterator[Database]:
    if not migrations.pending(db):
        yield db
        return
    with Database(memory=True, execute_plugins=False) as copy:
        db.conn.backup(copy.conn)
        migrations.apply(copy)
        yield copy


def _last_common(ours: Database, theirs: Database) -> Head:
    """Each hash is of all entries before it: where two differ, so do all that follow.

    Entries that one of them has archived are taken for the same, if the last of those is, or if the other ends before it.
    """
    newest = min(head_of(ours)[0], head_of(theirs)[0])
    begin = max(archived_entries.start(ours)[0], archived_entries.start(theirs)[0])
    if newest < begin:
        return head_of(theirs) if head_of(theirs)[0] == newest else head_of(ours)
    if _hash(ours, begin) != _hash(theirs, begin):
        return (0, GENESIS)
    same, differs = begin, newest + 1
    while differs - same > 1:
        middle = (same + differs) // 2
        if _hash(ours, middle) == _hash(theirs, middle):
            same = middle
        else:
            differs = middle
    return (same, _hash(ours, same) or GENESIS)


def _hash(db: Database, entry: int) -> str | None:
    start, start_hash = archived_entries.start(db)
    if entry == start:
        return start_hash
    row = db.execute("SELECT hash FROM events WHERE id = ?", (entry,)).fetchone()
    return None if row is None else str(row[0])


def _changed(ours: Database, theirs: Database) -> Iterator[ChangedRequest]:
    """By what people can see of them: confirmed ones, oldest first."""
    before = dict(_versions(theirs))
    for operation_id, version in _versions(ours):
        if before.get(operation_id) == version:
            continue
        now, then = operations.find(ours, operation_id), operations.find(theirs, operation_id)
        was_confirmed = then is not None and then.confirmed_at is not None
        if now is not None:
            yield ChangedRequest(now, then.state if then is not None and was_confirmed else None)


def _versions(db: Database) -> list[tuple[OperationId, int]]:
    rows = db.execute(
        "SELECT id, version FROM operations WHERE confirmed_at IS NOT NULL ORDER BY confirmed_at, rowid"
    )
    return [(OperationId(operation_id), int(version)) for operation_id, version in rows]


def _access(db: Database, now: datetime) -> DesiredAccess:
    return as_it_stands(grants.unrevoked(db), rules_and_freezes.rules(db), now)


def _freezes(ours: Database, theirs: Database, now: datetime) -> Iterator[str]:
    have = {_in_words(freeze) for freeze in rules_and_freezes.freezes_in_force(ours, now)}
    had = {_in_words(freeze) for freeze in rules_and_freezes.freezes_in_force(theirs, now)}
    yield from (f"- freeze {freeze}" for freeze in sorted(have - had))
    yield from (f"+ freeze {freeze}" for freeze in sorted(had - have))


def _in_words(freeze: Freeze) -> str:
    return f"{freeze.pattern} until {freeze.until:%Y-%m-%d %H:%M} UTC ({freeze.reason})"
