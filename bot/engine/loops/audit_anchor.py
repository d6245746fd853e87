"""Audit anchor: publishes the audit log's head once a day, since a chain alone cannot show that its end was cut off.

Level-triggered: what was last published, and when, is in the database. It always writes a log line, and a message if
there is an audit channel; each on its own day. Publishing twice does no harm, so it never holds back when in doubt.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.audit_chain import GENESIS, PostedHead
from bot.engine.ports import AuditChannel, Clock, RetryLater, Store, Taken

log = structlog.get_logger(__name__)

EVERY = timedelta(days=1)
WHILE_EMPTY = timedelta(hours=1)  # an empty audit log is checked again: its first day should count, too

LOGGED = "audit head logged"
POSTED = "audit head posted"


@dataclass(slots=True)
class AuditAnchor:
    """`wake` cuts the wait for the next publication short."""

    store: Store
    clock: Clock
    board: AuditChannel | None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    # In memory as well: if the store cannot be written for a while, the head is not published every two seconds.
    _told_at: dict[str, datetime] = field(default_factory=dict)

    async def tick(self) -> datetime:
        """Publish what is due; return when to come back."""
        entry_id, head = await self.store.head()
        if head == GENESIS:
            return self.clock.now() + WHILE_EMPTY
        back = [await self._log(entry_id, head)]
        if self.board is not None:
            back.append(await self._post(self.board, entry_id, head))
        return min(back)

    async def _log(self, entry_id: int, head: str) -> datetime:
        due = await self._due(LOGGED)
        if due is not None:
            return due
        log.info("audit_head", entry=entry_id, hash=head)
        return await self._reported(LOGGED)

    async def _post(self, board: AuditChannel, entry_id: int, head: str) -> datetime:
        due = await self._due(POSTED)
        if due is not None:
            return due
        answer = await board.post_head(entry_id, head)
        if isinstance(answer, RetryLater):
            return answer.at
        self._told_at[POSTED] = self.clock.now()
        if not isinstance(answer, Taken):
            # Only people can fix that. Once a day is often enough to log it.
            log.warning("audit_head_not_posted", answer=repr(answer))
        elif answer.card is not None:
            place = answer.card
            posted = PostedHead((entry_id, head), self.clock.now(), place.channel, place.ts)
            await self.store.remember_posted_head(posted)
        return await self._reported(POSTED)

    async def _due(self, task: str) -> datetime | None:
        """When it is due next; None if now. After `clock reset` the last time may be in the future: then it is due."""
        last, now = self._told_at.get(task) or await self.store.last_done(task), self.clock.now()
        return last + EVERY if last is not None and last <= now < last + EVERY else None

    async def _reported(self, task: str) -> datetime:
        now = self._told_at[task] = self.clock.now()
        await self.store.done(task, now)
        return now + EVERY
