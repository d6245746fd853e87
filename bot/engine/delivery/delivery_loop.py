"""The delivery loop keeps Slack in line with the store: each operation's card, and the lines of its thread.

Level-triggered like the driver, and separate from it, so that a slow Slack never delays a look at Feldera and an
outage of Feldera never delays a message to people. It never decides anything about a pipeline.

A message that Slack refuses delays no other. It is retried on its own schedule while others overtake it; then its
channel counts as lost (a new card is posted, and then one elsewhere); then it is given up, which is logged.
Several lines that are refused as one message are posted one by one afterwards: perhaps only one of them is refused.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from bot.domain.events import EventKind, StoredEvent
from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation
from bot.engine.delivery.cards import Cards
from bot.engine.delivery.direct_messages import DirectMessages
from bot.engine.delivery.lanes import Lanes, Work
from bot.engine.delivery.message_priority import urgency
from bot.engine.delivery.message_retries import MessageKey, MessageRetries, Part
from bot.engine.ports import (
    Announcer,
    ChannelUnusable,
    Clock,
    Gone,
    PostResult,
    Rejected,
    RetryLater,
    Store,
    Taken,
    Tracer,
    Unannounced,
)
from bot.engine.work_context import Work as WorkContext
from bot.engine.work_context import describing, finished, working

log = structlog.get_logger(__name__)

LINES_AT_ONCE = 10  # lines in a message: a block each, of Slack's 50, and text that Slack does not cut off


@dataclass(slots=True)
class DeliveryLoop:
    """`placed` is called when an operation's card is posted, so that it may be sent.

    Each channel has its own lane, so that one in which Slack is slow delays no other.
    """

    store: Store
    announcer: Announcer
    clock: Clock
    placed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    tracer: Tracer | None = None
    lanes: Lanes = field(init=False)
    _retries: MessageRetries = field(init=False)
    _cards: Cards = field(init=False)
    _direct: DirectMessages = field(init=False)
    # What Slack has while the store could not be written (a full disk): stored as soon as possible, never posted again.
    _edited: dict[OperationId, int] = field(default_factory=dict)
    _said: dict[int, str] = field(default_factory=dict)
    _one_by_one: set[OperationId] = field(default_factory=set)  # those with a message per line

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.wake)
        self._retries = MessageRetries(self.clock)
        self._cards = Cards(self.store, self.announcer, self.clock, self._retries, self.placed)
        self._direct = DirectMessages(self.announcer, self._retries)

    async def tick(self) -> datetime | None:
        """Post what Slack accepts now; return when to go on with the rest."""
        busy = self.lanes.busy()
        pending, now = await self.store.unannounced(), self.clock.now()
        # One after another per channel, which has one rate limit; of equally urgent ones the longest waiting first.
        lanes: dict[str, list[Work]] = defaultdict(list)
        lane_of: dict[OperationId, str] = {}
        for item in sorted(pending, key=lambda item: urgency(item, now)):
            lane_of[item.operation.id] = _where(item.operation)
            show = partial(self._show, item)
            lanes[_where(item.operation)].append(partial(self._about, item.operation.id, show))
        for operation in self._direct.owed:
            # In the lane of the operation's other messages, so that none of them is posted twice at once.
            lane = lane_of.setdefault(operation.id, _where(operation))
            again = partial(self._direct.again, operation.id)
            lanes[lane].append(partial(self._about, operation.id, again))
        self._retries.keep_only(lane_of.keys())
        self._one_by_one &= lane_of.keys()
        for name in lanes.keys() - busy:
            self.lanes.start(name, lanes[name])
        moments = await self.lanes.waited_for()
        if moments.keys() & busy:  # new work for such a lane had to wait until it ended
            return self.clock.now()
        return min((at for at in moments.values() if at is not None), default=None)

    async def _about(self, operation_id: OperationId, work: Work) -> datetime | None:
        with working(WorkContext(self.tracer, operation_id)):
            return await work()

    async def _show(self, item: Unannounced) -> datetime | None:
        operation = item.operation
        if operation.display.card is None:
            return await self._cards.post(operation)
        later: list[datetime | None] = []
        if operation.display.rendered_version < operation.version:
            edited = await self._edit(operation)
            if isinstance(edited, ChannelUnusable | Gone):
                return await self._cards.lost(operation, edited)
            later.append(edited)
        if item.events:
            said = await self._say(operation, item.events)
            if isinstance(said, ChannelUnusable | Gone):
                return await self._cards.lost(operation, said)
            later.append(said)
        return min((at for at in later if at is not None), default=None)

    async def _edit(self, operation: Operation) -> datetime | ChannelUnusable | Gone | None:
        message = operation.id, Part.CARD
        held = self._retries.held_until(message)
        if held is not None:
            return held
        if self._edited.get(operation.id) != operation.version:
            with describing({"pipeline_bot.message": Part.CARD.value}):
                edited = await self.announcer.edit_card(operation)
            answer = self._outcome(operation, message, edited)
            if not isinstance(answer, Taken | Rejected):
                return answer.at if isinstance(answer, RetryLater) else answer
            self._edited[operation.id] = operation.version
        await self.store.rendered(operation.id, operation.version)
        self._edited.pop(operation.id, None)
        return None

    def _outcome(self, operation: Operation, message: MessageKey, answer: PostResult) -> PostResult:
        """The result of an attempt: `Rejected` means that the message is given up."""
        part = message[1]
        match answer:
            case RetryLater(at, in_doubt=True):
                # A failure says nothing about a single line: the thread waits, and keeps its order.
                return RetryLater(self._retries.failed((operation.id, part), at), in_doubt=True)
            case RetryLater():
                return answer
            case Rejected(why):
                again_at = self._retries.refused(message)
                if again_at is not None:
                    log.warning("message_refused", operation=operation.id, message=part.value, why=why)
                    return RetryLater(again_at)
                if operation.display.posts <= 1:
                    return Gone()
                if operation.display.displaced is None:
                    return ChannelUnusable(why)
                log.error("message_given_up", operation=operation.id, message=part.value, why=why)
        self._retries.over(message, (operation.id, part))
        return answer

    async def _say(
        self, operation: Operation, events: tuple[StoredEvent, ...]
    ) -> datetime | ChannelUnusable | Gone | None:
        unrecorded = [stored for stored in events if stored.id in self._said]
        await self._record(unrecorded)
        events = tuple(stored for stored in events if stored not in unrecorded)
        old_news = [stored for stored in events[:-1] if stored.event.is_progress]
        if old_news:
            await self.store.posted(tuple(stored.id for stored in old_news), ts="")
        lines = [stored for stored in events if stored not in old_news]
        held = {stored.id: self._retries.held_until(_line(operation, stored)) for stored in lines}
        ready = [stored for stored in lines if held[stored.id] is None]
        at_once = 1 if operation.id in self._one_by_one else LINES_AT_ONCE
        batch, rest = ready[:at_once], ready[at_once:]
        go_on_at = self.clock.now() if rest else min((at for at in held.values() if at), default=None)
        if not batch:
            return go_on_at
        not_before = await self._direct.tell(operation, batch) or self._retries.held_until(
            (operation.id, Part.THREAD)
        )
        if not_before is not None:
            return not_before
        events_said = " ".join(stored.event.kind.value for stored in batch)
        with describing({"pipeline_bot.message": Part.THREAD.value, "pipeline_bot.events": events_said}):
            posted = await self.announcer.post_lines(operation, tuple(stored.event for stored in batch))
        if isinstance(posted, Rejected):
            self._one_by_one.add(operation.id)
            if len(batch) > 1:
                log.warning(
                    "message_refused", operation=operation.id, message=Part.THREAD.value, why=posted.why
                )
                return self.clock.now()
        answer = self._outcome(operation, _line(operation, batch[0]), posted)
        match answer:
            case Taken() | Rejected():
                ts = answer.ts if isinstance(answer, Taken) else ""
                self._said |= {stored.id: ts for stored in batch}
                await self._record(batch)
                self._direct.in_thread(batch)
                if any(stored.event.kind is EventKind.ENDED for stored in batch):
                    finished(operation)
                return go_on_at
            case RetryLater(at):
                is_refused = isinstance(posted, Rejected)
                return min(at, go_on_at) if is_refused and go_on_at is not None else at
            case ChannelUnusable() | Gone():
                return answer

    async def _record(self, said: list[StoredEvent]) -> None:
        """Store that Slack has these lines, or never will."""
        for ts in {self._said[stored.id] for stored in said}:
            ids = tuple(stored.id for stored in said if self._said[stored.id] == ts)
            await self.store.posted(ids, ts)
        for stored in said:
            del self._said[stored.id]


def _line(operation: Operation, stored: StoredEvent) -> MessageKey:
    return operation.id, Part.THREAD, stored.id


def _where(operation: Operation) -> str:
    """A name for the channel whose rate limit the operation's messages share."""
    if operation.display.card is not None:
        return operation.display.card.channel
    return operation.card_channel or operation.requester.user
