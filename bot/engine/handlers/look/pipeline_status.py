"""`/pipeline status`: the state of one pipeline, for people who may see it."""

from dataclasses import dataclass

from bot.domain.access.permissions import ASKS, Action, Decision
from bot.domain.access.rules import frozen
from bot.domain.ids import Actor, PipelineName
from bot.domain.pipelines.activity import latest
from bot.domain.pipelines.pipeline import Pipeline
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import refused
from bot.engine.handlers.look.offered_actions import OfferedActions
from bot.engine.handlers.look.suggestions import not_found, seen_or_reply
from bot.engine.ports import Clock, Pipelines, Store
from bot.engine.replies import Reply

ACTIVITY_SHOWN = 5  # entries
ENDED_SHOWN = 3  # operations


@dataclass(frozen=True, slots=True)
class PipelineStatus:
    store: Store
    pipelines: Pipelines
    authorizer: Authorizer
    clock: Clock

    async def may_see(self, actor: Actor, name: PipelineName) -> Decision:
        """Quick enough to answer before an ack; a denial is recorded."""
        decision = await self.authorizer.may(actor, Action.VIEW, name)
        if not decision.allowed:
            await self.store.note(refused(actor, name, decision, self.clock.now(), plan=None))
        return decision

    async def describe(self, actor: Actor, name: PipelineName) -> Reply:
        """The pipeline's state, for people who may see it."""
        decision = await self.may_see(actor, name)
        if not decision.allowed:
            return await with_admins(replies.PermissionDenied(name, decision, plan=None), self.authorizer)
        if self.pipelines.targets.of(name) is None:
            return await not_found(actor, name, pipelines=self.pipelines, authorizer=self.authorizer)
        look = await self.pipelines.look(name)
        seen = await seen_or_reply(actor, name, look, pipelines=self.pipelines, authorizer=self.authorizer)
        if not isinstance(seen, Pipeline):
            return seen
        shapes = await self.pipelines.shapes(name)
        live, pending = await self.store.live_on(name), await self.store.pending_on(name)
        access_data, now = await self.authorizer.access_data(actor, on=[name], to=ASKS), self.clock.now()
        return replies.Described(
            seen,
            live=live,
            pending=pending,
            freeze=frozen(access_data.freezes, name, now),
            now=now,
            offered=OfferedActions(actor, access_data, now).on(seen, live=live, pending=pending),
            activity=latest(shapes, ACTIVITY_SHOWN) if isinstance(shapes, tuple) else shapes,
            ended=await self.store.ended_on(name, ENDED_SHOWN),
        )
