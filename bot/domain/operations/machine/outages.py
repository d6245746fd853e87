"""Outages: Feldera gives no usable answer. When to report that, and when waiting for a better one is hopeless."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.events import Event, EventKind
from bot.domain.operations import polling
from bot.domain.operations.inputs import Transition
from bot.domain.operations.machine.transitions import RESEND_AFTER, ended, is_too_late, needs_human, seconds
from bot.domain.operations.operation import LIVE, Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.pipelines.pipeline import Problem, ProblemKind

OUTAGE_REPORTED_AFTER = 3  # failed looks in a row; one or two are a blip (a restart, a dropped connection)
LONG_WAIT = timedelta(seconds=10)  # if Feldera itself asks for a longer pause, that is reported at once
OUT_OF_REACH_AFTER = timedelta(days=1)  # a Feldera that was removed must not hold a pipeline's lock forever
TROUBLE_ENDS_AFTER = 5  # … and as many wrong keys or wrong addresses are no blip, if nothing has been sent


def look_failed(operation: Operation, problem: Problem, now: datetime) -> Transition:
    if operation.state not in LIVE:
        return Transition(operation)
    failures = operation.outage.failures + 1
    wait = polling.after_failures(failures, problem.retry_after)
    outage = replace(operation.outage, failures=failures, failing_since=operation.outage.failing_since or now)
    pause = max(wait, polling.FOR_A_HUMAN) if operation.state is State.NEEDS_HUMAN else wait
    failing = replace(operation, outage=outage, due_at=now + pause)
    if operation.state is State.READY:
        if is_too_late(operation, now):
            return ended(failing, State.EXPIRED, Outcome(Ending.TOO_LATE, problem.message, problem.code), now)
        ending = hopeless(problem, failures)
        if ending is not None:
            return ended(failing, State.REFUSED, Outcome(ending, problem.message, problem.code), now)
    if problem.trouble is ProblemKind.AMBIGUOUS_FELDERA:
        return _ambiguous_feldera(failing, problem, now)
    told = _reported(failing, problem, now) if failures >= OUTAGE_REPORTED_AFTER or wait > LONG_WAIT else None
    after = told or Transition(failing)
    if (
        operation.state is State.NEEDS_HUMAN
        or now < (failing.outage.failing_since or now) + OUT_OF_REACH_AFTER
    ):
        return after
    if operation.state is State.READY:
        return after
    called = needs_human(after.operation, Outcome(Ending.OUT_OF_REACH, problem.message), now)
    return replace(called, events=(*after.events, *called.events))


def _ambiguous_feldera(failing: Operation, problem: Problem, now: datetime) -> Transition:
    """Nothing seen there proves anything, and waiting would not change that: people can find out which one it is."""
    sent_at = failing.attempt.accepted_at or failing.attempt.submitted_at
    is_lasting = (
        failing.outage.failures >= OUTAGE_REPORTED_AFTER
        and sent_at is not None
        and now >= sent_at + RESEND_AFTER
    )
    if failing.state is State.NEEDS_HUMAN or not is_lasting:
        return Transition(failing)
    return needs_human(failing, Outcome(Ending.AMBIGUOUS_FELDERA, problem.message), now)


def _reported(failing: Operation, problem: Problem, now: datetime) -> Transition | None:
    if failing.outage.unreachable_since is not None or problem.trouble is ProblemKind.REJECTED:
        return None  # already reported; or the next look will show what to report
    said = {"state": failing.state.value, "trouble": problem.trouble.value, "message": problem.message}
    event = Event(EventKind.UNREACHABLE, now, said)
    reported = replace(failing.outage, unreachable_since=failing.outage.failing_since)
    return Transition(replace(failing, outage=reported), (event,))


def reachable_again(before: Operation, after: Transition, now: datetime) -> Transition:
    if before.outage.unreachable_since is None:
        return after
    event = Event(EventKind.REACHABLE, now, {"seconds": seconds(before.outage.unreachable_since, now)})
    return replace(after, events=(event, *after.events))


def hopeless(problem: Problem, failures: int) -> Ending | None:
    """How an operation that has sent nothing ends if waiting will not help."""
    match problem.trouble:
        case ProblemKind.FORBIDDEN:
            return Ending.NO_ACCESS
        case ProblemKind.UNAUTHORIZED | ProblemKind.NO_TENANT if failures >= TROUBLE_ENDS_AFTER:
            return Ending.NO_ACCESS
        case ProblemKind.NOT_FELDERA | ProblemKind.ELSEWHERE if failures >= TROUBLE_ENDS_AFTER:
            return Ending.WRONG_ADDRESS
        case _:
            return None
