"""Rule changes: keeps what each card shows of freezes and rules up to date, even if they were set in the shell."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.access.rules import Freeze, Rule, frozen, requirements_for
from bot.domain.ids import OperationId
from bot.domain.operations.inputs import RulesRead
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import loses_data
from bot.engine.ports import Store


@dataclass(slots=True)
class RuleChanges:
    store: Store
    _last: tuple[tuple[Freeze, ...], tuple[Rule, ...]] = ((), ())
    _reported: dict[OperationId, int] = field(default_factory=dict)  # versions that show what is in force

    async def unseen(
        self, underway: Iterable[Operation], at_work: Collection[OperationId], now: datetime
    ) -> list[tuple[Operation, RulesRead]]:
        """What the cards of these operations do not show yet; those at work come another time."""
        in_force = await self.store.freezes(now), await self.store.rules()
        if in_force != self._last:
            self._last = in_force
            self._reported.clear()
        freezes, rules = in_force
        unseen: list[tuple[Operation, RulesRead]] = []
        for operation in underway:
            # The card shows freezes and rules, so a change of them is a new version.
            if self._reported.get(operation.id) == operation.version or operation.id in at_work:
                continue
            freeze = frozen(freezes, operation.pipeline, now)
            waits = operation.state is State.AWAITING_APPROVAL
            seen = RulesRead(
                None if freeze is None else freeze.until, _approvals(rules, operation) if waits else 0
            )
            more = seen.approvals > operation.approval.needed
            if more or seen.frozen_until != operation.display.frozen_until:
                unseen.append((operation, seen))
            else:
                self._reported[operation.id] = operation.version
        return unseen

    def forget(self, operations: Iterable[OperationId]) -> None:
        """These have ended."""
        for operation_id in operations:
            self._reported.pop(operation_id, None)


def _approvals(rules: Iterable[Rule], operation: Operation) -> int:
    """How many approvals rules require; an operator needs some only by a rule."""
    asked = requirements_for(
        rules, operation.pipeline, is_operator=True, loses_data=loses_data(operation.plan)
    )
    return asked.approvals
