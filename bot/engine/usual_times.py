"""How long the step at hand usually takes, for operations that take longer: read once for each step that does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain import pacing
from bot.domain.names import OperationId
from bot.domain.operations import Operation, State
from bot.domain.usual_times import LAST, longest
from bot.engine.ports import Store


@dataclass(slots=True)
class UsualTimes:
    """Remembered while the step goes on: nothing else can be done with its pipeline meanwhile, so nothing is added."""

    store: Store
    _known: dict[OperationId, tuple[int, timedelta | None]] = field(default_factory=dict)

    async def read(self, operation: Operation, now: datetime) -> None:
        """Read it, if it can matter by now and is not known yet."""
        begun = operation.accepted_at if operation.state is State.WAITING else None
        if begun is None or operation.overdue_since is not None or now < begun + pacing.UNUSUAL_LEAST:
            return
        if self._known.get(operation.id, (None, None))[0] != operation.step:
            step = operation.step_name
            earlier = await self.store.succeeded_on(operation.pipeline, step, LAST)
            self._known[operation.id] = operation.step, longest(step, earlier)

    def of(self, operation: Operation) -> timedelta | None:
        """The longest of the last ten; None where there is no history, or it cannot matter yet."""
        step, took = self._known.get(operation.id, (None, None))
        return took if step == operation.step else None

    def forget(self, operations: Iterable[OperationId]) -> None:
        """They are over."""
        for operation_id in operations:
            self._known.pop(operation_id, None)
