"""Message retries: when to retry a message that Slack did not accept. Each has its own schedule; others overtake it.

In memory: after a restart each is retried at once. Two schedules, since they mean different things: a refusal means
that this message will hardly ever be accepted; a lost answer, or an error of Slack's own, says nothing about it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.ids import OperationId
from bot.engine.ports import Clock

# A refusal may be temporary (a channel being moved, a policy being changed); the fourth one is final.
REFUSED_AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120))
FAILED_AGAIN_AFTER = timedelta(seconds=5)  # then twice as long each time, up to …
FAILED_AGAIN_MOST = timedelta(minutes=1)


class Part(Enum):
    """Kinds of messages about an operation: its card, the lines in the card's thread, and DMs to its requester."""

    CARD = "card"
    THREAD = "thread"
    DIRECT = "direct"


MessageKey = tuple[OperationId, Part] | tuple[OperationId, Part, int]
"""With the id of the event for a single line of a thread."""


@dataclass(frozen=True, slots=True)
class _Tried:
    again_at: datetime
    refusals: int = 0
    failures: int = 0


@dataclass(slots=True)
class MessageRetries:
    clock: Clock
    _tried: dict[MessageKey, _Tried] = field(default_factory=dict)

    def held_until(self, message: MessageKey) -> datetime | None:
        """When it may be retried; None if now."""
        tried = self._tried.get(message)
        return tried.again_at if tried is not None and tried.again_at > self.clock.now() else None

    def refused(self, message: MessageKey) -> datetime | None:
        """It was refused: returns when to retry it, or None if it has been refused for good."""
        before = self._tried.get(message)
        refusals = before.refusals if before is not None else 0
        if refusals == len(REFUSED_AGAIN_AFTER):
            self.over(message)
            return None
        again_at = self.clock.now() + REFUSED_AGAIN_AFTER[refusals]
        self._tried[message] = _Tried(again_at, refusals=refusals + 1)
        return again_at

    def failed(self, message: MessageKey, not_before: datetime) -> datetime:
        """Slack failed at it: returns when to retry it, `not_before` at the earliest."""
        before = self._tried.get(message) or _Tried(not_before)
        pause = min(FAILED_AGAIN_AFTER * (1 << min(before.failures, 10)), FAILED_AGAIN_MOST)
        again_at = max(not_before, self.clock.now() + pause)
        self._tried[message] = _Tried(again_at, before.refusals, before.failures + 1)
        return again_at

    def over(self, *messages: MessageKey) -> None:
        """They were accepted or given up: the next ones start from zero."""
        for message in messages:
            self._tried.pop(message, None)

    def place_lost(self, operation_id: OperationId) -> None:
        """Its card and the lines below it move to another channel: there they start from zero."""
        self._tried = {
            message: tried
            for message, tried in self._tried.items()
            if message[0] != operation_id or message[1] is Part.DIRECT
        }

    def keep_only(self, operations: Collection[OperationId]) -> None:
        """Forget operations that have no more messages."""
        self._tried = {message: tried for message, tried in self._tried.items() if message[0] in operations}
