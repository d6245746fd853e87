"""The loop that asks whether the store still is the one that was opened, however little else there is to do."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports import Clock, Store

EVERY = timedelta(seconds=1)  # a few system calls; whoever revokes a right expects it to count


@dataclass(slots=True)
class StoreWatch:
    store: Store
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def tick(self) -> datetime:
        await self.store.check()
        return self.clock.now() + EVERY
