"""Readiness: whether the bot can take and carry out requests at this moment, for monitoring and load balancers.

Health asks whether the process works at all; readiness also whether it has Slack, and is not on its way out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.engine.health import Health
from bot.engine.loops.loop import TickTimes

# A loop waits for a minute at most before it looks whether the machine was suspended (`bot.clock.LONGEST_WAIT`).
LATE_AFTER = timedelta(seconds=90)
NEVER_LATE = frozenset({"driver", "store_check"})  # a tick of the others may wait for Slack
STARTING = "The bot is starting."
STOPPING = "The bot is stopping."

Concern = Callable[[], str | None]
"""Something that readiness needs: the sentence why it is missing, or None. It reads memory, and waits for nothing."""


@dataclass(slots=True)
class Readiness:
    """`started` gives it what it asks; until then the bot is alive, and not ready."""

    stopping: asyncio.Event
    times: TickTimes
    _health: Callable[[], Awaitable[Health]] | None = None
    _concerns: tuple[Concern, ...] = field(default=())
    _waits_for: str = ""

    def started(self, health: Callable[[], Awaitable[Health]], *concerns: Concern) -> None:
        """The bot is wired: from now on it is ready if it is healthy and none of these has a sentence."""
        self._health, self._concerns = health, concerns

    def waits_for(self, why: str) -> None:
        """What keeps the bot from starting, as a sentence; empty once nothing does."""
        self._waits_for = why

    @property
    def _starting(self) -> tuple[str, ...]:
        return (STARTING, self._waits_for) if self._waits_for else (STARTING,)

    async def health(self) -> Health:
        return Health(reasons=self._starting) if self._health is None else await self._health()

    async def ready(self) -> Health:
        """Not ready for any reason that memory knows: then the database is not even asked."""
        reasons = self.reasons()
        return Health(ok=False, reasons=reasons) if reasons else await self.health()

    def reasons(self) -> tuple[str, ...]:
        """Why it is not ready, as far as memory knows. Waits for nothing."""
        if self.stopping.is_set():
            return (STOPPING,)
        if self._health is None:
            return self._starting
        return (*filter(None, (concern() for concern in self._concerns)), *self.stuck())

    def stuck(self) -> tuple[str, ...]:
        """A sentence for each loop that is too late."""
        return tuple(
            f"The loop {name} is {by.total_seconds():.0f} s late."
            for name, by in self.late().items()
            if by > LATE_AFTER
        )

    def times_of(self, loop: str) -> TickTimes | None:
        """Where the ticks of this loop are noted; None if they say nothing."""
        return self.times if loop in NEVER_LATE else None

    def late(self) -> Mapping[str, timedelta]:
        return self.times.late()
