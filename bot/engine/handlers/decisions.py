"""Decisions on waiting requests: approve, deny, withdraw, cancel and review.

By a button or by its id, from Slack or from anywhere else: the same few methods. Rights are looked up again for each
action, and every denial is recorded.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.permissions import SAY, Action, Decision
from bot.domain.access.requests.request import Request
from bot.domain.ids import Actor, OperationId
from bot.domain.operations import inputs
from bot.domain.operations.inputs import Input, Transition
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import APPROVED_BEFORE, BUSY, OWN_REQUEST, unknown_button
from bot.engine.handlers.denials import Denials
from bot.engine.handlers.look.request_lookup import RequestLookup
from bot.engine.pending_cancels import PendingCancels
from bot.engine.ports import Clock, PipelineBusy, Store
from bot.engine.replies import ActionResult, Reply, Result


@dataclass(frozen=True, slots=True)
class Decisions:
    store: Store
    authorizer: Authorizer
    clock: Clock
    cancels: PendingCancels
    work: Callable[[], None]

    @property
    def denials(self) -> Denials:
        return Denials(self.store, self.clock)

    @property
    def lookup(self) -> RequestLookup:
        return RequestLookup(self.store, self.authorizer, self.clock)

    async def not_a_button(self, actor: Actor, button: str) -> Reply:
        """Record a click on a button that this bot does not show."""
        await self.store.note(unknown_button(actor, button, self.clock.now()))
        return replies.UnknownRequest()

    async def deniable(self, actor: Actor, operation_id: OperationId) -> Operation | Reply:
        """The request that this person's *Deny* may end, before they are asked for a reason; or why it would not."""
        return await self._decidable(actor, AttemptedAction.DENY, operation_id)

    async def approvable(self, actor: Actor, operation_id: OperationId) -> Operation | Reply:
        """The request that this person may approve, before they confirm that; or why they may not."""
        found = await self._decidable(actor, AttemptedAction.APPROVE, operation_id)
        if not isinstance(found, Operation) or actor not in {given.by for given in found.approval.given}:
            return found
        await self.denials.note(actor, AttemptedAction.APPROVE, found, APPROVED_BEFORE)
        return ActionResult(Result.APPROVED_BEFORE, found)

    async def _decidable(
        self, actor: Actor, tried: AttemptedAction, operation_id: OperationId
    ) -> Operation | Reply:
        operation = await self.store.operation(operation_id)
        if operation is None:
            return await self.denials.unknown(actor, tried, operation_id)
        decision = await self.authorizer.may(actor, Action.APPROVE, operation.pipeline)
        if not decision.allowed:
            return await self._refused(actor, tried, operation, decision)
        if operation.requester == actor:
            await self.denials.note(actor, tried, operation, OWN_REQUEST)
            return ActionResult(Result.OWN_REQUEST, operation)
        if operation.state is not State.AWAITING_APPROVAL:
            return await self.denials.too_late(actor, tried, operation)
        return operation

    async def approve(self, actor: Actor, operation_id: OperationId) -> Reply:
        def approved(operation: Operation, access_data: AccessData, decision: Decision) -> Input:
            # Approvers since `others` was read are among those whom Slack may still confirm.
            request = Request.of(operation)
            approved = replace(request, approved_by=request.approved_by | {actor})
            return inputs.Approved(actor, decision, authority_of(approved, access_data, self.clock.now()))

        def approvers(operation: Operation) -> list[Actor]:
            return [given.by for given in operation.approval.given]

        return await self._decide(
            actor, operation_id, AttemptedAction.APPROVE, approved, Result.APPROVED, others=approvers
        )

    async def deny(self, actor: Actor, operation_id: OperationId, reason: str) -> Reply:
        def denied(_operation: Operation, _access_data: AccessData, decision: Decision) -> Input:
            return inputs.DeniedByApprover(actor, decision, reason)

        return await self._decide(actor, operation_id, AttemptedAction.DENY, denied, Result.DENIED)

    async def sign_off(self, actor: Actor, operation_id: OperationId) -> Reply:
        def signed(_operation: Operation, _access_data: AccessData, decision: Decision) -> Input:
            return inputs.SignedOff(actor, decision)

        reply = await self._decide(actor, operation_id, AttemptedAction.SIGN_OFF, signed, Result.SIGNED_OFF)
        if not isinstance(reply, ActionResult) or reply.result is not Result.ALREADY_DECIDED:
            return reply
        signed_off = reply.operation.review is not None
        return replace(reply, result=Result.ALREADY_SIGNED_OFF if signed_off else Result.NOTHING_TO_SIGN_OFF)

    async def withdraw(self, actor: Actor, operation_id: OperationId) -> Reply:
        """Withdraw one's own request: while it waits, or within the cancel window."""
        with self.cancels.deciding(operation_id):
            return await self._try_to_withdraw(actor, operation_id)

    @asynccontextmanager
    async def deciding(self, beginning: str) -> AsyncIterator[None]:
        """While in this context, a request whose id begins so may be cancelled: sending waits for it."""
        with ExitStack() as held:
            for meant in await self.store.operations_beginning(beginning):
                held.enter_context(self.cancels.deciding(meant.id))
            yield

    async def _try_to_withdraw(self, actor: Actor, operation_id: OperationId) -> Reply:
        def take_back(operation: Operation, access_data: AccessData) -> Transition:
            if operation.requester != actor:
                return Transition(operation)
            if not access_data.is_member(actor):
                now = self.clock.now()
                decision = access_data.may(actor, Action.REQUEST, operation.pipeline, now)
                return Transition(operation, decision=decision)
            if operation.state is State.READY:
                # Their own request: if they may not cancel it any more, they come too late.
                return replace(self._stop(actor, operation, access_data), decision=None)
            return advance(operation, inputs.Withdrawn(actor), self.clock.now())

        memberships = await self.authorizer.for_action(operation_id, actor, to=SAY)
        after = await self.store.change(operation_id, take_back, memberships=memberships)
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.WITHDRAW, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self.denials.not_allowed_for(actor, AttemptedAction.WITHDRAW, operation)
        told = self._reported(after, Result.WITHDRAWN)
        if told is not None and operation.state is State.WITHDRAWN:
            return told
        return await self._denied_or_late(actor, AttemptedAction.WITHDRAW, after)

    async def stop(self, actor: Actor, operation_id: OperationId) -> Reply:
        """Cancel it between the last approval and the request, for anybody who may act on it."""
        with self.cancels.deciding(operation_id):
            return await self._try_to_stop(actor, operation_id)

    async def _try_to_stop(self, actor: Actor, operation_id: OperationId) -> Reply:
        def stop(operation: Operation, access_data: AccessData) -> Transition:
            return self._stop(actor, operation, access_data)

        memberships = await self.authorizer.for_action(operation_id, actor, to=SAY)
        after = await self.store.change(operation_id, stop, memberships=memberships)
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.STOP, operation_id)
        told = self._reported(after, Result.CANCELLED)
        return told or await self._denied_or_late(actor, AttemptedAction.STOP, after)

    async def close(self, actor: Actor, operation_id: OperationId) -> Reply:
        """Close an operation that needs a human, on the word of somebody who may clear the pipeline."""

        def end(operation: Operation, access_data: AccessData) -> Transition:
            now = self.clock.now()
            decision = access_data.may(actor, Action.CLEAR, operation.pipeline, now)
            return replace(advance(operation, inputs.Closed(actor, decision), now), decision=decision)

        memberships = await self.authorizer.for_action(operation_id, actor, to=[Action.CLEAR])
        after = await self.store.change(operation_id, end, memberships=memberships)
        if after is None:
            return await self.denials.unknown(actor, AttemptedAction.CLOSE, operation_id)
        told = self._reported(after, Result.CLOSED)
        return told or await self._denied_or_late(actor, AttemptedAction.CLOSE, after)

    def _stop(self, actor: Actor, operation: Operation, access_data: AccessData) -> Transition:
        now = self.clock.now()
        decision = access_data.may_any_of(actor, SAY, operation.pipeline, now)
        return replace(advance(operation, inputs.Stopped(actor, decision), now), decision=decision)

    async def _decide(  # noqa: PLR0913 - who, on what, what they tried, and the result
        self,
        actor: Actor,
        operation_id: OperationId,
        tried: AttemptedAction,
        to_input: Callable[[Operation, AccessData, Decision], Input],
        done: Result,
        *,
        others: Callable[[Operation], Iterable[Actor]] = lambda _operation: (),
    ) -> Reply:
        """An approver's action: on somebody else's request, with the right to approve as of now."""

        def evaluate(operation: Operation, access_data: AccessData) -> Transition:
            now = self.clock.now()
            decision = access_data.may(actor, Action.APPROVE, operation.pipeline, now)
            after = advance(operation, to_input(operation, access_data, decision), now)
            return replace(after, decision=decision)

        memberships = await self.authorizer.for_action(
            operation_id, actor, to=[Action.APPROVE], others=others
        )
        try:
            after = await self.store.change(operation_id, evaluate, memberships=memberships)
        except PipelineBusy as busy:
            before = await self.store.operation(operation_id)
            if before is not None:
                await self.denials.note(actor, tried, before, BUSY)
            return replies.Busy(busy.holder, may_close=False)
        if after is None:
            return await self.denials.unknown(actor, tried, operation_id)
        operation = after.operation
        if any(event.by == actor for event in after.events):
            return self._reported(after, done) or ActionResult(Result.ALREADY_DECIDED, operation)
        self._reported(after, done)  # it may have lapsed at this very click
        if after.decision is not None and not after.decision.allowed:
            return await self._refused(actor, tried, operation, after.decision)
        if operation.requester == actor:
            await self.denials.note(actor, tried, operation, OWN_REQUEST)
            own = Result.OWN_BREAK_GLASS if tried is AttemptedAction.SIGN_OFF else Result.OWN_REQUEST
            return ActionResult(own, operation)
        if operation.state is State.AWAITING_APPROVAL and actor in {
            given.by for given in operation.approval.given
        }:
            await self.denials.note(actor, tried, operation, APPROVED_BEFORE)
            return ActionResult(Result.APPROVED_BEFORE, operation)
        return await self.denials.too_late(actor, tried, operation)

    def _reported(self, after: Transition, done: Result) -> ActionResult | None:
        if not after.events:
            return None
        self.work()
        return ActionResult(done, after.operation)

    async def _denied_or_late(self, actor: Actor, tried: AttemptedAction, after: Transition) -> Reply:
        if after.decision is not None and not after.decision.allowed:
            return await self._refused(actor, tried, after.operation, after.decision)
        return await self.denials.too_late(actor, tried, after.operation)

    async def _refused(
        self, actor: Actor, tried: AttemptedAction, operation: Operation, decision: Decision
    ) -> Reply:
        await self.denials.note(actor, tried, operation, decision.why.value, decision)
        denied = replies.PermissionDenied(operation.pipeline, decision, operation.plan, tried=tried)
        return await with_admins(denied, self.authorizer)
