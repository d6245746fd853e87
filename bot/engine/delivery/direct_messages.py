"""Direct messages to requesters, for cards in a channel that they may not even be in.

A message is sent before the lines in the card's thread that say the same; only the lines are stored as posted: a
crash in between repeats it, and loses none. One that Slack refuses or fails at does not hold up the thread: it is kept
in memory for a retry.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.events import StoredEvent
from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation
from bot.engine.delivery.message_retries import MessageRetries, Part
from bot.engine.ports import Announcer, PostResult, Rejected, RetryLater, Unannounced
from bot.engine.work_context import describing

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DirectMessages:
    announcer: Announcer
    retries: MessageRetries
    _owed: dict[OperationId, Unannounced] = field(default_factory=dict)
    _taken_on: set[int] = field(default_factory=set)  # events whose lines the thread still lacks
    # A lost card moves its operation to another lane, while the previous one may still wait for Slack's answer.
    _trying: set[OperationId] = field(default_factory=set)

    @property
    def owed(self) -> tuple[Operation, ...]:
        """The operations with messages still to send."""
        return tuple(waiting.operation for waiting in self._owed.values())

    async def tell(self, operation: Operation, lines: Iterable[StoredEvent]) -> datetime | None:
        """Send those for the requester; returns when to go on with the thread, if Slack accepts nothing now."""
        if not operation.is_shown_elsewhere:
            return None
        news = tuple(
            stored
            for stored in lines
            if stored.event.kind.is_for_the_requester and stored.id not in self._taken_on
        )
        if news:
            self._taken_on |= {stored.id for stored in news}
            before = self._owed.get(operation.id)
            owed = news if before is None else (*before.events, *news)
            self._owed[operation.id] = Unannounced(operation, owed)
        if not self._may_try(operation.id) or self.retries.held_until((operation.id, Part.DIRECT)):
            return None
        answer = await self._try(operation.id)
        return answer.at if isinstance(answer, RetryLater) and not answer.in_doubt else None

    async def again(self, operation_id: OperationId) -> datetime | None:
        """Retry what is owed, if it is due; returns when to retry next."""
        message = operation_id, Part.DIRECT
        held = self.retries.held_until(message)
        if held is not None or not self._may_try(operation_id):
            return held
        answer = await self._try(operation_id)
        if isinstance(answer, RetryLater):
            return self.retries.held_until(message) or answer.at
        return self.retries.clock.now() if self._may_try(operation_id) else None

    def in_thread(self, lines: Iterable[StoredEvent]) -> None:
        """These lines are in the thread now, and will not be sent again."""
        self._taken_on -= {stored.id for stored in lines}

    def _may_try(self, operation_id: OperationId) -> bool:
        return operation_id in self._owed and operation_id not in self._trying

    async def _try(self, operation_id: OperationId) -> PostResult:
        waiting, message = self._owed[operation_id], (operation_id, Part.DIRECT)
        self._trying.add(operation_id)
        try:
            with describing({"pipeline_bot.message": Part.DIRECT.value}):
                answer = await self.announcer.notify_requester(
                    waiting.operation, tuple(stored.event for stored in waiting.events)
                )
        finally:
            self._trying.discard(operation_id)
        match answer:
            case RetryLater(at, in_doubt):
                if in_doubt:
                    self.retries.failed(message, at)
                return answer
            case Rejected(why):
                if self.retries.refused(message) is not None:
                    return answer
                log.error("message_given_up", operation=operation_id, message=Part.DIRECT.value, why=why)
        self.retries.over(message)
        owed = self._owed.pop(operation_id)
        since = owed.events[len(waiting.events) :]
        if since:
            self._owed[operation_id] = Unannounced(owed.operation, since)
        return answer
