"""The driver loop moves operations forward. Level-triggered: it reads what is stored, not what was signaled.

Each round asks a Feldera once, however many operations are due on it, and takes each of them one step further. Rounds,
requests and other effects run concurrently, so that one slow Feldera or request delays no other operation; nor does a
pipeline about which Feldera gives no answer: operations whose last look failed have separate rounds. Work that is cut
short at any point leaves rows that the next round processes, or the first round after a restart.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from bot.domain.access.authorization import AccessData, Authorization, authorization_for
from bot.domain.access.permissions import Action, Decision, Membership
from bot.domain.access.rules import Requirements
from bot.domain.ids import Actor, OperationId
from bot.domain.operations import polling
from bot.domain.operations.inputs import Answered, Effect, Input, Looked, TimePassed, Transition
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.unchanged_looks import is_silent, next_look_if_unchanged
from bot.domain.pipelines.observations import believed
from bot.domain.pipelines.pipeline import Accepted, Look, NotSent, Problem, Refused, Unknown
from bot.engine.loops.effects import carry_out
from bot.engine.loops.look_schedule import LookSchedule, Target, looks_by_itself, needs_no_look
from bot.engine.loops.operation_log import log_events
from bot.engine.loops.rule_changes_on_cards import RuleChanges
from bot.engine.loops.sender import Sender, may_be_sent
from bot.engine.loops.step_durations import StepDurations
from bot.engine.loops.step_spans import StepSpans
from bot.engine.ports import Clock, Decide, Pipelines, Store
from bot.engine.work_context import Work, context_of
from bot.event_loop_slices import in_slices, let_others_run

Looks = Callable[[Operation], Look]

_Round = tuple[Target, bool]  # operations looked at together: one Feldera, and whether the last look failed

SHELL_NOTICED_WITHIN = timedelta(seconds=10)
TAKEN_IN_AT_ONCE = 100  # changes in one transaction; commands and clicks get their turn in between
DECISIONS_PER_SLICE = 30  # looks, in about a millisecond
SLICE = 500
"""Operations whose due time alone is checked; what is idle stays idle: only a tick starts anything."""

_NOBODY: Mapping[Actor, Membership] = MappingProxyType({})
_NOT_ASKED = Authorization(Decision(allowed=False, action=Action.CLEAR), Requirements(approvals=0))
"""For a look after which nothing may be sent: nobody's rights matter, and nobody is looked up."""


@dataclass(slots=True)
class Driver:
    """`changed` is called when people should be notified; `wake` cuts the wait for the next round short.

    What is sent, and its outcome, is stored in `store`, and everything else in its `background`, which it overtakes.
    """

    store: Store
    background: Store
    pipelines: Pipelines
    sender: Sender
    clock: Clock
    changed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    spread: random.Random = field(default_factory=random.Random)
    shell_noticed_within: timedelta = SHELL_NOTICED_WITHIN
    spans: StepSpans = field(default_factory=StepSpans)
    _at_work: dict[OperationId, asyncio.Task[None]] = field(default_factory=dict)
    _seen_underway: frozenset[OperationId] = frozenset()
    _failure: BaseException | None = None
    _rounds: dict[_Round, asyncio.Task[None]] = field(default_factory=dict)
    _look_times: LookSchedule = field(init=False)
    _rules: RuleChanges = field(init=False)
    _usual_times: StepDurations = field(init=False)

    def __post_init__(self) -> None:
        self._look_times = LookSchedule(self.clock)
        self._rules = RuleChanges(self.background)
        self._usual_times = StepDurations(self.background)

    async def tick(self) -> datetime | None:
        """Start to take every due operation one step further; return when the next is due."""
        if self._failure is not None:
            broken, self._failure = self._failure, None
            raise broken
        now = self.clock.now()
        underway = await self.background.underway()
        await self._change_all(await self._rules.unseen(underway, self._at_work.keys(), now))
        self._notice_ends(underway)
        idle = [each for each in self.background.last_underway() if each.id not in self._at_work]
        due = [each async for each in in_slices(idle, SLICE) if self._look_times.is_due(each, now)]
        to_look_at: dict[_Round, list[Operation]] = defaultdict(list)
        for operation in due:
            if needs_no_look(operation) or self._look_times.not_before(self._target_of(operation), now) > now:
                continue
            if looks_by_itself(operation):
                self._begin(operation, self._look_and_send(operation))
            elif (round_ := self._round_of(operation)) not in self._rounds:
                to_look_at[round_].append(operation)
        for round_, operations in to_look_at.items():
            # Operations that are due soon join this look, so that rounds stay together.
            waiting = [each async for each in in_slices(idle, SLICE) if self._waits_for(round_, each, now)]
            self._begin_round(round_, {each.id: each for each in [*operations, *waiting]}.values())
        await self._change_all([(each, TimePassed()) for each in due if needs_no_look(each)])
        return await self._next_due(self.background.last_underway())

    def _round_of(self, operation: Operation) -> _Round:
        return self._target_of(operation), operation.outage.failing_since is not None

    def _waits_for(self, round_: _Round, operation: Operation, now: datetime) -> bool:
        """Whether more than half of its wait is over; each look may be a request of its own."""
        if operation.state is not State.WAITING or operation.outage.failing_since is not None:
            return False
        pause = polling.next_look(now - (operation.attempt.accepted_at or now))
        return self._look_times.is_due(operation, now + pause / 2) and self._round_of(operation) == round_

    def _target_of(self, operation: Operation) -> Target:
        return self.pipelines.targets.of(operation.pipeline)

    def _notice_ends(self, underway: Iterable[Operation]) -> None:
        """Notify people of operations that ended elsewhere: the shell cannot wake a loop."""
        ids = frozenset(operation.id for operation in underway)
        ended = self._seen_underway - ids
        if ended:
            for memory in (self._look_times, self._rules, self._usual_times, self.spans):
                memory.forget(ended)
            self.changed()
        self._seen_underway = ids

    async def finished(self) -> None:
        """Wait until no round and no other task is running."""
        while running := [*self._rounds.values(), *self._at_work.values()]:
            await asyncio.wait(running)

    async def abandon(self) -> None:
        """Cancel all that runs: after a restart, a request that may have been sent is looked for."""
        for task in [*self._rounds.values(), *self._at_work.values()]:
            task.cancel()
        await self.finished()

    async def _next_due(self, underway: Iterable[Operation]) -> datetime | None:
        idle = [operation for operation in underway if operation.id not in self._at_work]
        moments = [moment async for each in in_slices(idle, SLICE) for moment in self._moments(each)]
        if idle:  # the shell may deny a request, set a freeze or remove one at any time
            moments.append(self.clock.now() + self.shell_noticed_within)
        return min(moments, default=None)

    def _moments(self, operation: Operation) -> Iterable[datetime]:
        if operation.display.frozen_until is not None:
            yield operation.display.frozen_until
        due_at = self._look_times.due_at(operation)
        if due_at is None:
            return
        if needs_no_look(operation):
            yield due_at
        elif looks_by_itself(operation) or self._round_of(operation) not in self._rounds:
            yield self._look_times.not_before(self._target_of(operation), due_at)
        # else: the end of the round wakes us

    def _begin_round(self, round_: _Round, operations: Iterable[Operation]) -> None:
        placed = list(operations)
        task = asyncio.create_task(self._round(round_[0], placed))
        self._rounds[round_] = task
        # Nothing else processes them during the look.
        self._at_work |= {operation.id: task for operation in placed}
        task.add_done_callback(partial(self._round_ended, round_, placed))

    def _round_ended(self, round_: _Round, placed: list[Operation], task: asyncio.Task[None]) -> None:
        del self._rounds[round_]
        for operation in placed:
            if self._at_work.get(operation.id) is task:  # it was cancelled, or failed
                del self._at_work[operation.id]
        self._note_end(task)

    async def _round(self, target: Target, operations: list[Operation]) -> None:
        asked_at = self.clock.now()
        looks = await self._look_at(target, operations)
        for start in range(0, len(operations), TAKEN_IN_AT_ONCE):
            now, some = self.clock.now(), operations[start : start + TAKEN_IN_AT_ONCE]
            await self._usual_times.read(some, now)
            news: list[tuple[Operation, Look]] = []
            async for operation in in_slices(some, DECISIONS_PER_SLICE):
                look = looks(operation)
                self.spans.looked(operation, look)
                if isinstance(look, Problem):
                    self._look_times.leave_alone(target, look)
                if may_be_sent(operation, look, now):
                    self._begin(operation, self._look_and_send(operation))
                elif not self._is_no_news(operation, look, asked_at=asked_at, now=now):
                    news.append((operation, look))
            await self._take_in(news)
            await let_others_run()

    def _is_no_news(self, operation: Operation, look: Look, *, asked_at: datetime, now: datetime) -> bool:
        """Whether no row needs this look: then its result is kept in memory."""
        spread, usual = self.spread.uniform(-1, 1), self._usual_times.of(operation)
        # From when it was asked, so that a slow answer does not make looks rarer; but Feldera rests as long as it took.
        again = next_look_if_unchanged(operation, look, asked_at, spread=spread, usual=usual)
        if again is not None:
            self._look_times.look_again(operation, max(again, now + (now - asked_at)))
            return True
        after = advance(operation, Looked(look, _NOT_ASKED, spread, usual), now)
        if after.effect is not None or not is_silent(operation, after):
            return False
        self.background.keep([(operation, after.operation)])
        return True

    async def _take_in(self, news: list[tuple[Operation, Look]]) -> None:
        if not news:
            return
        made = await self.background.change_all([(each.id, self._looked(each, look)) for each, look in news])
        for (operation, _), after in zip(news, made, strict=True):
            effect = self._reported(after)
            if effect is not None:
                self._begin(operation, self._follow_up(operation, effect))

    def _begin(self, operation: Operation, work: Coroutine[Any, Any, None]) -> None:
        context = context_of(Work(self.spans.tracer, operation.id))
        task = asyncio.create_task(work, context=context)
        self._at_work[operation.id] = task
        task.add_done_callback(partial(self._ended, operation.id))

    def _ended(self, operation_id: OperationId, task: asyncio.Task[None]) -> None:
        del self._at_work[operation_id]
        self._note_end(task)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._failure = self._failure or task.exception()
        self.wake.set()

    async def _look_at(self, target: Target, operations: list[Operation]) -> Looks:
        observation = await self.pipelines.observe(
            target, {operation.pipeline: operation.previewed.id for operation in operations}
        )
        if isinstance(observation, Problem):
            self._look_times.leave_alone(target, observation)
            return lambda _operation: observation
        return lambda operation: believed(operation, observation)

    async def _follow_up(self, operation: Operation, effect: Effect | None) -> None:
        while effect is not None:
            effect = await self._change(operation, await carry_out(operation, effect, self.pipelines))

    async def _look_and_send(self, operation: Operation) -> None:
        outcome = await self.sender.look_and_send(operation, partial(self._looked, operation), self._decide)
        if isinstance(outcome, Accepted | Refused | NotSent | Unknown):
            if isinstance(outcome, NotSent | Unknown):
                self._look_times.leave_alone(self._target_of(operation), outcome.problem)
            outcome = await self._change(operation, Answered(outcome))
        await self._follow_up(operation, outcome)

    def _looked(self, operation: Operation, look: Look) -> Decide:
        if isinstance(look, Problem):
            self._look_times.leave_alone(self._target_of(operation), look)

        def decide(current: Operation, access_data: AccessData) -> Transition:
            now = self.clock.now()
            spread, usual = self.spread.uniform(-1, 1), self._usual_times.of(current)
            looked = Looked(look, authorization_for(current, access_data, now), spread, usual)
            return advance(current, looked, now)

        return decide

    async def _change(self, operation: Operation, input_: Input) -> Effect | None:
        return await self._decide(operation, self._advanced(input_), _NOBODY)

    async def _change_all(self, changes: Sequence[tuple[Operation, Input]]) -> None:
        """In as few transactions as leave commands and clicks their turn; none of them has an effect to run."""
        for start in range(0, len(changes), TAKEN_IN_AT_ONCE):
            some = changes[start : start + TAKEN_IN_AT_ONCE]
            for after in await self.background.change_all(
                [(operation.id, self._advanced(input_)) for operation, input_ in some]
            ):
                self._reported(after)

    def _advanced(self, input_: Input) -> Decide:
        def decide(current: Operation, _access_data: AccessData) -> Transition:
            return advance(current, input_, self.clock.now())

        return decide

    async def _decide(
        self, operation: Operation, decide: Decide, memberships: Mapping[Actor, Membership]
    ) -> Effect | None:
        return self._reported(await self.store.change(operation.id, decide, memberships=memberships))

    def _reported(self, after: Transition | None) -> Effect | None:
        if after is None:
            return None
        log_events(after)
        self.spans.changed(after)
        if after.events or after.operation.display.rendered_version < after.operation.version:
            self.changed()
        return after.effect
