"""Cards: posts each operation's card, elsewhere if its channel refuses it, and again if it was lost.

It decides only one thing about an operation: if no channel takes the card, the operation is not carried out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.access.authorization import AccessData
from bot.domain.ids import OperationId
from bot.domain.operations.inputs import (
    CardLost,
    CardNotPosted,
    CardPlaced,
    CardPostStarted,
    Input,
    NoPlace,
    Transition,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.engine.delivery.message_retries import MessageRetries, Part
from bot.engine.ports import Announcer, ChannelUnusable, Clock, Gone, RetryLater, Store, Taken
from bot.engine.work_context import describing, finished

log = structlog.get_logger(__name__)

NO_PLACE_RETRY = timedelta(minutes=10)  # somebody may invite the bot again
NO_PLACE_GIVEN_UP = timedelta(days=1)  # after the end of an operation whose card cannot be posted anywhere


@dataclass(slots=True)
class Cards:
    """`placed` is called when an operation's card is posted, so that it may be sent."""

    store: Store
    announcer: Announcer
    clock: Clock
    retries: MessageRetries
    placed: Callable[[], None]
    _no_place_until: dict[OperationId, datetime] = field(default_factory=dict)

    async def post(self, operation: Operation) -> datetime | None:
        if _was_taken_back_unseen(operation):
            await self.announcer.answer_requester(operation)
            await self.store.abandoned(operation.id)
            finished(operation)
            return None
        message = operation.id, Part.CARD
        held = (
            self.retries.held_until(message)
            or self._no_place_for_now(operation)
            or self.announcer.card_held_until(operation)
        )
        if held is not None:
            return held
        begun = await self._change(operation, CardPostStarted())
        if begun is None:
            return None
        with describing({"pipeline_bot.message": Part.CARD.value}):
            answer = await self.announcer.post_card(begun)
        match answer:
            case Taken(card=card) if card is not None:
                self.retries.over(message)
                self._no_place_until.pop(operation.id, None)
                placed = await self._change(begun, CardPlaced(card))
                await self.store.rendered(operation.id, begun.version)
                self.placed()
                if placed is not None:
                    await self.announcer.answer_requester(placed)
                return self.clock.now()
            case RetryLater(at, in_doubt):
                if in_doubt:
                    return self.retries.failed(message, at)
                await self._change(begun, CardNotPosted())
                return at
            case ChannelUnusable(why):
                await self._change(begun, CardNotPosted())
                if operation.display.displaced is not None:
                    return await self._nowhere(begun, why)
                log.warning("channel_does_not_take_the_card", operation=operation.id, why=why)
                await self._change(begun, CardLost(why))
                return self.clock.now()
            case _:
                raise AssertionError(f"a card was posted, and no place named: {answer}")

    def _no_place_for_now(self, operation: Operation) -> datetime | None:
        until = self._no_place_until.get(operation.id)
        return until if until is not None and until > self.clock.now() else None

    async def _nowhere(self, operation: Operation, why: str) -> datetime | None:
        if operation.id not in self._no_place_until:  # logged once, however often it is tried
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
            self._no_place_until[operation.id] = now + NO_PLACE_RETRY
            return now + NO_PLACE_RETRY
        self._no_place_until.pop(operation.id, None)
        await self.announcer.answer_requester(after)
        await self.store.abandoned(after.id)
        finished(after)
        return None

    async def lost(self, operation: Operation, how: ChannelUnusable | Gone) -> datetime:
        why = how.why if isinstance(how, ChannelUnusable) else None
        log.warning("card_lost", operation=operation.id, why=why or "deleted")
        self.retries.place_lost(operation.id)
        await self._change(operation, CardLost(why))
        return self.clock.now()

    async def _change(self, operation: Operation, input_: Input) -> Operation | None:
        def evaluate(current: Operation, _access_data: AccessData) -> Transition:
            return advance(current, input_, self.clock.now())

        after = await self.store.change(operation.id, evaluate, memberships={})
        return None if after is None else after.operation


def _was_taken_back_unseen(operation: Operation) -> bool:
    """Whether its requester withdrew it before anybody else could have seen it: there is nothing to show to others."""
    by = None if operation.outcome is None else operation.outcome.by
    is_own = operation.state is State.WITHDRAWN and by == operation.requester
    return is_own and operation.display.posts == 0
