"""What a pipeline's own record proves, when its status alone does not tell what became of a lost request.

Every proof is in Feldera's own time, so no two clocks are compared.
"""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from bot.domain import pacing
from bot.domain.fingerprints import Reviewed
from bot.domain.happenings import HistoryRead, Transition
from bot.domain.operations import Ending, Operation, Outcome, State
from bot.domain.pipelines import History, Problem, Storage, Trouble
from bot.domain.plans import StepName
from bot.domain.trouble import TROUBLE_ENDS_AFTER, heard_again, looked_in_vain, no_longer_failing
from bot.domain.turns import RESEND_AFTER, ended, goal_reached, needs_human

_PASSING = frozenset({Trouble.UNREACHABLE, Trouble.BUSY, Trouble.DATABASE_DOWN, Trouble.REJECTED})


def history_read(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """Settle by the pipeline's own record what a look could not: what became of a silence, or whose run has ended."""
    if operation.step_name is StepName.STOP:
        return _whose_run_ended(operation, read, now)
    if operation.state not in {State.SUBMITTING, State.NEEDS_HUMAN}:
        return Transition(operation)
    if isinstance(read.history, Problem):
        return _record_unread(operation, read.history, now)
    heard = no_longer_failing(operation)
    return heard_again(operation, _settled_by(read.history, heard, read.found, now), now)


def _whose_run_ended(operation: Operation, read: HistoryRead, now: datetime) -> Transition:
    """It is stopped, and a clear is next: may it destroy what is there, or was the pipeline run again meanwhile?

    Between the last row by the time of the review and now, it may have been wanted to run, and then to stop; any start
    after a stop is another run. Without proof the clear is not made: whoever wants it can look again.
    """
    is_asked = operation.state in {State.READY, State.SUBMITTING, State.WAITING}
    if not is_asked or StepName.CLEAR not in operation.plan or read.found is None:
        return Transition(operation)
    if isinstance(read.history, Problem):
        if read.history.trouble in _PASSING:
            return looked_in_vain(operation, read.history, now)
        if operation.failures + 1 < TROUBLE_ENDS_AFTER:
            return _again_later(operation, read.history, now)
    is_proved = isinstance(read.history, History) and _is_one_run(read.history, operation.reviewed)
    needed = operation.state is not State.READY
    ending = Ending.PIPELINE_STOPPED if needed else Ending.NOTHING_TO_STOP
    heard = no_longer_failing(operation)
    after = goal_reached(heard, Outcome(ending), read.found, now, needed=needed)
    if not is_proved:
        stale = ended(after.operation, State.STALE, Outcome(Ending.RUN_SINCE), now)
        after = replace(stale, events=(*after.events, *stale.events))
    return heard_again(operation, after, now)


def _is_one_run(history: History, reviewed: Reviewed) -> bool:
    if reviewed.recorded_at is None:
        return False
    anchor = next((change for change in history.changes if change.at <= reviewed.recorded_at), None)
    if anchor is None:  # the record does not reach back so far
        return False
    since = [change.wanted for change in reversed(history.changes) if change.at > reviewed.recorded_at]
    wanted = [anchor.wanted, *since]
    return all(before or not after for before, after in pairwise(wanted))


def _settled_by(history: History, operation: Operation, found: Reviewed | None, now: datetime) -> Transition:
    """After a clear was sent: was the storage cleared since it was reviewed?

    The storage was in use when the pipeline stopped as reviewed. A later row that says `Clearing` or `Cleared`
    proves a clear; a record that reaches back that far without one proves that there was none.
    """
    reviewed_at = operation.bound_to.status_since
    since = [change for change in history.changes if change.at > reviewed_at]
    if any(change.storage in {Storage.CLEARING, Storage.CLEARED} for change in since):
        return goal_reached(operation, Outcome(Ending.CLEARED_THEN_STARTED), found, now)
    reaches_back = len(since) < len(history.changes)
    if reaches_back and all(change.storage is Storage.IN_USE for change in since):
        return _started_instead(operation, now)
    if operation.state is State.NEEDS_HUMAN:
        return Transition(operation)
    return needs_human(operation, Outcome(Ending.UNPROVABLE), now)


def _record_unread(operation: Operation, problem: Problem, now: datetime) -> Transition:
    """An outage passes; a record that cannot be had at all (a Feldera before 0.292 keeps none) needs a human.

    The look before it was answered, so whatever is wrong with the record alone is no word that Feldera is away.
    """
    if problem.trouble in _PASSING:
        called = operation.state is State.NEEDS_HUMAN
        return Transition(operation) if called else looked_in_vain(operation, problem, now)
    heard = no_longer_failing(operation)
    if operation.state is State.NEEDS_HUMAN:
        return heard_again(operation, Transition(heard), now)
    if operation.failures + 1 >= TROUBLE_ENDS_AFTER:
        return heard_again(
            operation, needs_human(heard, Outcome(Ending.UNPROVABLE, problem.message), now), now
        )
    return _again_later(operation, problem, now)


def _again_later(operation: Operation, problem: Problem, now: datetime) -> Transition:
    failures = operation.failures + 1
    wait = pacing.after_failures(failures, problem.retry_after)
    return Transition(replace(operation, failures=failures, due_at=now + wait))


def _started_instead(operation: Operation, now: datetime) -> Transition:
    settled_at = (operation.submitted_at or now) + RESEND_AFTER
    if now < settled_at:  # the request may arrive yet, at a pipeline that was stopped again
        return Transition(replace(operation, due_at=settled_at))
    return ended(operation, State.STALE, Outcome(Ending.STARTED_INSTEAD), now)
