"""Sender: sends an operation's request right after a last look at its pipeline. All slow work comes before that look.

Feldera takes no precondition with a request, so the time between the look and the request is kept as short as possible:
the connection is ready, and only the commit comes between. A request that would be later is not sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import ASKS, Action, Membership
from bot.domain.ids import Actor
from bot.domain.operations.inputs import Effect, Send, Transition
from bot.domain.operations.machine.transitions import RESEND_AFTER
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.observations import believed
from bot.domain.pipelines.pipeline import Answer, Look, Problem
from bot.engine.authorizer import Authorizer
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.pending_cancels import PendingCancels
from bot.engine.ports import Clock, Connection, Decide, Pipelines
from bot.engine.work_context import span

LOOK_GOOD_FOR = 2.0  # seconds from asking for the last look to the first byte of the request that rests on it
CANCELS_HOLD_UP_FOR = timedelta(seconds=30)  # after the cancel window; each cancel is decided in seconds
STANDINGS_GOOD_FOR = 5.0  # seconds from asking Slack about people; connecting may take longer

_CARRIES = (*ASKS, Action.APPROVE)

Change = Callable[[Operation, Decide, Mapping[Actor, Membership]], Awaitable[Effect | None]]
"""Make the decision in a transaction; returns the effect to run once it is stored."""


@dataclass(frozen=True, slots=True)
class Sender:
    pipelines: Pipelines
    authorizer: Authorizer
    clock: Clock
    stalls: StallDetector
    cancels: PendingCancels

    async def look_and_send(
        self, operation: Operation, looked: Callable[[Look], Decide], change: Change
    ) -> Effect | Answer | None:
        """Look once more, and send if `looked` decides so: returns Feldera's answer, or the effect to run instead.

        What was delivered while this process was stalled is processed first; if it stalls again on the way, nothing is
        decided, and the operation stays as it is.
        """
        with span(f"look and {operation.step_name.value}"):
            return await self._look_and_send(operation, looked, change)

    async def _look_and_send(
        self, operation: Operation, looked: Callable[[Look], Decide], change: Change
    ) -> Effect | Answer | None:
        stalls = await self.stalls.caught_up()
        async with self.pipelines.connection(operation.pipeline) as connection:
            people = [operation.requester, *(approval.by for approval in operation.approval.given)]
            memberships = await self.authorizer.for_sending(people, on=operation.pipeline, to=_CARRIES)
            asked_at = self.clock.monotonic()
            await connection.make()
            can_wait = await self.cancels.decided(operation.id)
            if self.clock.monotonic() - asked_at > STANDINGS_GOOD_FOR:
                memberships = await self.authorizer.for_sending(people, on=operation.pipeline, to=_CARRIES)
            looked_at = self.clock.monotonic()
            decide = looked(await _last_look(operation, connection))

            def unless_held_up(current: Operation, access_data: AccessData) -> Transition:
                is_stalled = self.stalls.is_stalled() or self.stalls.count != stalls
                # Only for so long: nobody may delay a request by pressing again and again.
                until = (
                    None
                    if current.cancellable_until is None
                    else current.cancellable_until + CANCELS_HOLD_UP_FOR
                )
                waits = can_wait and until is not None and self.clock.now() < until
                if is_stalled or (waits and self.cancels.are_being_decided(operation.id)):
                    return Transition(current)
                return decide(current, access_data)

            effect = await change(operation, unless_held_up, memberships)
            if not isinstance(effect, Send):
                return effect
            return await connection.submit(operation.step_name, not_after=looked_at + LOOK_GOOD_FOR)


async def _last_look(operation: Operation, connection: Connection) -> Look:
    observation = await connection.observe(operation.previewed.id)
    return observation if isinstance(observation, Problem) else believed(operation, observation)


def may_be_sent(operation: Operation, look: Look, now: datetime) -> bool:
    """Whether a request may come next: only then do people's rights matter, as of that moment."""
    if isinstance(look, Problem):
        return False
    if operation.state is State.SUBMITTING:
        return now >= (operation.attempt.submitted_at or now) + RESEND_AFTER
    return operation.state is State.READY
