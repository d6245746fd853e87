"""What Feldera's words make of an operation: a look at the pipeline, an answer to the request, a record read.

Every proof is taken from Feldera alone and in Feldera's own time, so no two clocks are ever compared.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain import pacing
from bot.domain.access import Decision
from bot.domain.happenings import Answered, HealthRead, HistoryRead, Looked, ReadHistory, Transition
from bot.domain.operations import Ending, Event, EventKind, Operation, Outcome, State
from bot.domain.pipelines import (
    Absent,
    Accepted,
    History,
    NotSent,
    Problem,
    Refusal,
    Refused,
    Seen,
    Storage,
    Trouble,
    Unknown,
)
from bot.domain.steps import (
    STEPS,
    AskHistory,
    Blocked,
    Contradiction,
    Done,
    Go,
    Step,
    Underway,
    Unneeded,
    Untouched,
)
from bot.domain.turns import (
    MAX_SENDS,
    RESEND_AFTER,
    TROUBLE_SAID_AFTER,
    ended,
    hopeless,
    is_too_late,
    needs_human,
    seconds,
    sent,
    still_waiting,
    taken_on,
    underway,
    until_placed,
)


def weigh(
    operation: Operation, said: Looked | Answered | HistoryRead | HealthRead, now: datetime
) -> Transition:
    """What becomes of `operation` by what Feldera said, or by its silence."""
    match said:
        case Looked(look=Problem() as problem):
            return _looked_in_vain(operation, problem, now)
        case Looked():
            return _looked(operation, said, now)
        case Answered():
            return _answered(operation, said, now)
        case HistoryRead(history):
            return _history_read(operation, history, now)
        case HealthRead():
            return _health_read(operation, said, now)
        case _:
            assert_never(said)


def _looked_in_vain(operation: Operation, problem: Problem, now: datetime) -> Transition:
    if operation.state not in {State.READY, State.SUBMITTING, State.WAITING, State.NEEDS_HUMAN}:
        return Transition(operation)
    failures = operation.failures + 1
    failing = replace(
        operation, failures=failures, due_at=now + pacing.after_failures(failures, problem.retry_after)
    )
    if operation.state is State.READY:
        if is_too_late(operation, now):
            return ended(failing, State.EXPIRED, Outcome(Ending.TOO_LATE, problem.message, problem.code), now)
        ending = hopeless(problem, failures)
        if ending is not None:
            return ended(failing, State.REFUSED, Outcome(ending, problem.message, problem.code), now)
    if failures < TROUBLE_SAID_AFTER or operation.unreachable_since is not None:
        return Transition(failing)
    said = {"state": operation.state.value, "trouble": problem.trouble.value, "message": problem.message}
    event = Event(EventKind.UNREACHABLE, now, said)
    return Transition(replace(failing, unreachable_since=now), (event,))


def _looked(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """A look that Feldera answered: the end of any trouble, and then whatever the state makes of it."""
    seen_again: tuple[Event, ...] = ()
    if operation.unreachable_since is not None:
        seen_again = (
            Event(EventKind.REACHABLE, now, {"seconds": seconds(operation.unreachable_since, now)}),
        )
    operation = replace(operation, failures=0, unreachable_since=None)
    match operation.state:
        case State.READY:
            after = _looked_before_sending(operation, looked, now)
        case State.SUBMITTING:
            after = _looked_after_silence(operation, looked, now)
        case State.WAITING:
            after = _looked_while_waiting(operation, looked, now)
        case State.NEEDS_HUMAN:
            after = _looked_for_a_proof(operation, looked, now)
        case _:
            after = Transition(operation)
    return replace(after, events=seen_again + after.events)


def _looked_before_sending(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).before_sending(operation.reviewed, _seen(looked))
    match verdict:
        case Underway():
            return underway(operation, looked.spread, now)
        case Unneeded():
            return ended(operation, State.UNNECESSARY, Outcome(Ending.NOTHING_TO_CLEAR), now)
        case Blocked(ending):
            state = State.REFUSED if ending is Ending.UNKNOWN_PIPELINE else State.STALE
            return ended(operation, state, Outcome(ending), now)
        case Go():
            return _cleared_for_sending(operation, looked.decision, now)
        case _:
            assert_never(verdict)


def _cleared_for_sending(operation: Operation, decision: Decision, now: datetime) -> Transition:
    if is_too_late(operation, now):
        return ended(operation, State.EXPIRED, Outcome(Ending.TOO_LATE), now)
    if not decision.allowed:
        return ended(operation, State.REFUSED, Outcome(Ending.PERMISSION_LOST), now)
    if operation.card is None:
        return until_placed(operation)
    after = sent(operation, EventKind.SENT if operation.put_off == 0 else EventKind.SENT_AGAIN, now)
    # "I keep trying" was said when it was put off: only the first repetition is news.
    return after if operation.put_off <= 1 else replace(after, events=())


def _looked_after_silence(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).after_silence(operation.reviewed, _seen(looked))
    match verdict:
        case Done(ending):
            return ended(operation, State.SUCCEEDED, Outcome(ending), now)
        case Underway():
            return underway(operation, looked.spread, now)
        case AskHistory():
            return Transition(
                replace(operation, due_at=now + pacing.next_look(timedelta(0), looked.spread)),
                (),
                ReadHistory(),
            )
        case Untouched():
            return _untouched(operation, looked, now)
        case _:
            assert_never(verdict)


def _untouched(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """The request has had no effect so far: wait until it can have none any more, then repeat it if that may be."""
    sent_at = operation.submitted_at or now
    if now < sent_at + RESEND_AFTER:
        soon = min(now + pacing.next_look(timedelta(0), looked.spread), sent_at + RESEND_AFTER)
        return Transition(replace(operation, due_at=soon))
    may_repeat = looked.decision.allowed and not is_too_late(operation, now)
    if not may_repeat or operation.sends >= MAX_SENDS:
        return needs_human(operation, Outcome(Ending.UNTOUCHED), now)
    if operation.card is None:  # lost meanwhile; it is being posted again
        return Transition(replace(operation, due_at=now + pacing.SHORTEST))
    return sent(operation, EventKind.SENT_AGAIN, now)


def _looked_while_waiting(operation: Operation, looked: Looked, now: datetime) -> Transition:
    verdict = _step(operation).while_waiting(operation.reviewed, _seen(looked))
    match verdict:
        case Done(ending):
            return ended(operation, State.SUCCEEDED, Outcome(ending), now)
        case Underway():
            return still_waiting(operation, looked.spread, now)
        case Contradiction():
            return needs_human(operation, Outcome(Ending.CONTRADICTION), now)
        case _:
            assert_never(verdict)


def _looked_for_a_proof(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """A human was called, but what Feldera shows may still settle it."""
    verdict = _step(operation).after_silence(operation.reviewed, _seen(looked))
    if isinstance(verdict, Done):
        return ended(operation, State.SUCCEEDED, Outcome(verdict.ending), now)
    if isinstance(verdict, Underway):
        return underway(replace(operation, outcome=None), looked.spread, now)
    return Transition(replace(operation, due_at=now + pacing.FOR_A_HUMAN))


def _answered(operation: Operation, answered: Answered, now: datetime) -> Transition:
    if operation.state is not State.SUBMITTING:
        return Transition(operation)
    match answered.answer:
        case Accepted():
            return taken_on(operation, Event(EventKind.ACCEPTED, now), now + pacing.FIRST_LOOK)
        case Refused() | NotSent() if operation.sends > 1:
            # An earlier request may have arrived after all: only a look can tell what this "no" means.
            return Transition(replace(operation, due_at=now + pacing.SHORTEST))
        case Refused(refusal, message, code):
            return ended(operation, State.REFUSED, Outcome(_REFUSALS[refusal], message, code), now)
        case NotSent(problem):
            return _put_off(operation, problem, now)
        case Unknown(problem):
            lost = Event(EventKind.ANSWER_LOST, now, {"message": problem.message})
            return Transition(replace(operation, due_at=now + pacing.FIRST_LOOK), (lost,))
        case _:
            assert_never(answered.answer)


def _put_off(operation: Operation, problem: Problem, now: datetime) -> Transition:
    failures = operation.failures + 1
    ready = replace(
        operation,
        state=State.READY,
        sends=0,
        submitted_at=None,
        put_off=operation.put_off + 1,
        failures=failures,
        due_at=now + pacing.after_failures(failures, problem.retry_after),
    )
    ending = hopeless(problem, failures)
    if ending is not None:
        return ended(ready, State.REFUSED, Outcome(ending, problem.message, problem.code), now)
    said = Event(EventKind.PUT_OFF, now, {"message": problem.message})
    return Transition(ready, (said,) if operation.put_off == 0 else ())


_REFUSALS = {
    Refusal.BY_RULE: Ending.FELDERA_REFUSED,
    Refusal.UNKNOWN_PIPELINE: Ending.UNKNOWN_PIPELINE,
    Refusal.NO_ACCESS: Ending.NO_ACCESS,
    Refusal.WRONG_ADDRESS: Ending.WRONG_ADDRESS,
}


def _history_read(operation: Operation, history: History | Problem, now: datetime) -> Transition:
    """Settle a silence by the pipeline's own record.

    The storage was in use when the pipeline stopped as reviewed. A later row that says `Clearing` or `Cleared`
    proves a clear; a record that reaches back that far without one proves that there was none.
    """
    if operation.state is not State.SUBMITTING:
        return Transition(operation)
    if isinstance(history, Problem):
        if history.trouble in _PASSING:
            return _looked_in_vain(operation, history, now)
        return needs_human(operation, Outcome(Ending.UNPROVABLE, history.message), now)
    reviewed_at = operation.reviewed.status_since
    since = [change for change in history.changes if change.at > reviewed_at]
    if any(change.storage in {Storage.CLEARING, Storage.CLEARED} for change in since):
        return ended(operation, State.SUCCEEDED, Outcome(Ending.CLEARED_THEN_STARTED), now)
    reaches_back = len(since) < len(history.changes)
    if reaches_back and all(change.storage is Storage.IN_USE for change in since):
        return _started_instead(operation, now)
    return needs_human(operation, Outcome(Ending.UNPROVABLE), now)


def _started_instead(operation: Operation, now: datetime) -> Transition:
    settled_at = (operation.submitted_at or now) + RESEND_AFTER
    if now < settled_at:  # the request may arrive yet, at a pipeline that was stopped again
        return Transition(replace(operation, due_at=settled_at))
    return ended(operation, State.STALE, Outcome(Ending.STARTED_INSTEAD), now)


_PASSING = frozenset({Trouble.UNREACHABLE, Trouble.BUSY})  # a Feldera before 0.292 keeps no record at all


def _health_read(operation: Operation, read: HealthRead, now: datetime) -> Transition:
    if operation.state is not State.WAITING or operation.overdue_since is not None:
        return Transition(operation)
    healthy = read.health.healthy
    said = Event(
        EventKind.OVERDUE,
        now,
        {
            "healthy": None if healthy is None else int(healthy),
            "message": read.health.message,
            "seconds": seconds(operation.accepted_at, now),
        },
    )
    return Transition(replace(operation, overdue_since=now), (said,))


def _step(operation: Operation) -> Step:
    return STEPS[operation.plan[operation.step]]


def _seen(looked: Looked) -> Seen | Absent:
    assert not isinstance(looked.look, Problem)  # noqa: S101 - `weigh` deals with problems first
    return looked.look
