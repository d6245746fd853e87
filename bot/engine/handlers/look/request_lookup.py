"""Looks up requests for a person: what is pending, and which one the beginning of an id means.

It knows of no request that the person may not see: to them such a request does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Action
from bot.domain.access.visibility import visibility_of
from bot.domain.ids import Actor, OperationId
from bot.domain.operations.operation import Operation
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import AMBIGUOUS_REQUEST, unknown
from bot.engine.handlers.denials import Denials
from bot.engine.ports import Clock, Store
from bot.engine.replies import Reply


@dataclass(frozen=True, slots=True)
class RequestLookup:
    store: Store
    authorizer: Authorizer
    clock: Clock

    async def pending(self, actor: Actor) -> Reply:
        """The pending requests that the person may see or made; if there is none, how much they may see."""
        found = await self.pending_for(actor)
        if found:
            return replies.PendingList(found, self.clock.now())
        access_data, now = await self.authorizer.access_data(actor, to=[Action.VIEW]), self.clock.now()
        nothing = replies.PendingList((), now, visibility_of(actor, access_data, now))
        return await with_admins(nothing, self.authorizer)

    async def pending_for(self, actor: Actor) -> tuple[Operation, ...]:
        return await self._visible(actor, await self.store.pending())

    async def find(self, actor: Actor, tried: AttemptedAction, beginning: str) -> OperationId | Reply:
        """The one request that the person may see whose id begins so; the reply, and a record, if it is not one.

        A waiting one takes precedence: an ended one is meant only by somebody who comes too late for it.
        """
        found = [each for each in await self.pending_for(actor) if each.id.startswith(beginning)]
        if not found:
            alike = await self.store.operations_beginning(beginning)
            confirmed = [each for each in alike if each.confirmed_at is not None]
            found = list(await self._visible(actor, confirmed))
            if not found:
                await self._record(actor, tried, beginning, confirmed)
                return replies.NoSuchRequest(beginning, await self.store.archived())
        if len(found) == 1:
            return found[0].id
        now = self.clock.now()
        await self.store.note(unknown(actor, tried, beginning, now, why=AMBIGUOUS_REQUEST))
        return replies.SeveralRequests(beginning, tuple(found))

    async def _visible(self, actor: Actor, operations: Iterable[Operation]) -> tuple[Operation, ...]:
        everything = tuple(operations)
        names = {operation.pipeline for operation in everything}
        access_data = await self.authorizer.access_data(actor, on=names, to=[Action.VIEW])
        now = self.clock.now()
        return tuple(each for each in everything if _may_see(each, actor, access_data, now))

    async def _record(
        self, actor: Actor, tried: AttemptedAction, beginning: str, hidden: list[Operation]
    ) -> None:
        """Record that somebody named a request that does not exist, or that they may not see."""
        denials = Denials(self.store, self.clock)
        if len(hidden) == 1:
            decision = await self.authorizer.may(actor, Action.VIEW, hidden[0].pipeline)
            await denials.note(actor, tried, hidden[0], decision.why.value, decision)
        else:
            await denials.unknown(actor, tried, beginning)


def _may_see(operation: Operation, actor: Actor, access_data: AccessData, now: datetime) -> bool:
    """Their own, and those on pipelines that they may see; nothing if they are no member."""
    is_theirs = operation.requester == actor and access_data.is_member(actor)
    return is_theirs or access_data.may(actor, Action.VIEW, operation.pipeline, now).allowed
