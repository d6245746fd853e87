"""Watchdog: the loop that tells the service manager that the bot works, and says nothing while it does not.

After a silence of `within` the service manager ends the process and starts it again. Only what a restart can mend
makes it silent: a loop that is stuck, or a database that does not answer. Slack's absence does not.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.engine.ports import Clock
from bot.engine.readiness import Readiness

log = structlog.get_logger(__name__)

TIMES = 3  # in each period: one that comes late, or is lost, ends nothing
READY = "Ready."


@dataclass(slots=True)
class Watchdog:
    """`within` is None if nobody waits for a sign of life; `tell_alive` takes what the bot's state is, in a line."""

    readiness: Readiness
    clock: Clock
    within: timedelta | None
    tell_alive: Callable[[str], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def tick(self) -> datetime | None:
        if self.within is None:
            return None
        health, stuck = await self.readiness.health(), self.readiness.stuck()
        if health.ok and not stuck:
            self.tell_alive(" ".join(self.readiness.reasons()) or READY)
        else:
            log.warning("watchdog_silent", reasons=[*health.reasons, *stuck])
        return self.clock.now() + self.within / TIMES
