"""What people can do, one method each: decide, write one transaction, and return a reply.

Nothing here changes a pipeline or posts anywhere: that is for the loops, which are woken when there is work.
"""

import difflib
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

from bot.domain import happenings
from bot.domain.access import Action, Decision, Grant, decide
from bot.domain.advance import advance
from bot.domain.commands import Clear
from bot.domain.happenings import Transition
from bot.domain.names import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations import Event, EventKind, Operation, Reviewed, State
from bot.domain.pipelines import Absent, Identity, Pipeline, Problem, Seen, Storage
from bot.engine.ports import Clock, PipelineBusy, Pipelines, Store
from bot.engine.replies import (
    AlreadyCleared,
    AlreadyDecided,
    Begun,
    Busy,
    ClearingAlready,
    ClosedByHand,
    Denied,
    Described,
    NeverMind,
    NoAnswer,
    NotFound,
    NotKnown,
    NotStopped,
    NotUnderstood,
    NotYours,
    Preview,
    Reply,
    TooOld,
)

CLOSE_NAMES = 3  # suggestions beside an unknown name
OPERATION_ID_BYTES = 16  # random: a button's value cannot be guessed


@dataclass(frozen=True, slots=True)
class Handlers:
    """`work` is called whenever something was written that a loop should take up."""

    store: Store
    pipelines: Pipelines
    clock: Clock
    work: Callable[[], None]

    async def may(self, actor: Actor, action: Action, name: PipelineName) -> Decision:
        """Whether `actor` may do this now, by the store alone: quick enough to ask before an ack."""
        return decide(actor, action, name, await self.store.grants(actor), self.clock.now())

    async def preview_clear(self, actor: Actor, command: Clear, origin: ChannelId) -> Reply:
        """Show what a clear would destroy. Writes the proposal that the preview's buttons stand for."""
        decision = await self.may(actor, Action.CLEAR, command.name)
        if not decision.allowed:
            return Denied(command.name, decision)
        holder = await self.store.live_on(command.name)
        if holder is not None:
            return await self._busy(actor, holder)
        seen = await self._look(actor, command.name)
        if not isinstance(seen, Pipeline):
            return seen
        here = await self.pipelines.identity()
        if isinstance(here, Problem):
            return NoAnswer(command.name, here)
        return _why_not(seen) or await self._propose(actor, command, origin, pipeline=seen, feldera=here)

    async def describe(self, actor: Actor, name: PipelineName) -> Reply:
        """The pipeline's state, for whoever may see it."""
        decision = await self.may(actor, Action.VIEW, name)
        if not decision.allowed:
            return Denied(name, decision)
        seen = await self._look(actor, name)
        if not isinstance(seen, Pipeline):
            return seen
        return Described(seen, await self.store.live_on(name))

    async def confirm(self, actor: Actor, operation_id: OperationId) -> Reply:
        """Take the proposal on. From here it is carried out, whatever happens to this process."""

        def take_on(operation: Operation, grants: tuple[Grant, ...]) -> Transition:
            now = self.clock.now()
            decision = decide(actor, Action.CLEAR, operation.pipeline, grants, now)
            return advance(operation, happenings.Confirmed(actor, decision), now)

        try:
            after = await self.store.change(operation_id, take_on, acting=actor)
        except PipelineBusy as busy:
            return await self._busy(actor, busy.holder)
        if after is None:
            return NotKnown()
        operation = after.operation
        if operation.requester != actor:
            return NotYours()
        if after.events:
            self.work()
            return Begun(operation)
        if operation.state is State.PROPOSED:
            decision = await self.may(actor, Action.CLEAR, operation.pipeline)
            return Denied(operation.pipeline, decision, confirming=True)
        lapsed = operation.state is State.EXPIRED and operation.confirmed_at is None
        return TooOld(operation) if lapsed else AlreadyDecided(operation)

    async def drop(self, actor: Actor, operation_id: OperationId) -> Reply:
        """*Never mind*: the proposal is over."""

        def withdraw(operation: Operation, _grants: tuple[Grant, ...]) -> Transition:
            return advance(operation, happenings.Withdrawn(actor), self.clock.now())

        after = await self.store.change(operation_id, withdraw)
        if after is None:
            return NotKnown()
        operation = after.operation
        if operation.requester != actor:
            return NotYours()
        if operation.confirmed_at is None:
            return NeverMind(operation)
        return AlreadyDecided(operation)

    async def close(self, actor: Actor, operation_id: OperationId) -> Reply:
        """End an operation that waits for a human, on the word of somebody who may clear the pipeline."""

        def end(operation: Operation, grants: tuple[Grant, ...]) -> Transition:
            now = self.clock.now()
            decision = decide(actor, Action.CLEAR, operation.pipeline, grants, now)
            return advance(operation, happenings.Closed(actor, decision), now)

        after = await self.store.change(operation_id, end, acting=actor)
        if after is None:
            return NotKnown()
        operation = after.operation
        if after.events:
            self.work()
            return ClosedByHand(operation)
        decision = await self.may(actor, Action.CLEAR, operation.pipeline)
        if not decision.allowed:
            return Denied(operation.pipeline, decision)
        return AlreadyDecided(operation)

    async def _propose(
        self, actor: Actor, command: Clear, origin: ChannelId, *, pipeline: Pipeline, feldera: Identity
    ) -> Preview:
        now = self.clock.now()
        operation = Operation(
            id=OperationId(secrets.token_urlsafe(OPERATION_ID_BYTES)),
            requester=actor,
            origin=origin,
            pipeline=pipeline.name,
            reviewed=Reviewed.of(pipeline),
            reason=command.reason,
            created_at=now,
            feldera=feldera,
        )
        await self.store.propose(operation, Event(EventKind.PROPOSED, now))
        return Preview(operation, pipeline)

    async def _look(self, actor: Actor, name: PipelineName) -> Pipeline | NoAnswer | NotFound:
        look = await self.pipelines.look(name)
        match look:
            case Problem():
                return NoAnswer(name, look)
            case Absent():
                return await self._not_found(actor, name)
            case Seen(pipeline):
                return pipeline
            case _:
                assert_never(look)

    async def _busy(self, actor: Actor, holder: Operation) -> Busy:
        may_close = False
        if holder.state is State.NEEDS_HUMAN:
            may_close = (await self.may(actor, Action.CLEAR, holder.pipeline)).allowed
        return Busy(holder, may_close=may_close)

    async def _not_found(self, actor: Actor, name: PipelineName) -> NotFound:
        everything = await self.pipelines.look_at_all()
        if isinstance(everything, Problem):
            return NotFound(name, close=())
        grants = await self.store.grants(actor)
        now = self.clock.now()
        visible = [other for other in everything if decide(actor, Action.VIEW, other, grants, now).allowed]
        return NotFound(name, close=_close_to(name, visible))


def _close_to(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The names most like this one; a difference in case alone is the likeliest slip of all."""
    spelled: dict[str, list[PipelineName]] = defaultdict(list)
    for other in names:
        spelled[other.lower()].append(other)
    close = difflib.get_close_matches(name.lower(), spelled, n=CLOSE_NAMES)
    return tuple(other for lower in close for other in spelled[lower])[:CLOSE_NAMES]


def _why_not(pipeline: Pipeline) -> Reply | None:
    """Why there is nothing to confirm, if there is not."""
    match pipeline.storage:
        case Storage.CLEARED:
            return AlreadyCleared(pipeline)
        case Storage.CLEARING:
            return ClearingAlready(pipeline)
        case Storage.OTHER:
            return NotUnderstood(pipeline)
        case Storage.IN_USE:
            return None if pipeline.is_stopped else NotStopped(pipeline)
        case _:
            assert_never(pipeline.storage)
