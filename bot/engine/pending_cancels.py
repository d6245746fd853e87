"""Pending cancels: cancels that people pressed and that are still being decided. Their requests wait for them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.ids import OperationId

DECIDED_WITHIN = timedelta(seconds=5)  # for look-ups in Slack; a slower one delays no request


@dataclass(slots=True)
class PendingCancels:
    """A cancel that arrived in time may need look-ups, and the request must not be sent meanwhile."""

    _open: defaultdict[OperationId, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    @contextmanager
    def deciding(self, operation_id: OperationId) -> Iterator[None]:
        """While in this context, a cancel of this operation is being decided."""
        decided = asyncio.Event()
        self._open[operation_id].add(decided)
        try:
            yield
        finally:
            decided.set()
            self._open[operation_id].discard(decided)
            if not self._open[operation_id]:
                del self._open[operation_id]

    def are_being_decided(self, operation_id: OperationId) -> bool:
        return operation_id in self._open

    async def decided(self, operation_id: OperationId) -> bool:
        """Wait, at most `DECIDED_WITHIN`, until all cancels being decided now are decided; false if some are not."""
        waiting = [asyncio.create_task(each.wait()) for each in self._open.get(operation_id, ())]
        if waiting:
            _, undecided = await asyncio.wait(waiting, timeout=DECIDED_WITHIN.total_seconds())
            for each in undecided:
                each.cancel()
            return not undecided
        return True
