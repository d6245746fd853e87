"""What a pipeline's own record proves, when its status alone does not tell what became of a lost request.

Every proof is in Feldera's own time, so no two clocks are compared.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain import pacing
from bot.domain.happenings import Transition
from bot.domain.operations import Ending, Operation, Outcome, State
from bot.domain.pipelines import History, Problem, Storage, Trouble
from bot.domain.trouble import TROUBLE_ENDS_AFTER, heard_again, looked_in_vain, no_longer_failing
from bot.domain.turns import RESEND_AFTER, ended, needs_human

_PASSING = frozenset({Trouble.UNREACHABLE, Trouble.BUSY})


def history_read(operation: Operation, history: History | Problem, now: datetime) -> Transition:
    """Settle a silence by the pipeline's own record.

    The storage was in use when the pipeline stopped as reviewed. A later row that says `Clearing` or `Cleared`
    proves a clear; a record that reaches back that far without one proves that there was none.
    """
    if operation.state not in {State.SUBMITTING, State.NEEDS_HUMAN}:
        return Transition(operation)
    if isinstance(history, Problem):
        return _record_unread(operation, history, now)
    heard = no_longer_failing(operation)
    return heard_again(operation, _settled_by(history, heard, now), now)


def _settled_by(history: History, operation: Operation, now: datetime) -> Transition:
    reviewed_at = operation.reviewed.status_since
    since = [change for change in history.changes if change.at > reviewed_at]
    if any(change.storage in {Storage.CLEARING, Storage.CLEARED} for change in since):
        return ended(operation, State.SUCCEEDED, Outcome(Ending.CLEARED_THEN_STARTED), now)
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
    failures = operation.failures + 1
    if failures >= TROUBLE_ENDS_AFTER:
        return heard_again(
            operation, needs_human(heard, Outcome(Ending.UNPROVABLE, problem.message), now), now
        )
    wait = pacing.after_failures(failures, problem.retry_after)
    return Transition(replace(operation, failures=failures, due_at=now + wait))


def _started_instead(operation: Operation, now: datetime) -> Transition:
    settled_at = (operation.submitted_at or now) + RESEND_AFTER
    if now < settled_at:  # the request may arrive yet, at a pipeline that was stopped again
        return Transition(replace(operation, due_at=settled_at))
    return ended(operation, State.STALE, Outcome(Ending.STARTED_INSTEAD), now)
