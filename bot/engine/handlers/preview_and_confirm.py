"""A person's own requests: preview, confirm, and drop.

Each method decides, writes one transaction, and returns a reply. None changes a pipeline or posts anywhere: the
loops do, and are woken when there is work.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.access.authorization import AccessData, Authorization, authority_of, authorization_for
from bot.domain.access.permissions import ASKS, Action, Decision
from bot.domain.access.requests.request import Request
from bot.domain.access.requests.request_objections import Objection, TooManyOpen, TooManyRecentRequests
from bot.domain.commands import PipelineCommand
from bot.domain.commands.model import pipeline_command
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations import inputs
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import Transition
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.parts import ApprovalRequest
from bot.domain.operations.plans import StepName
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
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import TOO_LATE, objected, plan_on_record, refused
from bot.engine.handlers.denials import Denials
from bot.engine.handlers.look.suggestions import not_found, seen_or_reply
from bot.engine.handlers.preconditions import Assessment, in_reply, why_not
from bot.engine.ports import Clock, PipelineBusy, Pipelines, Store
from bot.engine.replies import ActionResult, Reply, Result

OPERATION_ID_BYTES = 15  # random: a button's value cannot be guessed; 24 letters and digits in base 32


@dataclass(frozen=True, slots=True)
class PreviewAndConfirm:
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
        decision = (await self._authority(_request(actor, command))).requester
        if not decision.allowed:
            await self.store.note(refused(actor, command.name, decision, self.clock.now(), plan=command.plan))
        return decision

    async def _authority(self, request: Request) -> Authorization:
        access_data = await self.authorizer.access_data(request.requester, on=[request.pipeline], to=ASKS)
        return authority_of(request, access_data, self.clock.now())

    async def not_found(self, actor: Actor, name: PipelineName) -> replies.NotFound:
        """The reply about a name that no Feldera knows, or that names no target (`targets.of`)."""
        return await not_found(actor, name, pipelines=self.pipelines, authorizer=self.authorizer)

    async def preview(self, actor: Actor, command: PipelineCommand, origin: ChannelId) -> Reply:
        """Show what a plan would destroy and requires. Writes the proposal that the preview's buttons act on."""
        assessment = await self.evaluate(actor, command)
        if isinstance(assessment, Assessment):
            return await self.propose(new_id(), actor, command, origin=origin, assessment=assessment)
        return await self.say_no(actor, assessment)

    async def evaluate(
        self, actor: Actor, command: PipelineCommand, *, reason_comes_later: bool = False
    ) -> Assessment | Objection | Reply:
        """What a plan would destroy and requires now, or why it is not possible. Writes nothing, not even a denial."""
        request = _request(actor, command)
        authority = await self._authority(request)
        if reason_comes_later:
            request = replace(request, reason=None)
        objection = authority.objection(request)
        if objection is None or isinstance(objection, TooManyOpen | TooManyRecentRequests):
            # That the same was asked for already says more than that there are too many requests.
            in_the_way = await self._in_the_way(actor, command.name, authority)
            if in_the_way is not None:
                return in_the_way
        if objection is not None:
            return objection
        # Before the look: a row that is newer than the look could hide another run.
        recorded = await self._record(command)
        reviewed = await self._reviewed(actor, command.name)
        if isinstance(reviewed, replies.FelderaUnavailable | replies.NotFound):
            return reviewed
        seen, here = reviewed
        # What the pipeline holds is known only now, and a rule may rest on it.
        objection = authority.objection(replace(request, previewed=Fingerprint.of(seen)))
        if objection is not None:
            return objection
        nothing_to_do = why_not(seen, command.plan)
        if nothing_to_do is not None:
            return nothing_to_do
        if StepName.START in command.plan and seen.program_status in NOT_COMPILED:
            said = await self.pipelines.program_error(command.name)
            return replies.NotCompiled(seen, "" if isinstance(said, Problem) else said)
        return Assessment(seen, here, authority, command.plan, _newest(recorded, here))

    async def _record(self, command: PipelineCommand) -> PipelineEvents | Problem | None:
        if not {StepName.STOP, StepName.CLEAR} <= set(command.plan):
            return None
        return await self.pipelines.history(command.name)

    async def say_no(
        self, actor: Actor, no: Objection | Reply, operation_id: OperationId | None = None
    ) -> Reply:
        """Record it, if it is an objection, and say it. `operation_id` is of what they wanted to confirm."""
        if isinstance(no, Objection):
            await self.store.note(objected(actor, no, self.clock.now()), operation_id)
        return await with_admins(in_reply(no, confirming=operation_id is not None), self.authorizer)

    async def confirm(self, actor: Actor, operation_id: OperationId, *, typed: str | None = None) -> Reply:
        """Accept the proposal. From here it is carried out or requested, whatever happens to this process.

        `typed` is the pipeline's name once more, which a break-glass requires.
        """

        def process(operation: Operation, access_data: AccessData) -> Transition:
            if self.targets.of(operation.pipeline) is None:  # its target is no longer in the settings
                return Transition(operation)
            now = self.clock.now()
            authority = authorization_for(operation, access_data, now)
            return advance(operation, inputs.Confirmed(actor, authority, typed or ""), now)

        memberships = await self.authorizer.for_action(operation_id, actor, to=ASKS)
        try:
            after = await self.store.change(operation_id, process, memberships=memberships)
        except PipelineBusy as busy:
            return await self._busy_or_asked(actor, busy.holder)
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.CONFIRM, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self.denials.not_allowed_for(actor, AttemptedAction.CONFIRM, operation)
        if operation.state is State.EXPIRED and operation.confirmed_at is None:
            await self.denials.note(actor, AttemptedAction.CONFIRM, operation, TOO_LATE)
            return ActionResult(Result.TOO_OLD, operation)
        if after.events:
            self.work()
            waits = operation.state is State.AWAITING_APPROVAL
            return ActionResult(Result.ASKED if waits else Result.STARTED, operation)
        if after.objection is not None:
            return await self.say_no(actor, after.objection, operation.id)
        if operation.state is State.PROPOSED:
            return await self._propose_again(operation)
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
            return await self.denials.not_allowed_for(actor, AttemptedAction.DROP, operation)
        if operation.confirmed_at is None:
            return ActionResult(Result.DROPPED, operation)
        return await self.denials.too_late(actor, AttemptedAction.DROP, operation)

    async def propose(
        self,
        operation_id: OperationId,
        actor: Actor,
        command: PipelineCommand,
        *,
        origin: ChannelId,
        assessment: Assessment,
    ) -> replies.Preview:
        """Store a proposal for the plan as it was assessed, to be confirmed or not."""
        now, pipeline = self.clock.now(), assessment.pipeline
        operation = Operation(
            id=operation_id,
            requester=actor,
            origin=origin,
            pipeline=pipeline.name,
            previewed=assessment.reviewed,
            plan=assessment.plan,
            reason=command.reason,
            incident=command.incident,
            approval=ApprovalRequest(assessment.authority.approvals_needed),
            last_cleared_at=await self.store.last_cleared_at(pipeline.name),
            created_at=now,
            feldera=assessment.feldera,
        )
        # The audit log has the request word for word: nobody can change it afterwards.
        wanted = {"pipeline": operation.pipeline, "reviewed": operation.previewed.id}
        said = {"reason": operation.reason, "incident": operation.incident, **plan_on_record(operation.plan)}
        await self.store.propose(operation, Event(EventKind.PROPOSED, now, {**wanted, **said}, by=actor))
        return replies.Preview(operation, pipeline, assessment.authority)

    async def _in_the_way(self, actor: Actor, name: PipelineName, authority: Authorization) -> Reply | None:
        holder = await self.store.live_on(name)
        if holder is not None:
            return await self._busy_or_asked(actor, holder)
        asked = await self.store.pending_on(name) if authority.approvals_needed else None
        return None if asked is None else ActionResult(Result.ASKED_ALREADY, asked)

    async def _propose_again(self, operation: Operation) -> Reply:
        """Nothing objects to it, and yet it is not what was confirmed."""
        if self.targets.of(operation.pipeline) is None:
            return await self.not_found(operation.requester, operation.pipeline)
        # They meant to ask others, but no approval is needed any more: let them decide on that, too.
        again = pipeline_command(operation.plan, operation.pipeline, operation.reason, operation.incident)
        return await self.preview(operation.requester, again, operation.origin)

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

    async def _busy_or_asked(self, actor: Actor, holder: Operation) -> replies.Busy | ActionResult:
        if holder.state is State.AWAITING_APPROVAL:
            return ActionResult(Result.ASKED_ALREADY, holder)
        may_close = False
        if holder.state is State.NEEDS_HUMAN:
            may_close = (await self.authorizer.may(actor, Action.CLEAR, holder.pipeline)).allowed
        return replies.Busy(holder, may_close=may_close)


def _request(actor: Actor, command: PipelineCommand) -> Request:
    return Request(actor, command.name, command.plan, command.reason, command.incident)


def _newest(recorded: PipelineEvents | Problem | None, here: Identity) -> datetime | None:
    """The newest row of the events, if they come from where the pipeline was looked at."""
    if not isinstance(recorded, PipelineEvents) or recorded.here != here or not recorded.changes:
        return None
    return recorded.changes[0].at


def new_id() -> OperationId:
    """Random; lower case letters and digits, so that its beginning can be typed."""
    return OperationId(base64.b32encode(secrets.token_bytes(OPERATION_ID_BYTES)).decode("ascii").lower())
