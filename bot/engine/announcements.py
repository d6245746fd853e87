"""The loop that keeps Slack in line with the store: each operation's card, and its thread's lines.

Level-triggered like the driver, and apart from it, so that a slow Slack never delays a look at Feldera and an
outage of Feldera never delays a word to people. It never decides anything about a pipeline; the one thing it settles
is that an operation which no place will show is not carried out.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.advance import advance
from bot.domain.authority import Facts
from bot.domain.happenings import (
    CardBegun,
    CardLost,
    CardNotPosted,
    CardPlaced,
    Happening,
    NoPlace,
    Transition,
)
from bot.domain.names import OperationId
from bot.domain.operations import Ending, Operation, StoredEvent
from bot.engine.ports import Announcer, Clock, Gone, Later, NotThere, Store, Taken, Unannounced

log = structlog.get_logger(__name__)

NO_PLACE_RETRY = timedelta(minutes=10)  # somebody may let the bot in again
NO_PLACE_GIVEN_UP = timedelta(days=1)  # after the end of an operation that nobody can be told of
LINES_AT_ONCE = 10  # lines in one message: a block each, of the 50 that Slack takes, and a text of all that Slack does not cut


@dataclass(slots=True)
class Announcements:
    """`placed` is called when an operation got its card, and may therefore be sent."""

    store: Store
    announcer: Announcer
    clock: Clock
    placed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _not_before: dict[OperationId, datetime] = field(default_factory=dict)
    _told: set[int] = field(
        default_factory=set
    )  # events that requesters were told of, their lines still owed
    # What Slack has taken while the store could not be written (a full disk): recorded as soon as it can, never said again.
    _edited: dict[OperationId, int] = field(default_factory=dict)
    _said: dict[int, str] = field(default_factory=dict)

    async def tick(self) -> datetime | None:
        """Show what Slack takes now; return when to go on with the rest."""
        pending = await self.store.unannounced()
        channels: dict[str, list[Unannounced]] = defaultdict(list)
        for item in pending:
            channels[_where(item.operation)].append(item)
        tasks = [asyncio.create_task(self._channel(items)) for items in channels.values()]
        try:
            moments = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return min((at for at in moments if at is not None), default=None)

    async def _channel(self, items: list[Unannounced]) -> datetime | None:
        """One channel's operations, one after the other: its pace is shared, so the longest waiting goes first."""
        again = [at for item in items if (at := await self._show(item)) is not None]
        return min(again, default=None)

    async def _show(self, item: Unannounced) -> datetime | None:
        operation = item.operation
        held = self._not_before.get(operation.id)
        if held is not None and held > self.clock.now():
            return held
        self._not_before.pop(operation.id, None)
        if operation.card is None:
            return await self._place(operation)
        later: list[datetime] = []
        if operation.rendered_version < operation.version:
            edited = await self._edit(operation)
            match edited:
                case Taken():
                    await self.store.rendered(operation.id, operation.version)
                    self._edited.pop(operation.id, None)
                case Later(at):
                    later.append(at)
                case NotThere() | Gone():
                    return await self._lost(operation, edited)
        if item.events:
            said = await self._say(operation, item.events)
            if said is not None:
                later.append(said)
        return min(later, default=None)

    async def _edit(self, operation: Operation) -> Taken | Later | NotThere | Gone:
        if self._edited.get(operation.id) == operation.version and operation.card is not None:
            return Taken(operation.card.ts)
        edited = await self.announcer.edit_card(operation)
        if isinstance(edited, Taken):
            self._edited[operation.id] = operation.version
        return edited

    async def _place(self, operation: Operation) -> datetime | None:
        begun = await self._change(operation, CardBegun())
        if begun is None:
            return None
        answer = await self.announcer.post_card(begun)
        match answer:
            case Taken(card=card) if card is not None:
                placed = await self._change(begun, CardPlaced(card))
                await self.store.rendered(operation.id, begun.version)
                self.placed()
                if placed is not None:
                    await self.announcer.answer_requester(placed)
                return self.clock.now()
            case Later(at, in_doubt):
                if not in_doubt:
                    await self._change(begun, CardNotPosted())
                return at
            case NotThere(why):
                await self._change(begun, CardNotPosted())
                if operation.displaced is not None:
                    return await self._nowhere(begun, why)
                log.warning("channel_does_not_take_the_card", operation=operation.id, why=why)
                await self._change(begun, CardLost(why))
                return self.clock.now()
            case _:
                raise AssertionError(f"a card was posted, and no place named: {answer}")

    async def _nowhere(self, operation: Operation, why: str) -> datetime | None:
        log.error("no_place_takes_the_card", operation=operation.id, why=why)
        after = await self._change(operation, NoPlace(why))
        if after is None:
            return None
        now = self.clock.now()
        is_why_it_ended = after.outcome is not None and after.outcome.ending is Ending.NO_PLACE
        given_up = after.ended_at is not None and (
            is_why_it_ended or now >= after.ended_at + NO_PLACE_GIVEN_UP
        )
        if not given_up:
            self._not_before[operation.id] = now + NO_PLACE_RETRY
            return now + NO_PLACE_RETRY
        await self.announcer.answer_requester(after)
        await self.store.abandoned(after.id)
        return None

    async def _lost(self, operation: Operation, how: NotThere | Gone) -> datetime:
        why = how.why if isinstance(how, NotThere) else None
        log.warning("card_lost", operation=operation.id, why=why or "deleted")
        await self._change(operation, CardLost(why))
        return self.clock.now()

    async def _say(self, operation: Operation, events: tuple[StoredEvent, ...]) -> datetime | None:
        unrecorded = [stored for stored in events if stored.id in self._said]
        await self._record(unrecorded)
        events = tuple(stored for stored in events if stored not in unrecorded)
        old_news = [stored for stored in events[:-1] if stored.event.kind.is_progress]
        if old_news:
            await self.store.posted(tuple(stored.id for stored in old_news), ts="")
        lines = [stored for stored in events if stored not in old_news]
        batch, rest = lines[:LINES_AT_ONCE], lines[LINES_AT_ONCE:]
        if not batch:
            return None
        held = await self._tell_requester(operation, batch)
        if held is not None:
            return held
        answer = await self.announcer.post_lines(operation, tuple(stored.event for stored in batch))
        match answer:
            case Taken(ts=ts):
                self._said |= {stored.id: ts for stored in batch}
                await self._record(batch)
                self._told -= {stored.id for stored in batch}
                return self.clock.now() if rest else None
            case Later(at):
                return at
            case NotThere() | Gone():
                return await self._lost(operation, answer)

    async def _record(self, said: list[StoredEvent]) -> None:
        """Slack has these lines, and the store learns of it."""
        for ts in {self._said[stored.id] for stored in said}:
            ids = tuple(stored.id for stored in said if self._said[stored.id] == ts)
            await self.store.posted(ids, ts)
        for stored in said:
            del self._said[stored.id]

    async def _tell_requester(self, operation: Operation, batch: list[StoredEvent]) -> datetime | None:
        """Say it to whoever asked, too, if the card stands elsewhere; when to go on, if Slack does not take it now.

        Before the thread's lines, which alone are remembered as posted: a crash in between repeats a message, and
        loses none. A DM that Slack never takes holds nothing up.
        """
        if not operation.is_shown_elsewhere:
            return None
        news = [
            stored
            for stored in batch
            if stored.event.kind.is_for_the_requester and stored.id not in self._told
        ]
        if not news:
            return None
        answer = await self.announcer.tell_requester(operation, tuple(stored.event for stored in news))
        if isinstance(answer, Later):
            return answer.at
        self._told |= {stored.id for stored in news}
        return None

    async def _change(self, operation: Operation, happening: Happening) -> Operation | None:
        def weigh(current: Operation, _facts: Facts) -> Transition:
            return advance(current, happening, self.clock.now())

        after = await self.store.change(operation.id, weigh, standings={})
        return None if after is None else after.operation


def _where(operation: Operation) -> str:
    """A name for the channel whose pace the operation's messages share."""
    if operation.card is not None:
        return operation.card.channel
    return operation.stands_in or operation.requester.user
