"""Previews: what somebody sees before they confirm, or the offer of a longer plan if the pipeline runs.

Writes the proposals that buttons act on, and the denials; nothing else.
"""

from dataclasses import dataclass, replace

from bot.domain.commands import Clear, PipelineCommand
from bot.domain.commands.model import pipeline_command
from bot.domain.ids import Actor, ChannelId, OperationId
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import STOPPED
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.handlers.preconditions import Assessment
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm, new_id
from bot.engine.replies import Reply


@dataclass(frozen=True, slots=True)
class Previews:
    handlers: PreviewAndConfirm

    async def show(self, actor: Actor, command: PipelineCommand, origin: ChannelId) -> Reply:
        """The preview, or why there is none; with an offer if a clear was requested and the pipeline runs."""
        reply = await self.handlers.preview(actor, command, origin)
        if isinstance(reply, replies.NotStopped) and isinstance(command, Clear):
            return await self._with_an_offer(actor, command, origin, not_stopped=reply)
        return reply

    async def _with_an_offer(
        self, actor: Actor, command: Clear, origin: ChannelId, *, not_stopped: replies.NotStopped
    ) -> Reply:
        """It runs: people who may are offered to stop it first, in a proposal that no preview has shown yet."""
        if not_stopped.pipeline.resources_desired == STOPPED:
            return not_stopped
        longer = replace(command, stop=True)
        assessment = await self.handlers.evaluate(actor, longer)
        if not isinstance(assessment, Assessment):
            return not_stopped
        offer = await self.handlers.propose(new_id(), actor, longer, origin=origin, assessment=assessment)
        return replace(not_stopped, offer=offer.operation)

    async def shown_to(self, actor: Actor, operation_id: OperationId) -> Operation | Reply:
        """The operation whose button this person pressed, if the button was shown to them; quick enough for an ack."""
        operation = await self.handlers.store.operation(operation_id)
        if operation is None:
            return await self.handlers.denials.unknown(actor, AttemptedAction.CONFIRM, operation_id)
        if operation.requester != actor:
            return await self.handlers.denials.not_allowed_for(actor, AttemptedAction.CONFIRM, operation)
        return operation

    async def offered(self, actor: Actor, operation_id: OperationId) -> Operation | Reply:
        """The offer whose button this person pressed, if it is theirs to take."""
        offer = await self.shown_to(actor, operation_id)
        if not isinstance(offer, Operation) or offer.state is State.PROPOSED:
            return offer
        return await self.handlers.denials.too_late(actor, AttemptedAction.CONFIRM, offer)

    async def take(self, offer: Operation) -> Reply:
        """*Stop it and clear…*: the preview of that, of the pipeline as it is now."""
        again = pipeline_command(offer.plan, offer.pipeline, offer.reason, offer.incident)
        return await self.show(offer.requester, again, offer.origin)
