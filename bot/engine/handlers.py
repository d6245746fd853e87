"""What people can do about a clear of their own: look, confirm, drop, look at its state, close it by hand.

Each decides, writes one transaction, and returns a reply. Nothing here changes a pipeline or posts anywhere: that is
for the loops, which are woken when there is work.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from bot.domain import happenings
from bot.domain.access import Action, Decision
from bot.domain.advance import advance
from bot.domain.authority import Authority, Facts, authority, authority_of
from bot.domain.commands import Clear
from bot.domain.happenings import Transition
from bot.domain.names import Actor, ChannelId, OperationId, PipelineName, close_to
from bot.domain.operations import Event, EventKind, Operation, Reviewed, State
from bot.domain.pipelines import Absent, Identity, Pipeline, Problem, Seen, Storage
from bot.domain.policy import frozen
from bot.engine import replies
from bot.engine.judging import Judge
from bot.engine.ports import Clock, PipelineBusy, Pipelines, Store
from bot.engine.refusing import NOT_THEIRS, TOO_LATE, Tried, hindered, refusal, refused, unknown
from bot.engine.replies import Reply

OPERATION_ID_BYTES = (
    15  # random, so that a button's value cannot be guessed: 24 letters and digits in base 32
)
OPEN_REQUESTS_MAX = 5  # of one person
_ASKS = (Action.CLEAR, Action.REQUEST, Action.BREAK_GLASS)


@dataclass(frozen=True, slots=True)
class Handlers:
    """`work` is called whenever something was written that a loop should take up."""

    store: Store
    pipelines: Pipelines
    judge: Judge
    clock: Clock
    work: Callable[[], None]

    async def may_ask(self, actor: Actor, command: Clear) -> Decision:
        """Whether `actor` may clear it or ask for that: quick enough to answer before an ack."""
        facts, now = await self.judge.facts(actor, on=[command.name], to=_ASKS), self.clock.now()
        wanted = (Action.BREAK_GLASS,) if command.incident else (Action.CLEAR, Action.REQUEST)
        decisions = [facts.may(actor, action, command.name, now) for action in wanted]
        decision = next((each for each in decisions if each.allowed), decisions[-1])
        if not decision.allowed:
            await self.refused(actor, command.name, decision)
        return decision

    async def may_see(self, actor: Actor, name: PipelineName) -> Decision:
        decision = await self.judge.may(actor, Action.VIEW, name)
        if not decision.allowed:
            await self.refused(actor, name, decision)
        return decision

    async def refused(self, actor: Actor, name: PipelineName, decision: Decision) -> None:
        """Record that somebody was told no."""
        await self.store.note(refused(actor, name, decision, self.clock.now()))

    async def preview_clear(self, actor: Actor, command: Clear, origin: ChannelId) -> Reply:
        """Show what a clear would destroy and take. Writes the proposal that the preview's buttons stand for."""
        decision = await self.may_ask(actor, command)
        if not decision.allowed:
            return replies.Denied(command.name, decision)
        facts, now = await self.judge.facts(actor, on=[command.name], to=_ASKS), self.clock.now()
        basis = authority_of(actor, command.name, facts, now, incident=command.incident)
        hindrance = _hindrance(command, basis) or await self._in_the_way(actor, command.name, basis)
        if hindrance is not None:
            event = hindered(actor, command.name, hindrance, basis, now)
            if event is not None:
                await self.store.note(event)
            return hindrance
        seen = await self._look(actor, command.name)
        if not isinstance(seen, Pipeline):
            return seen
        here = await self.pipelines.identity()
        if isinstance(here, Problem):
            return replies.NoAnswer(command.name, here)
        return _why_not(seen) or await self._propose(
            actor, command, origin, pipeline=seen, feldera=here, basis=basis
        )

    async def describe(self, actor: Actor, name: PipelineName) -> Reply:
        """The pipeline's state, for whoever may see it."""
        decision = await self.may_see(actor, name)
        if not decision.allowed:
            return replies.Denied(name, decision)
        seen = await self._look(actor, name)
        if not isinstance(seen, Pipeline):
            return seen
        freezes, now = await self.store.freezes(self.clock.now()), self.clock.now()
        return replies.Described(
            seen,
            live=await self.store.live_on(name),
            pending=await self.store.pending_on(name),
            freeze=frozen(freezes, name, now),
        )

    async def confirm(self, actor: Actor, operation_id: OperationId, *, typed: str | None = None) -> Reply:
        """Take the proposal on. From here it is carried out or asked for, whatever happens to this process.

        `typed` is the pipeline's name once more, without which no glass is broken.
        """

        def take_on(operation: Operation, facts: Facts) -> Transition:
            if operation.incident and typed != operation.pipeline:
                return Transition(operation)
            now = self.clock.now()
            basis = authority(operation, facts, now)
            if basis.approvals_needed and facts.open_requests >= OPEN_REQUESTS_MAX:
                return Transition(operation)
            return advance(operation, happenings.Confirmed(actor, basis), now)

        standings = await self.judge.anew(operation_id, [actor], to=_ASKS)
        try:
            after = await self.store.change(operation_id, take_on, standings=standings)
        except PipelineBusy as busy:
            return await self._busy_or_asked(actor, busy.holder)
        if after is None:
            return await self._unknown(actor, Tried.CONFIRM, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self._not_theirs(actor, Tried.CONFIRM, operation)
        if operation.state is State.EXPIRED and operation.confirmed_at is None:
            await self._note(actor, Tried.CONFIRM, operation, TOO_LATE)
            return replies.TooOld(operation)
        if after.events:
            self.work()
            waits = operation.state is State.AWAITING_APPROVAL
            return replies.Asked(operation) if waits else replies.Begun(operation)
        if operation.state is State.PROPOSED:
            # As it was decided: what is remembered of the person may be better than what was just learned.
            return await self._why_unconfirmed(operation, await self.store.facts(standings), typed)
        return await self._too_late(actor, Tried.CONFIRM, operation)

    async def drop(self, actor: Actor, operation_id: OperationId) -> Reply:
        """*Never mind*: the proposal is over."""

        def withdraw(operation: Operation, _facts: Facts) -> Transition:
            if operation.confirmed_at is not None:
                return Transition(operation)
            return advance(operation, happenings.Withdrawn(actor), self.clock.now())

        after = await self.store.change(operation_id, withdraw, standings={})
        if after is None:
            return await self._unknown(actor, Tried.DROP, operation_id)
        operation = after.operation
        if operation.requester != actor:
            return await self._not_theirs(actor, Tried.DROP, operation)
        if operation.confirmed_at is None:
            return replies.NeverMind(operation)
        return await self._too_late(actor, Tried.DROP, operation)

    async def close(self, actor: Actor, operation_id: OperationId) -> Reply:
        """End an operation that waits for a human, on the word of somebody who may clear the pipeline."""

        def end(operation: Operation, facts: Facts) -> Transition:
            now = self.clock.now()
            decision = facts.may(actor, Action.CLEAR, operation.pipeline, now)
            return advance(operation, happenings.Closed(actor, decision), now)

        standings = await self.judge.anew(operation_id, [actor], to=[Action.CLEAR])
        after = await self.store.change(operation_id, end, standings=standings)
        if after is None:
            return await self._unknown(actor, Tried.CLOSE, operation_id)
        operation = after.operation
        if after.events:
            self.work()
            return replies.ClosedByHand(operation)
        facts, now = await self.store.facts(standings), self.clock.now()
        decision = facts.may(actor, Action.CLEAR, operation.pipeline, now)
        if not decision.allowed:
            await self._note(actor, Tried.CLOSE, operation, decision.why.value, decision)
            return replies.Denied(operation.pipeline, decision)
        return await self._too_late(actor, Tried.CLOSE, operation)

    async def _not_theirs(self, actor: Actor, tried: Tried, operation: Operation) -> Reply:
        await self._note(actor, tried, operation, NOT_THEIRS)
        return replies.NotYours()

    async def _too_late(self, actor: Actor, tried: Tried, operation: Operation) -> Reply:
        await self._note(actor, tried, operation, TOO_LATE)
        return replies.AlreadyDecided(operation)

    async def _unknown(self, actor: Actor, tried: Tried, said: str) -> Reply:
        await self.store.note(unknown(actor, tried, said, self.clock.now()))
        return replies.NotKnown()

    async def _note(
        self,
        actor: Actor,
        tried: Tried,
        operation: Operation,
        why: str,
        decided_by: Decision | None = None,
    ) -> None:
        event = refusal(actor, tried, operation, why, self.clock.now(), decided_by=decided_by)
        await self.store.note(event, operation.id)

    async def _propose(  # noqa: PLR0913 - what a proposal is made of
        self,
        actor: Actor,
        command: Clear,
        origin: ChannelId,
        *,
        pipeline: Pipeline,
        feldera: Identity,
        basis: Authority,
    ) -> replies.Preview:
        now = self.clock.now()
        operation = Operation(
            id=_new_id(),
            requester=actor,
            origin=origin,
            pipeline=pipeline.name,
            reviewed=Reviewed.of(pipeline),
            reason=command.reason,
            incident=command.incident,
            approvals_needed=basis.approvals_needed,
            last_cleared_at=await self.store.last_cleared_at(pipeline.name),
            created_at=now,
            feldera=feldera,
        )
        # What is wanted, word by word, is in the record itself: nobody can change it afterwards.
        wanted = {"pipeline": operation.pipeline, "reviewed": operation.reviewed.id}
        said = {"reason": operation.reason, "incident": operation.incident}
        await self.store.propose(operation, Event(EventKind.PROPOSED, now, wanted | said, by=actor))
        return replies.Preview(operation, pipeline, basis)

    async def _in_the_way(self, actor: Actor, name: PipelineName, basis: Authority) -> Reply | None:
        holder = await self.store.live_on(name)
        if holder is not None:
            return await self._busy_or_asked(actor, holder)
        if not basis.approvals_needed:
            return None
        asked = await self.store.pending_on(name)
        if asked is not None:
            return replies.AskedAlready(asked)
        waiting = [each for each in await self.store.pending() if each.state is State.AWAITING_APPROVAL]
        is_full = sum(each.requester == actor for each in waiting) >= OPEN_REQUESTS_MAX
        return replies.TooManyOpen(name, OPEN_REQUESTS_MAX) if is_full else None

    async def _why_unconfirmed(self, operation: Operation, facts: Facts, typed: str | None) -> Reply:
        now = self.clock.now()
        basis = authority(operation, facts, now)
        reply = _why_not_taken_on(operation, basis, typed)
        if reply is None:
            # They meant to ask others, and nobody needs to be asked any more: they decide on that, too.
            again = Clear(operation.pipeline, operation.reason, operation.incident)
            return await self.preview_clear(operation.requester, again, operation.origin)
        event = (
            refused(operation.requester, operation.pipeline, basis.requester, now)
            if isinstance(reply, replies.Denied)
            else hindered(operation.requester, operation.pipeline, reply, basis, now)
        )
        if event is not None:
            await self.store.note(event, operation.id)
        return reply

    async def _look(self, actor: Actor, name: PipelineName) -> Pipeline | replies.NoAnswer | replies.NotFound:
        look = await self.pipelines.look(name)
        match look:
            case Problem():
                return replies.NoAnswer(name, look)
            case Absent():
                return await self._not_found(actor, name)
            case Seen(pipeline):
                return pipeline
            case _:
                assert_never(look)

    async def _busy_or_asked(self, actor: Actor, holder: Operation) -> replies.Busy | replies.AskedAlready:
        if holder.state is State.AWAITING_APPROVAL:
            return replies.AskedAlready(holder)
        may_close = False
        if holder.state is State.NEEDS_HUMAN:
            may_close = (await self.judge.may(actor, Action.CLEAR, holder.pipeline)).allowed
        return replies.Busy(holder, may_close=may_close)

    async def _not_found(self, actor: Actor, name: PipelineName) -> replies.NotFound:
        everything = await self.pipelines.look_at_all()
        if isinstance(everything, Problem):
            return replies.NotFound(name, close=())
        facts, now = await self.judge.facts(actor), self.clock.now()
        visible = [other for other in everything if facts.may(actor, Action.VIEW, other, now).allowed]
        return replies.NotFound(name, close=close_to(name, visible))


def _new_id() -> OperationId:
    """Random; lower case letters and digits, so that its beginning can be typed."""
    return OperationId(base64.b32encode(secrets.token_bytes(OPERATION_ID_BYTES)).decode("ascii").lower())


def _hindrance(command: Clear, basis: Authority) -> Reply | None:
    """What the rules have against it, before anything is looked at."""
    if basis.freeze is not None:
        return replies.Frozen(command.name, basis.freeze)
    if command.incident and not basis.terms.break_glass:
        return replies.GlassForbidden(command.name, basis.terms)
    if not basis.terms.takes_reason(command.reason, command.incident):
        return replies.ReasonWanted(command.name, basis.terms, command.incident)
    return None


def _why_not_taken_on(operation: Operation, basis: Authority, typed: str | None) -> Reply | None:
    """Why a proposal stays one, by elimination; None where less is asked now than was shown."""
    name = operation.pipeline
    if operation.incident and typed != name:
        return replies.NameWanted(operation)
    if not basis.requester.allowed:
        return replies.Denied(name, basis.requester, confirming=True)
    if basis.freeze is not None:
        return replies.Frozen(name, basis.freeze)
    if not basis.may_ask:
        return replies.GlassForbidden(name, basis.terms)
    if not basis.terms.takes_reason(operation.reason, operation.incident):
        return replies.ReasonWanted(name, basis.terms, operation.incident)
    return replies.TooManyOpen(name, OPEN_REQUESTS_MAX) if basis.approvals_needed else None


def _why_not(pipeline: Pipeline) -> Reply | None:
    """Why there is nothing to confirm, if there is not."""
    match pipeline.storage:
        case Storage.CLEARED:
            return replies.AlreadyCleared(pipeline)
        case Storage.CLEARING:
            return replies.ClearingAlready(pipeline)
        case Storage.OTHER:
            return replies.NotUnderstood(pipeline)
        case Storage.IN_USE:
            return None if pipeline.is_stopped else replies.NotStopped(pipeline)
        case _:
            assert_never(pipeline.storage)
