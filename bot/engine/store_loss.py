"""What the bot does when it has lost its store: it tells once, wherever people wait for it, and ends.

It works on what it remembers, since the store proves nothing any more: in the thread of each operation that was live when
it last looked it says that it stopped watching, and why. Nothing else is claimed. Best effort, with a bound in time.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from bot.domain.operations.operation import Operation
from bot.engine.ports import Announcer, Clock, RetryLater, StoreLost

log = structlog.get_logger(__name__)

TOLD_WITHIN = 5.0  # seconds; whoever stops a bot gives it ten in all


@dataclass(frozen=True, slots=True)
class StoreLoss:
    """`live` are the operations that were live when the store was last read."""

    announcer: Announcer
    clock: Clock
    live: Callable[[], Iterable[Operation]]

    async def tell(self, lost: StoreLost) -> None:
        """Tell the threads, all at once."""
        operations = list(self.live())
        told = [asyncio.create_task(self._tell(operation, lost.message)) for operation in operations]
        if not told:
            return
        _, untold = await asyncio.wait(told, timeout=TOLD_WITHIN)
        for task in untold:
            task.cancel()
        await asyncio.wait(told)
        if untold:
            log.warning("loss_not_told", operations=len(untold))

    async def _tell(self, operation: Operation, why: str) -> None:
        nobody_wakes_us = asyncio.Event()
        answer = await self.announcer.post_loss(operation, why)
        while isinstance(answer, RetryLater) and not answer.in_doubt:
            await self.clock.wait(nobody_wakes_us, answer.at)
            answer = await self.announcer.post_loss(operation, why)
