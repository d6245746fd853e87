"""Content of a person's Home tab, and the actions that each operation on it offers them. Pure.

`compose` uses the same `decide()` as every command and button: a page shows nothing that its reader may not see,
and offers nothing that would be denied to them now. Somebody without a role sees only how to get one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from bot.domain.access.authorization import AccessData
from bot.domain.access.patterns import covers
from bot.domain.access.permissions import SAY, Action, Grant, Kind, Membership
from bot.domain.access.rules import Freeze
from bot.domain.operations.operation import Operation, State


class HomeAction(StrEnum):
    """What a person may do to an operation in its current state."""

    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    STOP = "stop"
    SIGN_OFF = "sign_off"
    CLOSE = "close"


_DECISIONS = frozenset(
    {HomeAction.APPROVE, HomeAction.SIGN_OFF, HomeAction.CLOSE}
)  # actions that somebody is expected to take


@dataclass(frozen=True, slots=True)
class Item:
    operation: Operation
    actions: frozenset[HomeAction]


@dataclass(frozen=True, slots=True)
class HomeData:
    """All that could be shown to those who may see it, read once for all pages. `ended` are newest first."""

    pending: tuple[Operation, ...] = ()
    underway: tuple[Operation, ...] = ()
    ended: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """One person's Home tab. Without a grant in force all of it is empty.

    `decides` is what waits for their decision, `requests` their other requests, `underway` everybody else's. `unread`
    is what Slack did not answer about them, if a role may depend on it.
    """

    membership: Membership
    grants: tuple[Grant, ...] = ()
    unread: str = ""
    decides: tuple[Item, ...] = ()
    requests: tuple[Item, ...] = ()
    underway: tuple[Item, ...] = ()
    ended: tuple[Operation, ...] = ()
    freezes: tuple[Freeze, ...] = ()

    @property
    def changes_at(self) -> datetime | None:
        """When the page changes without anybody acting: a grant or a freeze ends."""
        ends = chain((grant.expires_at for grant in self.grants), (freeze.until for freeze in self.freezes))
        return min((moment for moment in ends if moment is not None), default=None)


def compose(membership: Membership, access_data: AccessData, board: HomeData, now: datetime) -> HomePage:
    """This person's page at `now`. `access_data` must know them."""
    current = [grant for grant in access_data.grants if grant.is_current(now)]
    held = tuple(grant for grant in current if grant.is_to(membership))
    is_unsure = membership.kind is Kind.UNKNOWN or any(grant.may_be_to(membership) for grant in current)
    unread = (membership.why or "nothing is known of the person") if is_unsure else ""
    if membership.kind is not Kind.MEMBER or not held:
        return HomePage(membership, unread=unread)
    items = tuple(_items(membership, access_data, board, now))
    decides = tuple(item for item in items if item.actions & _DECISIONS)
    others = tuple(item for item in items if item not in decides)
    return HomePage(
        membership,
        held,
        unread,
        decides=decides,
        requests=tuple(item for item in others if _is_own(item.operation, membership)),
        underway=tuple(item for item in others if not _is_own(item.operation, membership)),
        ended=tuple(
            operation for operation in board.ended if _may_see(operation, membership, access_data, now)
        ),
        freezes=tuple(
            freeze
            for freeze in access_data.freezes
            if now < freeze.until and any(_concerns(freeze.pattern, grant.pattern) for grant in held)
        ),
    )


def _items(membership: Membership, access_data: AccessData, board: HomeData, now: datetime) -> Iterable[Item]:
    """Each open operation once, oldest first."""
    found = {operation.id: operation for operation in (*board.pending, *board.underway)}
    for operation in sorted(found.values(), key=lambda each: each.created_at):
        if _may_see(operation, membership, access_data, now):
            yield Item(operation, _actions(operation, membership, access_data, now))


def _actions(
    operation: Operation, membership: Membership, access_data: AccessData, now: datetime
) -> frozenset[HomeAction]:
    actor, own = membership.actor, _is_own(operation, membership)
    found: set[HomeAction] = set()

    def may(action: Action) -> bool:
        return access_data.may(actor, action, operation.pipeline, now).allowed

    match operation.state:
        case State.AWAITING_APPROVAL if own:
            found.add(HomeAction.WITHDRAW)
        case State.AWAITING_APPROVAL if may(Action.APPROVE):
            found.add(HomeAction.DENY)
            if actor not in {given.by for given in operation.approval.given}:
                found.add(HomeAction.APPROVE)
        case State.READY if _is_untouched(operation) and any(may(action) for action in SAY):
            found.add(HomeAction.STOP)
        case State.NEEDS_HUMAN if may(Action.CLEAR):
            found.add(HomeAction.CLOSE)
    if operation.awaits_review and not own and may(Action.APPROVE):
        found.add(HomeAction.SIGN_OFF)
    return frozenset(found)


def _concerns(frozen: str, held: str) -> bool:
    """Whether it certainly does: a mere likelihood might reveal pipelines that the person may not see."""
    return covers(frozen, held) or covers(held, frozen)


def _may_see(operation: Operation, membership: Membership, access_data: AccessData, now: datetime) -> bool:
    """Their own, and those on pipelines that they may see."""
    seen = access_data.may(membership.actor, Action.VIEW, operation.pipeline, now).allowed
    return seen or _is_own(operation, membership)


def _is_untouched(operation: Operation) -> bool:
    return operation.attempt.sends == 0 and not operation.has_begun


def _is_own(operation: Operation, membership: Membership) -> bool:
    return operation.requester == membership.actor
