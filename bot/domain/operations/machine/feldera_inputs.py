"""Inputs from Feldera: what a look, an answer to a request, or the pipeline's events mean for an operation.

Every proof comes from Feldera alone and uses Feldera's own time, so no two clocks are ever compared.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.access.requests.request import Request
from bot.domain.events import Event, EventKind
from bot.domain.operations import polling
from bot.domain.operations.fingerprints import Fingerprint, LastSeen
from bot.domain.operations.inputs import (
    Answered,
    HealthRead,
    HistoryRead,
    Looked,
    ProgramErrorRead,
    ReadHistory,
    ReadProgramError,
    Transition,
)
from bot.domain.operations.machine.event_proofs import history_read, is_one_stop, must_read_events
from bot.domain.operations.machine.outages import look_failed, reachable_again
from bot.domain.operations.machine.request_answers import answered
from bot.domain.operations.machine.send_permission import ask_for_events, fingerprint_found, send_if_permitted
from bot.domain.operations.machine.transitions import (
    MAX_SENDS,
    RESEND_AFTER,
    ended,
    goal_reached,
    is_too_late,
    needs_human,
    of_step,
    seconds,
    sent,
    still_waiting,
    underway,
)
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Outage
from bot.domain.operations.plans import StepName
from bot.domain.operations.steps import (
    STEPS,
    AskHistory,
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    Step,
    StepFailed,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Problem, Seen


def evaluate(
    operation: Operation, said: Looked | Answered | HistoryRead | ProgramErrorRead | HealthRead, now: datetime
) -> Transition:
    """The transition of `operation` after what Feldera said, or after no answer."""
    match said:
        case Looked(look=Problem() as problem):
            return look_failed(operation, problem, now)
        case Looked():
            return _looked(operation, said, now)
        case Answered():
            return answered(operation, said, now)
        case HistoryRead():
            return history_read(operation, said, now)
        case ProgramErrorRead():
            return _program_error_read(operation, said, now)
        case HealthRead():
            return _health_read(operation, said, now)
        case _:
            assert_never(said)


def _looked(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """A look that Feldera answered: it ends any outage, and then the operation's state decides what it means."""
    seen = replace(operation, seen=_sighting(looked, now), outage=Outage())
    after = _looked_on(operation if operation.state.has_ended else seen, looked, now)
    if isinstance(after.effect, ReadHistory):
        # The outage is not over as long as the events cannot be read.
        return replace(after, operation=replace(after.operation, outage=operation.outage))
    return reachable_again(operation, after, now)


def _looked_on(operation: Operation, looked: Looked, now: datetime) -> Transition:
    match operation.state:
        case State.READY:
            return _looked_before_sending(operation, looked, now)
        case State.SUBMITTING:
            return _looked_after_silence(operation, looked, now)
        case State.WAITING:
            return _looked_while_waiting(operation, looked, now)
        case State.NEEDS_HUMAN:
            return _looked_for_a_proof(operation, looked, now)
        case _:
            return Transition(operation)


def _looked_before_sending(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).before_sending(operation.bound_to, _seen(looked))
    if isinstance(verdict, MaySend):
        verdict = _blocked_later(operation, _seen(looked)) or verdict
    match verdict:
        case InProgress():
            return underway(operation, looked.spread, now)
        case Unneeded(ending):
            return _reached(operation, Outcome(ending), looked, now, needed=False)
        case Blocked(Ending.NOT_COMPILED):
            return Transition(replace(operation, due_at=now + polling.LONGEST), (), ReadProgramError())
        case Blocked(ending):
            state = State.REFUSED if ending is Ending.UNKNOWN_PIPELINE else State.STALE
            return ended(operation, state, Outcome(ending), now)
        case MaySend():
            return send_if_permitted(operation, looked, now)
        case _:
            assert_never(verdict)


def _blocked_later(operation: Operation, look: Seen | Absent) -> Blocked | None:
    """Why a later step is already known to fail: the bot begins nothing that it cannot finish."""
    if isinstance(look, Absent):
        return None
    ahead = operation.plan[operation.step + 1 :]
    endings = (STEPS[step].known_failure(look.pipeline) for step in ahead)
    return next((Blocked(ending) for ending in endings if ending is not None), None)


def _reached(
    operation: Operation, outcome: Outcome, looked: Looked, now: datetime, *, needed: bool = True
) -> Transition:
    """The goal of the step. Before a clear that follows a stop, the events must show which run it was that ended."""
    look = _seen(looked)
    is_same = isinstance(look, Seen) and look.pipeline.id == operation.previewed.id
    found = Fingerprint.of(look.pipeline) if isinstance(look, Seen) and is_same else None
    if operation.step_name is not StepName.STOP or StepName.CLEAR not in operation.plan or found is None:
        return goal_reached(operation, outcome, found, now, needed=needed)
    left_to_human = operation.state is State.NEEDS_HUMAN
    # Stopped, or about to be, when it was reviewed, and not run since.
    if left_to_human or found == operation.previewed or is_one_stop(operation.previewed, found):
        return goal_reached(operation, outcome, found, now, needed=needed)
    return ask_for_events(operation, looked, now)


def _looked_after_silence(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).after_silence(operation.bound_to, _seen(looked))
    match verdict:
        case Completed(ending, said):
            return _reached(operation, Outcome(ending, said), looked, now)
        case InProgress():
            return underway(operation, looked.spread, now)
        case AskHistory():
            return ask_for_events(operation, looked, now)
        case Untouched():
            return _untouched(operation, looked, now)
        case StepFailed():
            settled_at = (operation.attempt.submitted_at or now) + RESEND_AFTER
            if now < settled_at:  # the request may still arrive, and change what the pipeline becomes
                return Transition(replace(operation, due_at=settled_at))
            return _failed(operation, verdict, now)
        case _:
            assert_never(verdict)


def _untouched(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """The request has had no effect so far: wait until it no longer can, then repeat it if that is allowed."""
    sent_at = operation.attempt.submitted_at or now
    if now < sent_at + RESEND_AFTER:
        soon = min(now + polling.next_look(timedelta(0), looked.spread), sent_at + RESEND_AFTER)
        return Transition(replace(operation, due_at=soon))
    if operation.attempt.refusal is not None:
        return ended(operation, State.REFUSED, operation.attempt.refusal, now)
    request = Request.of(operation)
    may_repeat = looked.authority.outcome(request) is None and not is_too_late(operation, now)
    is_blocked = _blocked_later(operation, _seen(looked)) is not None
    if not may_repeat or is_blocked or operation.attempt.sends >= MAX_SENDS:
        return needs_human(operation, Outcome(Ending.UNTOUCHED), now)
    # Without a card, it is being posted again.
    if operation.display.card is None or looked.authority.objection(request) is not None:
        return Transition(replace(operation, due_at=now + polling.LONGEST))
    if must_read_events(operation, now):
        return ask_for_events(operation, looked, now)
    return sent(operation, EventKind.SENT_AGAIN, looked.authority, now)


def _looked_while_waiting(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).while_waiting(operation.bound_to, _seen(looked))
    match verdict:
        case Completed(ending, said):
            return _reached(operation, Outcome(ending, said), looked, now)
        case InProgress(phase):
            return _in_phase(still_waiting(operation, looked, now), phase, now)
        case AskHistory():
            return ask_for_events(operation, looked, now)
        case StepFailed():
            return _failed(operation, verdict, now)
        case Contradiction():
            return needs_human(operation, Outcome(Ending.CONTRADICTION), now)
        case _:
            assert_never(verdict)


def _in_phase(waiting: Transition, phase: str, now: datetime) -> Transition:
    """Report a new phase, unless it is one of the moments when Feldera cannot reach what it has just started."""
    if phase in {"", PASSING_PHASE, waiting.operation.attempt.phase}:
        return waiting
    said = Event(EventKind.PHASE, now, {"phase": phase, **of_step(waiting.operation)})
    events = (said, *(event for event in waiting.events if event.kind is not EventKind.STILL_CLEARING))
    attempt = replace(waiting.operation.attempt, phase=phase)
    return replace(waiting, operation=replace(waiting.operation, attempt=attempt), events=events)


def _failed(operation: Operation, verdict: StepFailed, now: datetime) -> Transition:
    state = State.REFUSED if verdict.ending in _BY_FELDERA else State.STALE
    return ended(operation, state, Outcome(verdict.ending, verdict.said, verdict.code), now)


def _program_error_read(operation: Operation, read: ProgramErrorRead, now: datetime) -> Transition:
    if operation.state is not State.READY:
        return Transition(operation)
    said = "" if isinstance(read.said, Problem) else read.said
    return ended(operation, State.REFUSED, Outcome(Ending.NOT_COMPILED, said), now)


def _looked_for_a_proof(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """The operation needs a human, but what Feldera shows may still settle it."""
    verdict = _step(operation).after_silence(operation.bound_to, _seen(looked))
    if isinstance(verdict, Completed):
        return _reached(operation, Outcome(verdict.ending, verdict.said), looked, now)
    if isinstance(verdict, StepFailed):
        return _failed(operation, verdict, now)
    if isinstance(verdict, InProgress):
        return underway(replace(operation, outcome=None), looked.spread, now)
    unproved = operation.outcome is not None and operation.outcome.ending in _EVENTS_MAY_SETTLE
    effect = ReadHistory(fingerprint_found(looked)) if unproved and isinstance(verdict, AskHistory) else None
    return Transition(replace(operation, due_at=now + polling.FOR_A_HUMAN), (), effect)


def _health_read(operation: Operation, read: HealthRead, now: datetime) -> Transition:
    if operation.state is not State.WAITING or operation.attempt.overdue_since is not None:
        return Transition(operation)
    healthy = read.health.healthy
    said = Event(
        EventKind.OVERDUE,
        now,
        {
            "healthy": None if healthy is None else int(healthy),
            "message": read.health.message,
            "seconds": seconds(operation.attempt.accepted_at, now),
            "usual": None if read.usual is None else round(read.usual.total_seconds()),
            **of_step(operation),
        },
    )
    return Transition(replace(operation, attempt=replace(operation.attempt, overdue_since=now)), (said,))


PASSING_PHASE = "Unavailable"
_BY_FELDERA = frozenset({Ending.NOT_COMPILED, Ending.START_FAILED})
_EVENTS_MAY_SETTLE = frozenset({Ending.UNPROVABLE, Ending.OUT_OF_REACH})


def _step(operation: Operation) -> Step:
    return STEPS[operation.step_name]


def _sighting(looked: Looked, now: datetime) -> LastSeen:
    look = _seen(looked)
    if isinstance(look, Absent):
        return LastSeen(now, "", "", "")
    return LastSeen(now, look.pipeline.status, look.pipeline.desired_status, look.pipeline.storage.value)


def _seen(looked: Looked) -> Seen | Absent:
    assert not isinstance(looked.look, Problem)  # noqa: S101 - `evaluate` deals with problems first
    return looked.look
