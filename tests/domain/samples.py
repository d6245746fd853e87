"""People, what they may do, and operations in every state, for the tests of the pure modules."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Action, Decision, Grant, Membership, Role
from bot.domain.access.rules import Freeze, Requirements
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName, TeamId, UserId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Card
from bot.domain.operations.plans import CLEAR
from tests.clock import START
from tests.domain.pipeline_samples import (
    pipeline,
)
from tests.operations import changed

ANA = Actor(TeamId("T1"), UserId("UANA"))


BEN = Actor(TeamId("T1"), UserId("UBEN"))


CLEO = Actor(TeamId("T1"), UserId("UCLEO"))


ALLOWED = Decision(allowed=True, action=Action.CLEAR)


DENIED = Decision(allowed=False, action=Action.CLEAR)


FREEZE = Freeze(1, "orders", START + timedelta(days=1), "year end", "T1/UCLEO", START)


CARD = Card(ChannelId("C1"), "1700000000.000100")


def authority(**differences: Any) -> Authorization:
    """Enough to be sent: the requester may clear it by themselves, and no rule asks for more."""
    return replace(Authorization(ALLOWED, Requirements(approvals=0)), **differences)


CARRIED = authority()


NOT_PERMITTED = authority(requester=DENIED)


NOT_APPROVED = authority(requirements=Requirements(approvals=1))


FROZEN = authority(freeze=FREEZE)


UNVERIFIED = authority(requester=DENIED, unread="Slack is in trouble", requester_unverified=True)


AUTHORITIES = (CARRIED, NOT_PERMITTED, NOT_APPROVED, FROZEN, UNVERIFIED)


def grant(
    principal: Any = ANA, role: Role = Role.OPERATOR, pattern: str = "orders-*", **differences: Any
) -> Grant:
    fields = {"id": 1, "granted_by": "root", "granted_at": START, "expires_at": None, "note": ""}
    return Grant(principal=principal, role=role, pattern=pattern, **fields | differences)


def membership(actor: Actor = ANA, *groups: str, **differences: Any) -> Membership:
    return replace(Membership(actor, groups=frozenset(groups)), **differences)


def proposed(**differences: Any) -> Operation:
    operation = Operation(
        id=OperationId("op1"),
        requester=ANA,
        origin=ChannelId("C1"),
        pipeline=PipelineName("orders"),
        previewed=Fingerprint.of(pipeline()),
        reason="schema change",
        created_at=START,
        plan=CLEAR,
    )
    return changed(operation, **differences)


def awaiting(**differences: Any) -> Operation:
    """Asked for at START, for two approvals within the hour; it is reminded of after half of it."""
    fields = {
        "state": State.AWAITING_APPROVAL,
        "confirmed_at": START,
        "needed": 2,
        "deadline": START + timedelta(hours=1),
        "remind_at": START + timedelta(minutes=30),
        "due_at": START + timedelta(minutes=30),
    }
    return changed(proposed(), **fields | {"card": CARD, "posts": 1} | differences)


def ready(**differences: Any) -> Operation:
    """Confirmed at START, nothing more asked for, and its card stands."""
    fields = {"state": State.READY, "confirmed_at": START, "ready_at": START, "due_at": START}
    return changed(proposed(), **fields | {"card": CARD, "posts": 1} | differences)


def submitting(**differences: Any) -> Operation:
    """Sent at START; nothing has been heard since."""
    return ready(
        **{"state": State.SUBMITTING, "submitted_at": START, "sends": 1, "due_at": START} | differences
    )


def waiting(**differences: Any) -> Operation:
    """Sent at START and accepted at once."""
    return submitting(**{"state": State.WAITING, "accepted_at": START} | differences)


def needs_human(ending: Ending = Ending.UNTOUCHED, **differences: Any) -> Operation:
    return submitting(**{"state": State.NEEDS_HUMAN, "outcome": Outcome(ending)} | differences)


def ended(state: State, ending: Ending, **differences: Any) -> Operation:
    fields = {"state": state, "outcome": Outcome(ending), "ended_at": START + timedelta(seconds=9)}
    return waiting(**fields | {"due_at": None} | differences)


IN_EVERY_STATE: dict[State, Operation] = {
    State.PROPOSED: proposed(),
    State.AWAITING_APPROVAL: awaiting(),
    State.READY: ready(),
    State.SUBMITTING: submitting(),
    State.WAITING: waiting(),
    State.NEEDS_HUMAN: needs_human(),
    State.SUCCEEDED: ended(State.SUCCEEDED, Ending.CLEARED, cleared_at=START + timedelta(seconds=9)),
    State.UNNECESSARY: ended(
        State.UNNECESSARY, Ending.NOTHING_TO_CLEAR, submitted_at=None, accepted_at=None, sends=0
    ),
    State.REFUSED: ended(State.REFUSED, Ending.FELDERA_REFUSED, accepted_at=None),
    State.STALE: ended(State.STALE, Ending.CHANGED_BEFORE, submitted_at=None, accepted_at=None, sends=0),
    State.EXPIRED: ended(State.EXPIRED, Ending.TOO_LATE, submitted_at=None, accepted_at=None, sends=0),
    State.DENIED: awaiting(
        state=State.DENIED, outcome=Outcome(Ending.DENIED, "not now", by=BEN), ended_at=START, due_at=None
    ),
    State.WITHDRAWN: proposed(
        state=State.WITHDRAWN, outcome=Outcome(Ending.WITHDRAWN, by=ANA), ended_at=START
    ),
    State.CLOSED: ended(
        State.CLOSED, Ending.CLOSED, outcome=Outcome(Ending.CLOSED, by=BEN), accepted_at=None
    ),
}
