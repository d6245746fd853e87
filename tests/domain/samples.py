"""Pipelines, operations in every state, and every kind of happening, for the tests of the pure modules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Action, Decision, Grant, Membership, Role
from bot.domain.access.rules import Freeze, Requirements
from bot.domain.events import EventKind
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Answered,
    Approved,
    CardLost,
    CardNotPosted,
    CardPlaced,
    CardPostStarted,
    Closed,
    Confirmed,
    DeniedByApprover,
    DeniedInShell,
    HealthRead,
    HistoryRead,
    Input,
    Looked,
    NoPlace,
    ProgramErrorRead,
    RulesRead,
    SignedOff,
    Stopped,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Card
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    Change,
    Checkpoints,
    Look,
    NotSent,
    Pipeline,
    PipelineError,
    PipelineEvents,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Seen,
    Storage,
    Unknown,
)
from tests.clock import START
from tests.operations import changed

ANA = Actor(TeamId("T1"), UserId("UANA"))
BEN = Actor(TeamId("T1"), UserId("UBEN"))
CLEO = Actor(TeamId("T1"), UserId("UCLEO"))
ALLOWED = Decision(allowed=True, action=Action.CLEAR)
DENIED = Decision(allowed=False, action=Action.CLEAR)
FREEZE = Freeze(1, "orders", START + timedelta(days=1), "year end", "T1/UCLEO", START)
STOPPED_AT = START - timedelta(hours=2)
CARD = Card(ChannelId("C1"), "1700000000.000100")
DOWN = Problem(ProblemKind.UNREACHABLE, "no answer")


def pipeline(**differences: Any) -> Pipeline:
    """`orders`, stopped two hours ago with its storage in use."""
    stopped = Pipeline(
        id=PipelineId("0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"),
        name=PipelineName("orders"),
        storage=Storage.IN_USE,
        status="Stopped",
        status_since=STOPPED_AT,
        desired_status="Stopped",
        desired_status_since=STOPPED_AT,
        resources="Stopped",
        resources_desired="Stopped",
        resources_desired_since=STOPPED_AT,
        program_status="Success",
        program_status_since=STOPPED_AT,
        checkpoints=Checkpoints(2, 3 * 1024 * 1024),
        error=None,
    )
    return replace(stopped, **differences)


def cleared(**differences: Any) -> Pipeline:
    return pipeline(storage=Storage.CLEARED, checkpoints=Checkpoints(0, None), **differences)


def clearing(**differences: Any) -> Pipeline:
    return pipeline(storage=Storage.CLEARING, checkpoints=Checkpoints(0, None), **differences)


def running(since: datetime = START, **differences: Any) -> Pipeline:
    """`orders`, started by somebody: `Running` and in use."""
    started = {"status": "Running", "desired_status": "Running", "status_since": since}
    return pipeline(
        **started
        | {"resources": "Provisioned", "resources_desired": "Provisioned", "resources_desired_since": since}
        | differences
    )


def stopping() -> Pipeline:
    """`orders`, which somebody asked to stop, and which still runs."""
    return running(desired_status="Stopped", desired_status_since=START, resources_desired="Stopped")


def early_start(of: Pipeline) -> Pipeline:
    """`/start` was accepted, and nothing has come of it yet: `Stopped`, but wanted otherwise."""
    return replace(
        of, desired_status="Running", resources_desired="Provisioned", resources_desired_since=START
    )


def authority(**differences: Any) -> Authorization:
    """Enough to be sent: the requester may clear it by themselves, and no rule asks for more."""
    return replace(Authorization(ALLOWED, Requirements(approvals=0)), **differences)


def approved(
    by: Actor,
    decision: Decision = ALLOWED,
    *,
    counting: tuple[Actor, ...] = (BEN, CLEO),
    **requirements: Any,
) -> Approved:
    """An approval where those of `counting` count, and rules ask for nothing but these `requirements`."""
    terms = Requirements(**{"approvals": 0} | requirements)
    return Approved(by, decision, authority(requirements=terms, approvers=counting))


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


def looks() -> list[Look]:
    seen: list[Look] = [
        Seen(shape)
        for storage in Storage
        for shape in (
            pipeline(storage=storage),
            pipeline(storage=storage, id=PipelineId("another")),
            pipeline(storage=storage, status_since=START),
            pipeline(storage=storage, checkpoints=Checkpoints(3, None)),
            early_start(pipeline(storage=storage)),
            running(storage=storage),
        )
    ]
    failed = pipeline(resources_desired_since=START, error=PipelineError("worker panicked", "WorkerPanic"))
    reviewed_runs = running(since=STOPPED_AT)
    broken = replace(reviewed_runs, program_status="SqlError")
    seen += [Seen(failed), Seen(reviewed_runs), Seen(broken)]
    return [*seen, Absent(), *(Problem(trouble, "why", retry_after=7.0) for trouble in ProblemKind)]


def histories() -> list[PipelineEvents | Problem]:
    before, after = STOPPED_AT, STOPPED_AT + timedelta(minutes=1)
    return [
        PipelineEvents(()),
        PipelineEvents(
            (Change(after, Storage.IN_USE, wanted=True), Change(before, Storage.IN_USE, wanted=True))
        ),
        *(
            PipelineEvents((Change(after, storage), Change(before, Storage.IN_USE)) if reaches_back else one)
            for storage in Storage
            for reaches_back, one in ((True, ()), (False, (Change(after, storage),)))
        ),
        *(Problem(trouble, "why") for trouble in ProblemKind),
    ]


def happenings() -> list[Input]:
    clicks: list[Input] = [
        input_
        for by in (ANA, BEN, CLEO)
        for decision in (ALLOWED, DENIED)
        for input_ in (
            approved(by, decision),
            approved(by, decision, stop_window=timedelta(seconds=30)),
            DeniedByApprover(by, decision, "not now"),
            Stopped(by, decision),
            SignedOff(by, decision),
            Closed(by, decision),
        )
    ]
    answers = [
        Accepted(),
        *(Refused(refusal, "no", "Code") for refusal in Refusal),
        *(kind(Problem(trouble, "why")) for kind in (NotSent, Unknown) for trouble in ProblemKind),
    ]
    return [
        *(Confirmed(by, carried) for by in (ANA, BEN) for carried in AUTHORITIES),
        *clicks,
        DeniedInShell("shell:root", "not now"),
        Withdrawn(ANA),
        Withdrawn(BEN),
        CardPostStarted(),
        CardNotPosted(),
        CardPlaced(CARD),
        CardLost(None),
        CardLost("is_archived"),
        NoPlace("is_archived"),
        RulesRead(START + timedelta(hours=1)),
        RulesRead(None),
        RulesRead(None, approvals=5),
        TimePassed(),
        *(Looked(look, carried, 0.5) for look in looks() for carried in AUTHORITIES),
        *(Answered(answer) for answer in answers),
        *(
            HistoryRead(history, found)
            for history in histories()
            for found in (None, Fingerprint.of(pipeline()), Fingerprint.of(running(since=STOPPED_AT)))
        ),
        ProgramErrorRead("line 3: no such table"),
        ProgramErrorRead(DOWN),
        *(HealthRead(RunnerHealth(healthy, "how it is")) for healthy in (True, False, None)),
    ]


def after_look(
    operation: Operation, look: Look | Pipeline, now: datetime = START, *, carried: Authorization = CARRIED
) -> Transition:
    return advance(operation, Looked(Seen(look) if isinstance(look, Pipeline) else look, carried), now)


def kinds(transition: Transition) -> list[EventKind]:
    return [event.kind for event in transition.events]


def end_of(transition: Transition) -> tuple[State, Ending | None]:
    """The state that it leads to, and the outcome, if there is one."""
    outcome = transition.operation.outcome
    return transition.operation.state, outcome and outcome.ending
