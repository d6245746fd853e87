"""Every kind of input of the state machine, and what comes of one, for the tests of the pure modules."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision
from bot.domain.access.rules import Requirements
from bot.domain.events import EventKind
from bot.domain.ids import Actor
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
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import (
    Accepted,
    Look,
    NotSent,
    Pipeline,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Seen,
    Unknown,
)
from tests.clock import START
from tests.domain.pipeline_samples import DOWN, STOPPED_AT, histories, looks, pipeline, running
from tests.domain.samples import (
    ALLOWED,
    ANA,
    AUTHORITIES,
    BEN,
    CARD,
    CARRIED,
    CLEO,
    DENIED,
    authority,
)


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


def sample_inputs() -> list[Input]:
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
