"""The access data of a decision, read in one snapshot: grants, rules, freezes, and a person's recent requests.

Nothing in here decides, and nothing is cached from one read to the next: a revoked grant has no effect from the next
decision on.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Membership
from bot.domain.access.requests.request_limits import REQUESTS_MAX
from bot.domain.ids import Actor, OperationId
from bot.domain.operations.operation import Operation
from bot.store.access import grants, rules_and_freezes
from bot.store.column_values import moment_of


def about(db: Database, memberships: Mapping[Actor, Membership]) -> AccessData:
    """The access data of these people; `open_requests` and `asked_at` count all their requests."""
    with db.atomic():  # several reads, one snapshot
        return _requested_by(db, memberships, common(db, memberships))


def common(db: Database, memberships: Mapping[Actor, Membership]) -> AccessData:
    """The access data of these people that is the same for every operation, in the current transaction."""
    return AccessData(
        grants=grants.relevant_to(db, memberships),
        rules=rules_and_freezes.rules(db),
        freezes=rules_and_freezes.freezes(db),
        memberships=memberships,
    )


def behind(db: Database, operation: Operation, common: AccessData) -> AccessData:
    """The access data of one operation, in the same transaction.

    `open_requests` and `asked_at` count its requester's other requests.
    """
    return _requested_by(db, [operation.requester], common, other_than=operation.id)


def _requested_by(
    db: Database, requesters: Collection[Actor], common: AccessData, other_than: OperationId | None = None
) -> AccessData:
    asked_at = [at for actor in requesters for at in _asked_at(db, actor, other_than)]
    return replace(
        common,
        open_requests=sum(_open_requests(db, actor, other_than) for actor in requesters),
        asked_at=tuple(sorted(asked_at, reverse=True)),
    )


def _asked_at(db: Database, of: Actor, other_than: OperationId | None) -> list[datetime]:
    rows = db.execute(
        "SELECT confirmed_at FROM operations WHERE requester_team = ? AND requester_user = ?"
        " AND approvals_needed > 0 AND confirmed_at IS NOT NULL AND id IS NOT ?"
        " ORDER BY confirmed_at DESC LIMIT ?",
        (of.team, of.user, other_than, REQUESTS_MAX),
    )
    return [moment_of(text) for (text,) in rows]


def _open_requests(db: Database, of: Actor, other_than: OperationId | None) -> int:
    (count,) = db.execute(
        "SELECT count(*) FROM operations WHERE state = 'awaiting_approval'"
        " AND requester_team = ? AND requester_user = ? AND id IS NOT ?",
        (of.team, of.user, other_than),
    ).fetchone()
    return int(count)
