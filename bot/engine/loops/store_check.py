"""Store check: the loop that checks that the store is still the one that was opened, even when the bot is idle."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports import Clock, Store

HANGS_AFTER = timedelta(seconds=10)  # a disk under load takes several for a transaction
EVERY = timedelta(seconds=1)  # a few system calls; somebody who revokes a role expects it to take effect


@dataclass(slots=True)
class StoreCheck:
    store: Store
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _asked_at: datetime | None = None

    @property
    def hangs(self) -> bool:
        """Whether the check is unanswered: it runs on the connection that does all writes."""
        return self._asked_at is not None and self.clock.now() - self._asked_at > HANGS_AFTER

    async def tick(self) -> datetime:
        self._asked_at = self.clock.now()
        try:
            await self.store.check()
        finally:
            self._asked_at = None
        return self.clock.now() + EVERY
