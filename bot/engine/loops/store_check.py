"""The loop that asks whether the store still is the one that was opened, however little else there is to do."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports import Clock, Store

HANGS_AFTER = timedelta(seconds=10)  # a disk under load takes some for a transaction
EVERY = timedelta(seconds=1)  # a few system calls; whoever revokes a right expects it to count


@dataclass(slots=True)
class StoreCheck:
    store: Store
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _asked_at: datetime | None = None

    @property
    def hangs(self) -> bool:
        """Whether what was asked of the store is not answered: it is asked where everything is written."""
        return self._asked_at is not None and self.clock.now() - self._asked_at > HANGS_AFTER

    async def tick(self) -> datetime:
        self._asked_at = self.clock.now()
        try:
            await self.store.check()
        finally:
            self._asked_at = None
        return self.clock.now() + EVERY
