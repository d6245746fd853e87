"""Proofs from a pipeline's events, for when its status alone does not show whose run ended or whether a request worked.

Every proof uses Feldera's own time, so no two clocks are compared.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.operations import polling
from bot.domain.operations.fingerprints import EventsRead, Fingerprint
from bot.domain.operations.inputs import HistoryRead, Transition
from bot.domain.operations.machine.outages import TROUBLE_ENDS_AFTER, look_failed, reachable_again
from bot.domain.operations.machine.transitions import RESEND_AFTER, ended, goal_reached, needs_human
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Outage
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import PipelineEvents, Problem, ProblemKind, Storage

EVENTS_GOOD_FOR = timedelta(minutes=5)  # of the hours that Feldera keeps even for the busiest pipeline

_PASSING = frozenset(
    {
        ProblemKind.UNREACHABLE,
        ProblemKind.BUSY,
        ProblemKind.DATABASE_DOWN,
        ProblemKind.REJECTED,
        ProblemKind.ELSEWHERE,
        ProblemKind.NO_TENANT,
    }
)
_NOT_THIS_RUN = Problem(ProblemKind.UNEXPECTED, "they do not show that it runs")


def history_read(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """Settle by the pipeline's events what a look could not: the fate of an unanswered request, or whose run ended."""
    if operation.step_name is StepName.STOP:
        runs = read.found is not None and read.found.was_wanted
        return _read_before_a_stop(operation, read, now) if runs else _run_that_ended(operation, read, now)
    if operation.state is State.WAITING and operation.step_name is StepName.CLEAR:
        return _after_acceptance(operation, read, now)
    if operation.state not in {State.SUBMITTING, State.NEEDS_HUMAN}:
        return Transition(operation)
    if isinstance(read.history, Problem):
        return _record_unread(operation, read.history, now)
    heard = replace(operation, outage=Outage())
    return reachable_again(operation, _settled_by(read.history, heard, read.found, now), now)


def must_read_events(operation: Operation, now: datetime) -> bool:
    """Whether to read the events before the step is sent: they must prove the clear that follows a stop.

    A stop that turns out to be unprovable leaves the pipeline stopped and not cleared. `EVENTS_GOOD_FOR` is short
    enough that what was read is still there after the stop, and setting a clock back does not extend it.
    """
    if operation.step_name is not StepName.STOP or StepName.CLEAR not in operation.plan:
        return False
    read = operation.attempt.events_read
    return read is None or not timedelta(0) <= now - read.at < EVENTS_GOOD_FOR


def _read_before_a_stop(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """Store the newest event. It counts once a later look shows the reviewed run: no run can be hidden before it."""
    if operation.state not in {State.READY, State.SUBMITTING} or StepName.CLEAR not in operation.plan:
        return Transition(operation)
    if isinstance(read.history, Problem):
        if read.history.trouble in _PASSING:
            return look_failed(operation, read.history, now)
        return _unusable(operation, read.history, now)
    newest = next(iter(read.history.changes), None)
    if newest is None or not newest.wanted:
        return _unusable(operation, _NOT_THIS_RUN, now)
    attempt = replace(operation.attempt, events_read=EventsRead(newest.at, now))
    heard = replace(operation, attempt=attempt, outage=Outage(), due_at=now)
    return reachable_again(operation, Transition(heard), now)


def _unusable(operation: Operation, problem: Problem, now: datetime) -> Transition:
    """One bad answer may be a blip; as many in a row as for any outage end the operation before it changes anything."""
    if operation.outage.failures + 1 < TROUBLE_ENDS_AFTER:
        return _again_later(operation, problem, now)
    heard = replace(operation, outage=Outage())
    if operation.state is State.SUBMITTING:  # sent before, and not to be repeated without the events
        after = needs_human(heard, Outcome(Ending.UNTOUCHED), now)
    else:
        after = ended(heard, State.REFUSED, Outcome(Ending.EVENTS_UNUSABLE, problem.message), now)
    return reachable_again(operation, after, now)


def _run_that_ended(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """It is stopped, and a clear is next: may the clear destroy what is there, or was the pipeline run again meanwhile?

    Between the last event before a look that showed the reviewed run and now, it may have been desired to run, and then
    to stop; any start after a stop is another run. That look is the one before the stop was sent or, if none was
    sent, the review. Without proof the clear is not sent: the requester can review it again.
    """
    is_asked = operation.state in {State.READY, State.SUBMITTING, State.WAITING}
    if not is_asked or StepName.CLEAR not in operation.plan or read.found is None:
        return Transition(operation)
    if isinstance(read.history, Problem):
        if read.history.trouble in _PASSING:
            return look_failed(operation, read.history, now)
        if operation.outage.failures + 1 < TROUBLE_ENDS_AFTER:
            return _again_later(operation, read.history, now)
    is_proved = isinstance(read.history, PipelineEvents) and _is_one_run(
        read.history, operation.attempt.proof_from or operation.previewed.recorded_at
    )
    needed = operation.state is not State.READY
    ending = Ending.PIPELINE_STOPPED if needed else Ending.NOTHING_TO_STOP
    heard = replace(operation, outage=Outage())
    after = goal_reached(heard, Outcome(ending), read.found, now, needed=needed)
    if not is_proved:
        stale = ended(after.operation, State.STALE, Outcome(Ending.RUN_SINCE), now)
        after = replace(stale, events=(*after.events, *stale.events))
    return reachable_again(operation, after, now)


def is_one_stop(reviewed: Fingerprint, found: Fingerprint) -> bool:
    """Whether it was to be stopped when reviewed, and is now stopped by that same request: a start moves the moment."""
    is_wanted = reviewed.was_wanted or found.was_wanted
    return not is_wanted and found.wanted_since is not None and found.wanted_since == reviewed.wanted_since


def _is_one_run(history: PipelineEvents, since: datetime | None) -> bool:
    if since is None:
        return False
    anchor = next((change for change in history.changes if change.at <= since), None)
    if anchor is None:  # the events do not go back that far
        return False
    later = [change.wanted for change in reversed(history.changes) if change.at > since]
    wanted = [anchor.wanted, *later]
    # The newest must show the stop: after a jump of Feldera's clock the events are in no order that proves anything.
    return not wanted[-1] and all(before or not after for before, after in pairwise(wanted))


def _settled_by(
    history: PipelineEvents, operation: Operation, found: Fingerprint | None, now: datetime
) -> Transition:
    """After a clear was sent: was the storage cleared since it was reviewed?

    The storage was in use when the pipeline stopped as reviewed. A later row that says `Clearing` or `Cleared`
    proves a clear; events that go back that far without one prove that there was none.
    """
    reviewed_at = operation.bound_to.status_since
    if _shows_a_clear(history, reviewed_at):
        return goal_reached(operation, Outcome(Ending.CLEARED_THEN_STARTED), found, now)
    if _shows_no_clear(history, reviewed_at):
        return _started_instead(operation, now)
    if operation.state is State.NEEDS_HUMAN:
        return Transition(operation)
    return needs_human(operation, Outcome(Ending.UNPROVABLE), now)


def _shows_no_clear(history: PipelineEvents, since: datetime) -> bool:
    """Whether the events go back that far, and the storage was in use all along."""
    later = [change for change in history.changes if change.at > since]
    reaches_back = len(later) < len(history.changes)
    return reaches_back and all(change.storage is Storage.IN_USE for change in later)


def _after_acceptance(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """Feldera accepted a clear, and the pipeline has been run since: its events must show that it was cleared.

    What was accepted may have been another pipeline's clear, if another Feldera or tenant answered then.
    """
    if isinstance(read.history, Problem):
        if read.history.trouble in _PASSING:
            return look_failed(operation, read.history, now)
        if operation.outage.failures + 1 < TROUBLE_ENDS_AFTER:
            return _again_later(operation, read.history, now)
    heard = replace(operation, outage=Outage())
    if isinstance(read.history, Problem):
        after = needs_human(heard, Outcome(Ending.UNPROVABLE, read.history.message), now)
    elif _shows_a_clear(read.history, operation.bound_to.status_since):
        after = goal_reached(heard, Outcome(Ending.CLEARED_THEN_STARTED), read.found, now)
    elif _shows_no_clear(read.history, operation.bound_to.status_since):
        after = needs_human(heard, Outcome(Ending.CONTRADICTION), now)
    else:
        after = needs_human(heard, Outcome(Ending.UNPROVABLE), now)
    return reachable_again(operation, after, now)


def _shows_a_clear(history: PipelineEvents, reviewed_at: datetime) -> bool:
    return any(
        change.at > reviewed_at and change.storage in {Storage.CLEARING, Storage.CLEARED}
        for change in history.changes
    )


def _record_unread(operation: Operation, problem: Problem, now: datetime) -> Transition:
    """An outage passes; events that do not exist at all (a Feldera before 0.292 keeps none) need a human.

    The look before it was answered, so a problem with the events alone does not mean that Feldera is away.
    """
    if problem.trouble in _PASSING:
        called = operation.state is State.NEEDS_HUMAN
        return Transition(operation) if called else look_failed(operation, problem, now)
    heard = replace(operation, outage=Outage())
    if operation.state is State.NEEDS_HUMAN:
        return reachable_again(operation, Transition(heard), now)
    if operation.outage.failures + 1 >= TROUBLE_ENDS_AFTER:
        return reachable_again(
            operation, needs_human(heard, Outcome(Ending.UNPROVABLE, problem.message), now), now
        )
    return _again_later(operation, problem, now)


def _again_later(operation: Operation, problem: Problem, now: datetime) -> Transition:
    failures = operation.outage.failures + 1
    wait = polling.after_failures(failures, problem.retry_after)
    outage = replace(operation.outage, failures=failures)
    return Transition(replace(operation, outage=outage, due_at=now + wait))


def _started_instead(operation: Operation, now: datetime) -> Transition:
    settled_at = (operation.attempt.submitted_at or now) + RESEND_AFTER
    if now < settled_at:  # the request may still arrive, at a pipeline that was stopped again
        return Transition(replace(operation, due_at=settled_at))
    return ended(operation, State.STALE, Outcome(Ending.STARTED_INSTEAD), now)
