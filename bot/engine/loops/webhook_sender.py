"""Webhook sender: the loop that sends the audit log's entries to one receiver, in order, each at least once.

Level-triggered: where it is, is a cursor in the database, which moves on once the receiver has accepted an entry. A
crash between the two sends that entry again, with the same id. The next entry is not sent before: a receiver that is
down gets everything once it is back, and delays nobody else, since each receiver has a sender of its own.

Each entry has to follow the one before by the hash chain. If it does not (the end of the audit log was removed, or a
receiver's cursor is of another database), nothing more is sent until somebody moves the cursor: nobody but a person can
know which entries the receiver really has.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain import audit_chain
from bot.domain.audit_chain import Entry, Head
from bot.engine.ports import Clock, StoreUnavailable
from bot.engine.ports.webhooks import (
    Backlog,
    DeliveryFailure,
    NotDelivered,
    WebhookCursors,
    WebhookMetrics,
    WebhookPosition,
    WebhookReceiver,
    does_not_follow,
    is_broken,
)

log = structlog.get_logger(__name__)

ENTRIES_AT_ONCE = 50
NEW_ENTRIES_EVERY = timedelta(seconds=1)  # the shell writes entries, too, and wakes nobody
AGAIN_AFTER = timedelta(seconds=5)  # then twice as long each time, up to …
AGAIN_MOST = timedelta(minutes=5)
JITTER = 0.2  # of a pause: several senders that failed together do not come back together
ASKED_TO_WAIT_MOST = timedelta(hours=1)  # whatever Retry-After says
GONE_AGAIN_AFTER = timedelta(hours=1)
HELD_AGAIN_AFTER = timedelta(minutes=1)
DELIVERED = "delivered"  # beside the values of DeliveryFailure
BROKEN = "The bot failed at it."


@dataclass(slots=True)
class WebhookSender:
    """`wake` cuts the wait for new entries short, but not the pause after a failure."""

    receiver: WebhookReceiver
    cursors: WebhookCursors
    clock: Clock
    metrics: WebhookMetrics
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    spread: random.Random = field(default_factory=random.Random)
    _failures: int = 0
    _not_before: datetime | None = None
    # Accepted, but the store could not be written: a full disk must not send the same entry every two seconds.
    _not_stored: tuple[Head, Head] | None = None
    _said: str = ""  # why it fails, as it was logged; empty while it works
    _entry: int = 0
    _waiting_since: datetime | None = None

    async def tick(self) -> datetime:
        """Send what is new; return when to come back."""
        now = self.clock.now()
        if self._not_before is not None and now < self._not_before:
            return self._not_before
        # A bug in here, or an entry that cannot be put into words, must not end the bot.
        (result,) = await asyncio.gather(self._send(), return_exceptions=True)
        if isinstance(result, StoreUnavailable):
            raise result
        if isinstance(result, BaseException):
            log.error("webhook_broken", receiver=self.receiver.name, exc_info=result)
            self._said = BROKEN
            self._report()
            result = self._pause()
        self._not_before = result if self._said else None
        return result

    async def _send(self) -> datetime:
        if self._not_stored is not None:
            await self._store(*self._not_stored)
        backlog = await self.cursors.backlog(self.receiver.name, ENTRIES_AT_ONCE)
        if backlog is None:
            entry_id, _ = await self.cursors.begin(self.receiver.name)
            log.info("webhook_begins", receiver=self.receiver.name, after_entry=entry_id)
            return self.clock.now()
        lost = backlog.lost()
        if lost is not None:
            return self._held(backlog, lost)
        return await self._send_all(backlog)

    async def _send_all(self, backlog: Backlog) -> datetime:
        stored = cursor = backlog.cursor
        page = backlog.page
        for located in page.entries:
            entry = located.entry
            if not audit_chain.follows(entry, cursor):
                if not await self._advance(stored, cursor):
                    return self.clock.now()
                return self._held(backlog, does_not_follow(entry, cursor))
            if self.receiver.wants(located):
                self._stands_at(cursor[0], entry.event.at)
                answer = await self.receiver.deliver(located)
                if isinstance(answer, NotDelivered):
                    # Before the store is written, which may fail, too: the receiver is left alone all the same.
                    self._not_before = self._failed(answer, entry)
                    await self._advance(stored, cursor)
                    return self._not_before
                self.metrics.delivered(self.receiver.name, DELIVERED)
                self._works(entry.id)
                # Written for each: after a crash, few entries are sent again.
                if not await self._store(stored, (entry.id, entry.hash)):
                    return self.clock.now()
                stored = entry.id, entry.hash
            cursor = entry.id, entry.hash
        if not await self._advance(stored, cursor):
            return self.clock.now()
        if page.broken is not None:
            return self._held(backlog, is_broken(page.broken))
        self._works(cursor[0])  # it may have been held, or the entry that it refused was skipped
        self._stands_at(cursor[0], None)
        is_all = len(page.entries) < ENTRIES_AT_ONCE
        return self.clock.now() + NEW_ENTRIES_EVERY if is_all else self.clock.now()

    async def _store(self, before: Head, accepted: Head) -> bool:
        self._not_stored = before, accepted
        moved = await self.cursors.advance(self.receiver.name, before, accepted)
        self._not_stored = None
        return moved

    async def _advance(self, before: Head, after: Head) -> bool:
        return before == after or await self.cursors.advance(self.receiver.name, before, after)

    def _works(self, entry_id: int) -> None:
        if self._said:
            log.warning("webhook_works_again", receiver=self.receiver.name, entry=entry_id)
        self._said, self._failures = "", 0

    def _failed(self, answer: NotDelivered, entry: Entry) -> datetime:
        self.metrics.delivered(self.receiver.name, answer.failure.value)
        if self._said != answer.why:
            log.warning("webhook_fails", receiver=self.receiver.name, entry=entry.id, why=answer.why)
            self._said = answer.why
        self._stands_at(entry.id - 1, entry.event.at)
        again_at = self._pause()
        if answer.failure is DeliveryFailure.GONE:
            return max(again_at, self.clock.now() + GONE_AGAIN_AFTER)
        asked = min(timedelta(seconds=answer.retry_after or 0), ASKED_TO_WAIT_MOST)
        return max(again_at, self.clock.now() + asked)

    def _held(self, backlog: Backlog, why: str) -> datetime:
        if self._said != why:
            log.error("webhook_held", receiver=self.receiver.name, entry=backlog.cursor[0], why=why)
            self._said = why
        since = backlog.page.entries[0].entry.event.at if backlog.page.entries else None
        self._stands_at(backlog.cursor[0], since)
        return self.clock.now() + HELD_AGAIN_AFTER

    def _pause(self) -> datetime:
        """When to try again after a failure."""
        pause = min(AGAIN_AFTER * (1 << min(self._failures, 10)), AGAIN_MOST)
        self._failures += 1
        return self.clock.now() + pause * (1 + JITTER * self.spread.random())

    def _stands_at(self, entry_id: int, waiting_since: datetime | None) -> None:
        self._entry, self._waiting_since = entry_id, waiting_since
        self._report()

    def _report(self) -> None:
        position = WebhookPosition(self._entry, self._waiting_since, is_failing=bool(self._said))
        self.metrics.stands_at(self.receiver.name, position)
