"""Look schedule: when to look at which pipeline next. In memory beside the rows: a look without news writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.unchanged_looks import is_equal_but_for_rendering
from bot.domain.pipelines.pipeline import Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import Clock

Target = TargetName | None
"""None: the operation's target was removed from the settings."""


@dataclass(slots=True)
class LookSchedule:
    """The operation's own row counts, unless a look found it unchanged since, or its Feldera asked us to wait."""

    clock: Clock
    # Operations that a look found unchanged, and when to look again: valid as long as they are unchanged.
    _unchanged: dict[OperationId, tuple[Operation, datetime]] = field(default_factory=dict)
    _quiet_until: dict[Target, datetime] = field(default_factory=dict)

    def due_at(self, operation: Operation) -> datetime | None:
        unchanged = self._unchanged.get(operation.id)
        if unchanged is None:
            return operation.due_at
        known, again = unchanged
        if known is not operation:
            if not is_equal_but_for_rendering(known, operation):
                del self._unchanged[operation.id]
                return operation.due_at
            self._unchanged[operation.id] = operation, again
        return again

    def is_due(self, operation: Operation, now: datetime) -> bool:
        due_at = self.due_at(operation)
        return due_at is not None and due_at <= now

    def look_again(self, operation: Operation, at: datetime) -> None:
        """A look found it unchanged."""
        self._unchanged[operation.id] = operation, at

    def forget(self, operations: Iterable[OperationId]) -> None:
        """These have ended."""
        for operation_id in operations:
            self._unchanged.pop(operation_id, None)

    def leave_alone(self, target: Target, problem: Problem) -> None:
        """Wait for as long as the Feldera asks, if it does."""
        if problem.retry_after:
            until = self.clock.now() + timedelta(seconds=problem.retry_after)
            self._quiet_until[target] = max(until, self._quiet_until.get(target, until))

    def not_before(self, target: Target, at: datetime) -> datetime:
        """`at`, or when the Feldera may be asked again, whichever is later."""
        return max(at, self._quiet_until.get(target, at))


def needs_no_look(operation: Operation) -> bool:
    """Whether it waits for people, or for its card: nothing is cleared that is not shown somewhere."""
    waits_for_card = operation.state is State.READY and operation.display.card is None
    return waits_for_card or operation.state is State.AWAITING_APPROVAL


def looks_by_itself(operation: Operation) -> bool:
    """Whether its request comes next: no round is needed for the look right before that.

    If such a look failed, a round tries again: people's rights are looked up only where a request may follow.
    """
    return operation.state is State.READY and operation.outage.failing_since is None
