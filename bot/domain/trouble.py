"""A Feldera that gives no usable answer: when that is worth a word, and when waiting for a better one is hopeless."""

from dataclasses import replace
from datetime import datetime

from bot.domain import pacing
from bot.domain.happenings import Transition
from bot.domain.operations import Ending, Event, EventKind, Operation, Outcome, State
from bot.domain.pipelines import Problem, Trouble
from bot.domain.turns import ended, is_too_late, seconds

TROUBLE_SAID_AFTER = 3  # failed looks in a row; one or two are a blip (a restart, a dropped connection)
TROUBLE_ENDS_AFTER = 5  # … and as many wrong keys or wrong addresses are no blip, when nothing has been sent


def looked_in_vain(operation: Operation, problem: Problem, now: datetime) -> Transition:
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


def heard_again(before: Operation, after: Transition, now: datetime) -> Transition:
    if before.unreachable_since is None:
        return after
    event = Event(EventKind.REACHABLE, now, {"seconds": seconds(before.unreachable_since, now)})
    return replace(after, events=(event, *after.events))


def as_troubled(operation: Operation, before: Operation) -> Operation:
    return replace(operation, failures=before.failures, unreachable_since=before.unreachable_since)


def hopeless(problem: Problem, failures: int) -> Ending | None:
    """How an operation that has sent nothing ends when waiting will not help."""
    match problem.trouble:
        case Trouble.FORBIDDEN:
            return Ending.NO_ACCESS
        case Trouble.UNAUTHORIZED if failures >= TROUBLE_ENDS_AFTER:
            return Ending.NO_ACCESS
        case Trouble.NOT_FELDERA if failures >= TROUBLE_ENDS_AFTER:
            return Ending.WRONG_ADDRESS
        case _:
            return None
