"""Looks without news: what a look may change in an operation that nobody needs to know and the store need not keep.

When to look next, when the pipeline was last seen and how many looks failed in a row are kept in memory. After a
restart the row has an earlier time, so the operation is looked at immediately. Pure.
"""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from operator import attrgetter

from bot.domain.operations.fingerprints import LastSeen
from bot.domain.operations.inputs import Transition
from bot.domain.operations.machine.feldera_inputs import PASSING_PHASE
from bot.domain.operations.machine.transitions import is_overdue, milestone_to_report, next_look_at
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.steps import STEPS, InProgress
from bot.domain.pipelines.pipeline import Look, Seen

_PASSING = frozenset({"due_at", "outage", "seen"})
_LASTING = [field.name for field in fields(Operation) if field.name not in _PASSING]
_lasting = attrgetter(*_LASTING, "outage.failing_since", "outage.unreachable_since")


def is_silent(before: Operation, after: Transition) -> bool:
    """Whether the change from `before` is visible nowhere, has no event, and is nothing that a restart would need."""
    if after.events or (after.operation is not before and not is_lastingly_equal(before, after.operation)):
        return False
    return _words(before.seen) == _words(after.operation.seen) and _is_no_sooner(
        after.operation.due_at, before.due_at
    )


def is_lastingly_equal(one: Operation, other: Operation) -> bool:
    """Whether they differ only in when to look next, when it was last seen and how often that failed."""
    return bool(_lasting(one) == _lasting(other))


def is_equal_but_for_rendering(one: Operation, other: Operation) -> bool:
    """Whether they differ only in which version Slack's card shows."""
    return one == shown_at(other, one.display.rendered_version)


def shown_at(operation: Operation, version: int) -> Operation:
    """The operation whose card in Slack shows this version."""
    return replace(operation, display=replace(operation.display, rendered_version=version))


def next_look_if_unchanged(
    operation: Operation,
    look: Look,
    now: datetime,
    *,
    spread: float = 0.0,
    usual: timedelta | None = None,
) -> datetime | None:
    """When to look again at an operation that is under way and unchanged; None if `advance` must interpret this look.

    It is what `advance` would return, at a fraction of its cost: thousands are looked at every other second.
    """
    if (
        operation.state is not State.WAITING
        or operation.outage.failing_since is not None
        or operation.outage.failures
    ):
        return None
    if not isinstance(look, Seen) or operation.seen is None:
        return None
    pipeline = look.pipeline
    if _words(operation.seen) != (pipeline.status, pipeline.desired_status, pipeline.storage.value):
        return None
    verdict = STEPS[operation.step_name].while_waiting(operation.bound_to, look)
    is_as_before = isinstance(verdict, InProgress) and verdict.phase in {
        "",
        PASSING_PHASE,
        operation.attempt.phase,
    }
    if not is_as_before or milestone_to_report(operation, now) or is_overdue(operation, usual, now):
        return None
    return next_look_at(operation, spread, now)


def _words(seen: LastSeen | None) -> tuple[str, str, str] | None:
    return None if seen is None else (seen.status, seen.desired, seen.storage)


def _is_no_sooner(after: datetime | None, before: datetime | None) -> bool:
    if after is None or before is None:
        return after is before
    return after >= before
