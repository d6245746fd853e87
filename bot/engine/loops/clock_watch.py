"""Clock watch: stores bot time for the next start and for the shell, and reports when the wall clock was set.

The bot uses its own time (`bot.domain.bot_time`): a jump of the wall clock changes nothing that it does, but until it
is fixed, cards show other times than people's watches, and Slack's signed requests look too old.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.bot_time import A_JUMP, believed, compared, in_words
from bot.engine.ports import RecordedClock, Store, StoreUnavailable

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)  # one small write; after a crash and a reboot, bot time is known to a minute


@dataclass(slots=True)
class ClockWatch:
    store: Store
    clock: RecordedClock
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _recorded_at: datetime | None = None

    async def begin(self) -> None:
        """Resume the clock from what the database has.

        Raises:
            ClockNotBelieved: the wall clock is too far ahead of it.
        """
        record = await self.store.clock_record()
        believed(record, self.clock.reading())
        self.clock.resume(record)
        await self.tick()

    async def tick(self) -> datetime:
        """Report jumps and store the time, if that is due; return when to come back."""
        jumps = self.clock.jumps()
        for jump in jumps:
            log.warning(
                "wall_clock_set",
                by_seconds=round(jump.by.total_seconds()),
                bot_time=jump.at.isoformat(),
                meaning=f"the wall clock of this machine was set {in_words(jump)}. The bot goes by its own time, so nothing "
                "lapses or is sent sooner by that; is the clock right now? `pipeline-bot doctor` tells more.",
            )
        now = self.clock.now()
        if jumps or self._recorded_at is None or now >= self._recorded_at + EVERY:
            await self._record()
            return now + EVERY
        return self._recorded_at + EVERY

    async def end(self) -> None:
        """Store the time once more. If the store is unavailable now, it has the time to within a minute."""
        try:
            await self._record()
        except StoreUnavailable as error:
            log.warning("clock_not_recorded", why=error.message)

    def notes(self) -> tuple[str, ...]:
        """Sentences about the clocks that are worth knowing."""
        ahead = self.clock.ahead()
        if abs(ahead) <= A_JUMP:
            return ()
        return (f"The wall clock of this machine was set: the bot's own time is {compared(ahead)} it.",)

    async def _record(self) -> None:
        record = self.clock.record()
        await self.store.record_clock(record)
        self._recorded_at = record.time
