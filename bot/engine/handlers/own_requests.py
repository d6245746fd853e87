"""A person's own requests: preview, confirm, and drop.

Each method decides, writes one transaction, and returns a reply. None changes a pipeline or posts anywhere: the
loops do, and are woken when there is work.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData, Authorization, authority_of, authorization_for
from bot.domain.access.permissions import ASKS, Action, Decision
from bot.domain.commands import PipelineCommand
from bot.domain.commands.model import pipeline_command
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations import inputs
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import ApprovalRequest
from bot.domain.operations.plans import Plan, StepName
from bot.domain.operations.state_machine import advance
from bot.domain.pipelines.pipeline import (
    NOT_COMPILED,
    Identity,
    Pipeline,
    PipelineEvents,
    Problem,
)
from bot.domain.pipelines.targets import Targets
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.denial_events import TOO_LATE, objected, plan_on_record, refused
from bot.engine.handlers.denials import Denials
from bot.engine.handlers.preconditions import Assessment, objection, too_many, why_not, why_not_taken_on
from bot.engine.handlers.suggestions import not_found, seen_or_reply
from bot.engine.ports import Clock, PipelineBusy, Pipelines, Store
from bot.engine.replies import Reply

OPERATION_ID_BYTES = 15  # random: a button's value cannot be guessed; 24 letters and digits in base 32


@dataclass(frozen=True, slots=True)
class OwnRequests:
    """`work` is called whenever something was written that a loop should process."""

    store: Store
    pipelines: Pipelines
    authorizer: Authorizer
    clock: Clock
    work: Callable[[], None]

    @property
    def targets(self) -> Targets:
        return self.pipelines.targets

    @property
    def denials(self) -> Denials:
        return Denials(self.store, self.clock)

    async def may_ask(self, actor: Actor, command: PipelineCommand) -> Decision:
        """Whether `actor` may do or request it: quick enough to answer before an ack."""
        decision = self._basis(actor, command, await self._access_data(actor, command)).requester
        if not decision.allowed:
            await self.refused(actor, command.name, decision, plan=command.plan)
        return decision

    async def _access_data(self, actor: Actor, command: PipelineCommand) -> AccessData:
        return await self.authorizer.access_data(actor, on=[command.name], to=ASKS)

    def _basis(self, actor: Actor, command: PipelineCommand, access_data: AccessData) -> Authorization:
        now = self.clock.now()
        return authority_of(
            actor, command.name, access_data, now, plan=command.plan, incident=command.incident
        )

    async def not_found(self, actor: Actor, name: PipelineName) -> replies.NotFound:
        """The reply about a name that no Feldera knows, or that names no target (`targets.of`)."""
        return await not_found(actor, name, pipelines=self.pipelines, authorizer=self.authorizer)

    async def refused(
        self, actor: Actor, name: PipelineName, decision: Decision, *, plan: Plan | None
    ) -> None:
        """Record that somebody was denied."""
        await self.store.note(refused(actor, name, decision, self.clock.now(), plan=plan))

    async def preview(self, actor: Actor, command: PipelineCommand, origin: ChannelId) -> Reply:
        """Show what a plan would destroy and requires. Writes the proposal that the preview's buttons act on."""
        weighed = await self.evaluate(actor, command)
        if isinstance(weighed, Assessment):
            return await self.propose(new_id(), actor, command, origin=origin, weighed=weighed)
        await self.note_no(actor, command, weighed)
        return weighed

    async def evaluate(
        self, actor: Actor, command: PipelineCommand, *, reason_comes_later: bool = False
    ) -> Assessment | Reply:
        """What a plan would destroy and requires now, or why it is not possible. Writes nothing, not even a denial."""
        access_data = await self._access_data(actor, command)
        basis = self._basis(actor, command, access_data)
        if not basis.requester.allowed:
            return replies.PermissionDenied(command.name, basis.requester, command.plan)
        by_rule = objection(command, basis)
        if reason_comes_later and isinstance(by_rule, replies.ReasonWanted):
            by_rule = None
        in_the_way = by_rule or await self._in_the_way(actor, command.name, basis, access_data)
        if in_the_way is not None:
            return in_the_way
        # Before the look: a row that is newer than the look could hide another run.
        recorded = await self._record(command)
        reviewed = await self._reviewed(actor, command.name)
        if isinstance(reviewed, replies.FelderaUnavailable | replies.NotFound):
            return reviewed
        seen, here = reviewed
        nothing_to_do = why_not(seen, command.plan)
        if nothing_to_do is not None:
            return nothing_to_do
        if StepName.START in command.plan and seen.program_status in NOT_COMPILED:
            said = await self.pipelines.program_error(command.name)
            return replies.NotCompiled(seen, "" if isinstance(said, Problem) else said)
        return Assessment(seen, here, basis, command.plan, _newest(recorded, here))

    async def _record(self, command: PipelineCommand) -> PipelineEvents | Problem | None:
        if not {StepName.STOP, StepName.CLEAR} <= set(command.plan):
            return None
        return await self.pipelines.history(command.name)

    async def note_no(self, actor: Actor, command: PipelineCommand, reply: Reply) -> None:
        """Record the reply, if it is a denial."""
        if isinstance(reply, replies.PermissionDenied):
            await self.refused(actor, command.name, reply.decision, plan=command.plan)
            return
        basis, now = self._basis(actor, command, await self._access_data(actor, command)), self.clock.now()
        event = objected(actor, command.name, reply, basis, now, plan=command.plan)
        if event is not None:
            await self.store.note(event)

    async def confirm(self, actor: Actor, operation_id: OperationId, *, typed: str | None = None) -> Reply:
        """Accept the proposal. From here it is carried out or requested, whatever happens to this process.

        `typed` is the pipeline's name once more, which a break-glass requires.
        """

        def process(operation: Operation, access_data: AccessData) -> Transition:
            if not self._is_as_proposed(operation, typed):
                return Transition(operation)
            now = self.clock.now()
            basis = authorization_for(operation, access_data, now)
            if too_many(operation.pipeline, basis, access_data, now) is not None:
                return Transition(operation)
            return advance(operation, inputs.Confirmed(actor, basis), now)

        memberships = await self.authorizer.for_action(operation_id, actor, to=ASKS)
        try:
            after = await self.store.change(operation_id, process, memberships=memberships)
        except PipelineBusy as busy:
            return await self._busy_or_asked(actor, busy.holder)
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.CONFIRM, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self.denials.not_theirs(actor, AttemptedAction.CONFIRM, operation)
        if operation.state is State.EXPIRED and operation.confirmed_at is None:
            await self.denials.note(actor, AttemptedAction.CONFIRM, operation, TOO_LATE)
            return replies.TooOld(operation)
        if after.events:
            self.work()
            waits = operation.state is State.AWAITING_APPROVAL
            return replies.Asked(operation) if waits else replies.Started(operation)
        if operation.state is State.PROPOSED:
            # As it was decided: the cached membership may be better than what was just learned.
            return await self._why_unconfirmed(operation, await self.store.access_data(memberships), typed)
        return await self.denials.too_late(actor, AttemptedAction.CONFIRM, operation)

    async def drop(self, actor: Actor, operation_id: OperationId) -> Reply:
        """*Never mind*: drop the proposal."""

        def withdraw(operation: Operation, _access_data: AccessData) -> Transition:
            if operation.confirmed_at is not None:
                return Transition(operation)
            return advance(operation, inputs.Withdrawn(actor), self.clock.now())

        after = await self.store.change(operation_id, withdraw, memberships={})
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.DROP, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self.denials.not_theirs(actor, AttemptedAction.DROP, operation)
        if operation.confirmed_at is None:
            return replies.Dropped(operation)
        return await self.denials.too_late(actor, AttemptedAction.DROP, operation)

    async def propose(
        self,
        operation_id: OperationId,
        actor: Actor,
        command: PipelineCommand,
        *,
        origin: ChannelId,
        weighed: Assessment,
    ) -> replies.Preview:
        """Store a proposal for the plan as it was assessed, to be confirmed or not."""
        now, pipeline = self.clock.now(), weighed.pipeline
        operation = Operation(
            id=operation_id,
            requester=actor,
            origin=origin,
            pipeline=pipeline.name,
            previewed=weighed.reviewed,
            plan=weighed.plan,
            reason=command.reason,
            incident=command.incident,
            approval=ApprovalRequest(weighed.authority.approvals_needed),
            last_cleared_at=await self.store.last_cleared_at(pipeline.name),
            created_at=now,
            feldera=weighed.feldera,
        )
        # The audit log has the request word for word: nobody can change it afterwards.
        wanted = {"pipeline": operation.pipeline, "reviewed": operation.previewed.id}
        said = {"reason": operation.reason, "incident": operation.incident, **plan_on_record(operation.plan)}
        await self.store.propose(operation, Event(EventKind.PROPOSED, now, {**wanted, **said}, by=actor))
        return replies.Preview(operation, pipeline, weighed.authority)

    async def _in_the_way(
        self, actor: Actor, name: PipelineName, basis: Authorization, access_data: AccessData
    ) -> Reply | None:
        holder = await self.store.live_on(name)
        if holder is not None:
            return await self._busy_or_asked(actor, holder)
        if not basis.approvals_needed:
            return None
        asked = await self.store.pending_on(name)
        if asked is not None:
            return replies.AskedAlready(asked)
        return too_many(name, basis, access_data, self.clock.now())

    def _is_as_proposed(self, operation: Operation, typed: str | None) -> bool:
        """Whether its target still exists, after a change of settings, and its name was typed if required."""
        is_here = self.targets.of(operation.pipeline) is not None
        return is_here and (not operation.incident or typed == operation.pipeline)

    async def _why_unconfirmed(
        self, operation: Operation, access_data: AccessData, typed: str | None
    ) -> Reply:
        if self.targets.of(operation.pipeline) is None:
            return await self.not_found(operation.requester, operation.pipeline)
        now = self.clock.now()
        basis = authorization_for(operation, access_data, now)
        reply = why_not_taken_on(operation, basis, access_data, typed, now)
        if reply is None:
            # They meant to ask others, but no approval is needed any more: let them decide on that, too.
            again = pipeline_command(operation.plan, operation.pipeline, operation.reason, operation.incident)
            return await self.preview(operation.requester, again, operation.origin)
        event = (
            refused(operation.requester, operation.pipeline, basis.requester, now, plan=operation.plan)
            if isinstance(reply, replies.PermissionDenied)
            else objected(operation.requester, operation.pipeline, reply, basis, now, plan=operation.plan)
        )
        if event is not None:
            await self.store.note(event, operation.id)
        return reply

    async def _reviewed(
        self, actor: Actor, name: PipelineName
    ) -> tuple[Pipeline, Identity] | replies.FelderaUnavailable | replies.NotFound:
        """The pipeline, and which Feldera and tenant shows it."""
        target = self.targets.of(name)
        if target is None:
            return await self.not_found(actor, name)
        observed = await self.pipelines.observe(target, {name: None})
        if isinstance(observed, Problem):
            return replies.FelderaUnavailable(name, observed)
        seen = await seen_or_reply(
            actor, name, observed.looks[name], pipelines=self.pipelines, authorizer=self.authorizer
        )
        return (seen, observed.here) if isinstance(seen, Pipeline) else seen

    async def _busy_or_asked(self, actor: Actor, holder: Operation) -> replies.Busy | replies.AskedAlready:
        if holder.state is State.AWAITING_APPROVAL:
            return replies.AskedAlready(holder)
        may_close = False
        if holder.state is State.NEEDS_HUMAN:
            may_close = (await self.authorizer.may(actor, Action.CLEAR, holder.pipeline)).allowed
        return replies.Busy(holder, may_close=may_close)


def _newest(recorded: PipelineEvents | Problem | None, here: Identity) -> datetime | None:
    """The newest row of the events, if they come from where the pipeline was looked at."""
    if not isinstance(recorded, PipelineEvents) or recorded.here != here or not recorded.changes:
        return None
    return recorded.changes[0].at


def new_id() -> OperationId:
    """Random; lower case letters and digits, so that its beginning can be typed."""
    return OperationId(base64.b32encode(secrets.token_bytes(OPERATION_ID_BYTES)).decode("ascii").lower())
