"""Step durations: how long a step usually takes, for operations that take longer. Read once for each such step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.ids import OperationId
from bot.domain.operations import polling
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.usual_durations import LAST, longest
from bot.engine.ports import Store


@dataclass(slots=True)
class StepDurations:
    """Cached while the step goes on: nothing else can be done with its pipeline meanwhile, so nothing is added."""

    store: Store
    _known: dict[OperationId, tuple[int, timedelta | None]] = field(default_factory=dict)

    async def read(self, operations: Iterable[Operation], now: datetime) -> None:
        """Read those that can matter by now and are not known yet, all at once."""
        unknown = [each for each in operations if self._is_wanted(each, now)]
        if not unknown:
            return
        earlier = await self.store.succeeded_on([(each.pipeline, each.step_name) for each in unknown], LAST)
        for operation, before in zip(unknown, earlier, strict=True):
            self._known[operation.id] = operation.step, longest(operation.step_name, before)

    def _is_wanted(self, operation: Operation, now: datetime) -> bool:
        begun = operation.attempt.accepted_at if operation.state is State.WAITING else None
        if (
            begun is None
            or operation.attempt.overdue_since is not None
            or now < begun + polling.UNUSUAL_LEAST
        ):
            return False
        return self._known.get(operation.id, (None, None))[0] != operation.step

    def of(self, operation: Operation) -> timedelta | None:
        """The longest of the last ten; None if there is no history, or it cannot matter yet."""
        step, took = self._known.get(operation.id, (None, None))
        return took if step == operation.step else None

    def forget(self, operations: Iterable[OperationId]) -> None:
        """These have ended."""
        for operation_id in operations:
            self._known.pop(operation_id, None)
