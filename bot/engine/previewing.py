"""What somebody is shown before they confirm: a preview, or the offer of a longer plan where the pipeline runs.

Writes the proposals that buttons stand for, and the refusals; nothing else.
"""

from dataclasses import dataclass, replace

from bot.domain.commands import Clear, Wish
from bot.domain.names import Actor, ChannelId, OperationId
from bot.domain.operations import Operation, State
from bot.domain.pipelines import STOPPED
from bot.domain.plans import StepName
from bot.engine import replies
from bot.engine.handlers import Handlers, new_id
from bot.engine.hindrances import Weighed
from bot.engine.replies import Reply


@dataclass(frozen=True, slots=True)
class Previews:
    handlers: Handlers

    async def show(self, actor: Actor, command: Wish, origin: ChannelId) -> Reply:
        """Show what a plan would destroy and take. Writes the proposal that the preview's buttons stand for."""
        weighed = await self.handlers.weigh(actor, command)
        if isinstance(weighed, Weighed):
            return await self.handlers.propose(new_id(), actor, command, origin=origin, weighed=weighed)
        if isinstance(weighed, replies.NotStopped) and isinstance(command, Clear):
            return await self._with_an_offer(actor, command, origin, not_stopped=weighed)
        await self.handlers.note_no(actor, command, weighed)
        return weighed

    async def _with_an_offer(
        self, actor: Actor, command: Clear, origin: ChannelId, *, not_stopped: replies.NotStopped
    ) -> Reply:
        """It runs: stopping it first is offered to whoever may, as a proposal that no preview has shown yet."""
        if not_stopped.pipeline.resources_desired == STOPPED:
            return not_stopped
        wish = replace(command, stop=True)
        weighed = await self.handlers.weigh(actor, wish)
        if not isinstance(weighed, Weighed):
            return not_stopped
        offer = await self.handlers.propose(new_id(), actor, wish, origin=origin, weighed=weighed)
        return replace(not_stopped, offer=offer.operation)

    async def offered(self, actor: Actor, operation_id: OperationId) -> Operation | Reply:
        """The offer whose button this person pressed, if it is theirs to take; quick enough to answer before an ack."""
        offer = await self.handlers.store.operation(operation_id)
        if offer is None:
            return replies.NotKnown()
        if offer.requester != actor:
            return await self.handlers.not_theirs(actor, offer)
        return offer if offer.state is State.PROPOSED else await self.handlers.too_late(actor, offer)

    async def take(self, offer: Operation) -> Reply:
        """*Stop it and clear*: the preview of that, of the pipeline as it is now."""
        wish = Clear(
            offer.pipeline, offer.reason, offer.incident, stop=True, start=StepName.START in offer.plan
        )
        return await self.show(offer.requester, wish, offer.origin)
