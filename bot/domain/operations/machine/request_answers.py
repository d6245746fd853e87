"""Request answers: the transition of an operation being submitted, after Feldera's answer to its request or none."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.events import Event, EventKind
from bot.domain.operations import polling
from bot.domain.operations.inputs import Answered, Transition
from bot.domain.operations.machine.outages import hopeless
from bot.domain.operations.machine.transitions import ended, of_step, taken_on
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.pipelines.pipeline import Accepted, NotSent, Problem, Refusal, Refused, Unknown


def answered(operation: Operation, answered: Answered, now: datetime) -> Transition:
    if operation.state is not State.SUBMITTING:
        return Transition(operation)
    match answered.answer:
        case Accepted():
            accepted = Event(EventKind.ACCEPTED, now, of_step(operation))
            return taken_on(operation, accepted, now + polling.FIRST_LOOK)
        case Refused() | NotSent() as no if operation.attempt.sends > 1:
            return _repetition_denied(operation, no, now)
        case Refused() as no:
            return ended(operation, State.REFUSED, _refused(no), now)
        case NotSent(problem):
            return _postponed(operation, problem, now)
        case Unknown(problem):
            data = {"message": problem.message, **of_step(operation)}
            lost = Event(EventKind.ANSWER_LOST, now, data)
            return Transition(replace(operation, due_at=now + _wait(problem, polling.FIRST_LOOK)), (lost,))
        case _:
            assert_never(answered.answer)


def _repetition_denied(operation: Operation, no: Refused | NotSent, now: datetime) -> Transition:
    """This request certainly did nothing, but an earlier one may have arrived: only a look can show that."""
    fewer = replace(operation.attempt, sends=operation.attempt.sends - 1)
    if isinstance(no, NotSent):
        return Transition(replace(operation, attempt=fewer, due_at=now + _wait(no.problem, polling.SHORTEST)))
    refused = replace(fewer, refusal=_refused(no))
    return Transition(replace(operation, attempt=refused, due_at=now + polling.SHORTEST))


def _wait(problem: Problem, at_least: timedelta) -> timedelta:
    return max(at_least, timedelta(seconds=problem.retry_after or 0))


def _postponed(operation: Operation, problem: Problem, now: datetime) -> Transition:
    # Counted separately from failed looks: a look may succeed before each request that is refused.
    postponements = operation.attempt.postponements + 1
    ready = replace(
        operation,
        state=State.READY,
        attempt=replace(operation.attempt, sends=0, submitted_at=None, postponements=postponements),
        due_at=now + polling.after_failures(postponements, problem.retry_after),
    )
    ending = hopeless(problem, postponements)
    if ending is not None:
        return ended(ready, State.REFUSED, Outcome(ending, problem.message, problem.code), now)
    said = Event(EventKind.POSTPONED, now, {"message": problem.message, **of_step(operation)})
    return Transition(ready, (said,) if operation.attempt.postponements == 0 else ())


def _refused(no: Refused) -> Outcome:
    ending = Ending.NOT_COMPILED if no.code == _NOT_COMPILED else _REFUSALS[no.refusal]
    return Outcome(ending, no.message, no.code)


_NOT_COMPILED = "CannotStartWithCompilationError"  # of a program that was changed just now
_REFUSALS = {
    Refusal.BY_RULE: Ending.FELDERA_REFUSED,
    Refusal.UNKNOWN_PIPELINE: Ending.UNKNOWN_PIPELINE,
    Refusal.NO_ACCESS: Ending.NO_ACCESS,
    Refusal.WRONG_ADDRESS: Ending.WRONG_ADDRESS,
}
