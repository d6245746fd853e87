"""Store loss: when the bot loses its store, it says so once, wherever people wait for it, and exits.

It uses what it has in memory, since the store proves nothing any more: in the thread of each operation that was live at
the last read, it says that it stopped watching, and why. It claims nothing else. Best effort, limited in time.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from bot.domain.operations.operation import Operation
from bot.engine.ports import Announcer, Clock, DatabaseLost, RetryLater
from bot.shutdown_times import LOSS_REPORT

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoreLoss:
    """`live` are the operations that were live when the store was last read."""

    announcer: Announcer
    clock: Clock
    live: Callable[[], Iterable[Operation]]

    async def tell(self, lost: DatabaseLost) -> None:
        """Post to all threads at once."""
        operations = list(self.live())
        told = [asyncio.create_task(self._tell(operation, lost.message)) for operation in operations]
        if not told:
            return
        _, unconfirmed = await asyncio.wait(told, timeout=LOSS_REPORT)
        for task in unconfirmed:
            task.cancel()
        await asyncio.wait(told)
        if unconfirmed:
            log.warning("loss_not_told", operations=len(unconfirmed))

    async def _tell(self, operation: Operation, why: str) -> None:
        nobody_wakes_us = asyncio.Event()
        answer = await self.announcer.post_loss(operation, why)
        while isinstance(answer, RetryLater) and not answer.in_doubt:
            await self.clock.wait(nobody_wakes_us, answer.at)
            answer = await self.announcer.post_loss(operation, why)
