"""Denials: the reply and the audit log entry when an action on an operation has no effect.

Records the denials, and nothing else; the caller has decided that the answer is no.
"""

from dataclasses import dataclass

from bot.domain.access.permissions import Decision
from bot.domain.ids import Actor
from bot.domain.operations.operation import Operation
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.handlers.denial_events import NOT_THEIRS, TOO_LATE, refusal, unknown
from bot.engine.ports import Clock, Store
from bot.engine.replies import Reply, Result


@dataclass(frozen=True, slots=True)
class Denials:
    store: Store
    clock: Clock

    async def not_allowed_for(self, actor: Actor, tried: AttemptedAction, operation: Operation) -> Reply:
        await self.note(actor, tried, operation, NOT_THEIRS)
        return replies.NotYours(operation if tried is AttemptedAction.WITHDRAW else None)

    async def too_late(self, actor: Actor, tried: AttemptedAction, operation: Operation) -> Reply:
        await self.note(actor, tried, operation, TOO_LATE)
        return replies.ActionResult(Result.ALREADY_DECIDED, operation)

    async def unknown(self, actor: Actor, tried: AttemptedAction, said: str) -> Reply:
        """`said` is the id that was typed, or came with a click: there is no such operation."""
        await self.store.note(unknown(actor, tried, said, self.clock.now()))
        return replies.UnknownRequest()

    async def note(
        self,
        actor: Actor,
        tried: AttemptedAction,
        operation: Operation,
        why: str,
        decided_by: Decision | None = None,
    ) -> None:
        event = refusal(actor, tried, operation, why, self.clock.now(), decided_by=decided_by)
        await self.store.note(event, operation.id)
