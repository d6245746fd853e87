"""The loop that moves operations forward. Level-triggered: it looks at what is stored, not at what was said.

Each round asks a Feldera once, however many operations are due on it, and takes each of them one step on. Rounds, and
what follows from them (a request, a record read), run beside each other, so that one slow Feldera or request holds up no
other operation. Work that was cut short at any point leaves rows that the next round takes up; after a restart the
first round does.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

import structlog

from bot.domain.access import Standing
from bot.domain.advance import advance
from bot.domain.authority import Facts, authority
from bot.domain.happenings import (
    Answered,
    Effect,
    Happening,
    HealthRead,
    HistoryRead,
    Looked,
    ProgramErrorRead,
    ReadHealth,
    ReadHistory,
    ReadProgramError,
    RulesSeen,
    Send,
    TimePassed,
    Transition,
)
from bot.domain.names import Actor, OperationId
from bot.domain.observations import believed, believed_history
from bot.domain.operations import EventKind, Operation, State
from bot.domain.pipelines import (
    Accepted,
    Look,
    NotSent,
    Problem,
    Refused,
    Trouble,
    Unknown,
)
from bot.domain.plans import loses_data
from bot.domain.policy import frozen, terms
from bot.domain.targets import TargetName
from bot.domain.turns import RESEND_AFTER
from bot.engine.ports import Clock, Decide, Pipelines, Store
from bot.engine.sending import Sender
from bot.engine.usual_times import UsualTimes

log = structlog.get_logger(__name__)

Looks = Callable[[Operation], Look]

_Target = TargetName | None  # None: the operation is of a target that was taken out of the settings

SHELL_NOTICED_WITHIN = timedelta(seconds=10)

_NOBODY: Mapping[Actor, Standing] = MappingProxyType({})
_NO_LAST_LOOK = Problem(Trouble.UNREACHABLE, "there was no last look at the pipeline")


@dataclass(slots=True)
class Driver:
    """`changed` is called when people should be told something; `wake` cuts the wait for the next round short."""

    store: Store
    pipelines: Pipelines
    sender: Sender
    clock: Clock
    changed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    spread: random.Random = field(default_factory=random.Random)
    _at_work: dict[OperationId, asyncio.Task[None]] = field(default_factory=dict)
    _seen_underway: frozenset[OperationId] = frozenset()
    _broken: BaseException | None = None
    _rounds: dict[_Target, asyncio.Task[None]] = field(default_factory=dict)
    _quiet_until: dict[_Target, datetime] = field(default_factory=dict)  # it asked to be left alone
    _usual_times: UsualTimes = field(init=False)

    def __post_init__(self) -> None:
        self._usual_times = UsualTimes(self.store)

    async def tick(self) -> datetime | None:
        """Begin to take every due operation one step on; return when the next is due."""
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken
        now = self.clock.now()
        underway = await self.store.underway()
        await self._notice_rules(underway, now)
        self._notice_ends(underway)
        idle = [operation for operation in await self.store.underway() if operation.id not in self._at_work]
        due = [operation for operation in idle if operation.due_at is not None and operation.due_at <= now]
        for operation in due:
            if _needs_no_look(operation):
                await self._change(operation, TimePassed())
        to_look_at = self._by_target(operation for operation in due if not _needs_no_look(operation))
        # Whoever waits is looked at with the rest: it costs nothing, and rounds stay together.
        waiting = self._by_target(operation for operation in idle if operation.state is State.WAITING)
        for target, operations in to_look_at.items():
            if target not in self._rounds and not self._is_quiet(target, now):
                self._begin_round(
                    target, {each.id: each for each in [*operations, *waiting.get(target, [])]}.values()
                )
        return self._next_due(await self.store.underway())

    def _by_target(self, operations: Iterable[Operation]) -> Mapping[_Target, list[Operation]]:
        grouped: dict[_Target, list[Operation]] = defaultdict(list)
        for operation in operations:
            grouped[self._target_of(operation)].append(operation)
        return grouped

    def _target_of(self, operation: Operation) -> _Target:
        return self.pipelines.targets.of(operation.pipeline)

    async def _notice_rules(self, underway: Iterable[Operation], now: datetime) -> None:
        """Have each card tell of the freeze on its pipeline and of a rule that asks for more, wherever it was put."""
        freezes, rules = await self.store.freezes(now), await self.store.rules()
        for operation in underway:
            freeze = frozen(freezes, operation.pipeline, now)
            # Nobody but rules asks an operator for approvals.
            ruled = terms(rules, operation.pipeline, is_operator=True, loses_data=loses_data(operation.plan))
            seen = RulesSeen(None if freeze is None else freeze.until, ruled.approvals)
            more = operation.state is State.AWAITING_APPROVAL and seen.approvals > operation.approvals_needed
            if (more or seen.frozen_until != operation.frozen_until) and operation.id not in self._at_work:
                await self._change(operation, seen)

    def _notice_ends(self, underway: Iterable[Operation]) -> None:
        """Have people told of what ended elsewhere: the shell cannot wake anybody."""
        ids = frozenset(operation.id for operation in underway)
        if over := self._seen_underway - ids:
            self._usual_times.forget(over)
            self.changed()
        self._seen_underway = ids

    async def finished(self) -> None:
        """Wait until no round and nothing beside the rounds runs."""
        while running := [*self._rounds.values(), *self._at_work.values()]:
            await asyncio.wait(running)

    async def abandon(self) -> None:
        """Cut short all that runs: a request that may have been sent is looked for at the start."""
        for task in [*self._rounds.values(), *self._at_work.values()]:
            task.cancel()
        await self.finished()

    def _is_quiet(self, target: _Target, now: datetime) -> bool:
        quiet = self._quiet_until.get(target)
        return quiet is not None and now < quiet

    def _next_due(self, underway: Iterable[Operation]) -> datetime | None:
        idle = [operation for operation in underway if operation.id not in self._at_work]
        moments = [moment for operation in idle for moment in self._moments(operation)]
        if idle:  # the shell may deny a request, put a freeze or lift one at any time
            moments.append(self.clock.now() + SHELL_NOTICED_WITHIN)
        return min(moments, default=None)

    def _moments(self, operation: Operation) -> Iterable[datetime]:
        if operation.frozen_until is not None:
            yield operation.frozen_until
        if operation.due_at is None:
            return
        if _needs_no_look(operation):
            yield operation.due_at
        elif (target := self._target_of(operation)) not in self._rounds:  # the end of a round wakes us
            yield max(operation.due_at, self._quiet_until.get(target, operation.due_at))

    def _begin_round(self, target: _Target, operations: Iterable[Operation]) -> None:
        placed = list(operations)
        round_ = asyncio.create_task(self._round(target, placed))
        self._rounds[target] = round_
        # Nobody else takes them up while they are looked at.
        self._at_work |= {operation.id: round_ for operation in placed}
        round_.add_done_callback(partial(self._round_ended, target, placed))

    def _round_ended(self, target: _Target, placed: list[Operation], round_: asyncio.Task[None]) -> None:
        del self._rounds[target]
        for operation in placed:
            if self._at_work.get(operation.id) is round_:  # it was cut short, or broke
                del self._at_work[operation.id]
        self._note_end(round_)

    async def _round(self, target: _Target, operations: list[Operation]) -> None:
        looks = await self._look_at(target, operations)
        for operation in operations:
            task = asyncio.create_task(self._take_on(operation, looks(operation)))
            self._at_work[operation.id] = task
            task.add_done_callback(partial(self._ended, operation.id))

    def _ended(self, operation_id: OperationId, task: asyncio.Task[None]) -> None:
        del self._at_work[operation_id]
        self._note_end(task)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._broken = self._broken or task.exception()
        self.wake.set()

    async def _look_at(self, target: _Target, operations: list[Operation]) -> Looks:
        observation = await self.pipelines.observe(
            target, {operation.pipeline: operation.reviewed.id for operation in operations}
        )
        if isinstance(observation, Problem):
            return self._in_vain(target, observation)
        return lambda operation: believed(operation, observation)

    def _in_vain(self, target: _Target, problem: Problem) -> Looks:
        self._leave_alone(target, problem)
        return lambda _operation: problem

    def _leave_alone(self, target: _Target, problem: Problem) -> None:
        if problem.retry_after:
            until = self.clock.now() + timedelta(seconds=problem.retry_after)
            self._quiet_until[target] = max(until, self._quiet_until.get(target, until))

    async def _take_on(self, operation: Operation, look: Look) -> None:
        if _may_be_sent(operation, look, self.clock.now()):
            effect = await self._look_and_send(operation)
        else:
            await self._usual_times.read(operation, self.clock.now())
            effect = await self._decide(operation, self._looked(operation, look))
        while effect is not None:
            effect = await self._change(operation, await self._carry_out(operation, effect))

    async def _look_and_send(self, operation: Operation) -> Effect | None:
        outcome = await self.sender.look_and_send(operation, partial(self._looked, operation), self._decide)
        if not isinstance(outcome, Accepted | Refused | NotSent | Unknown):
            return outcome
        if isinstance(outcome, NotSent | Unknown):
            self._leave_alone(self._target_of(operation), outcome.problem)
        return await self._change(operation, Answered(outcome))

    def _looked(self, operation: Operation, look: Look) -> Decide:
        if isinstance(look, Problem):
            self._leave_alone(self._target_of(operation), look)

        def decide(current: Operation, facts: Facts) -> Transition:
            now = self.clock.now()
            spread, usual = self.spread.uniform(-1, 1), self._usual_times.of(current)
            looked = Looked(look, authority(current, facts, now), spread, usual)
            return advance(current, looked, now)

        return decide

    async def _change(self, operation: Operation, happening: Happening) -> Effect | None:
        def decide(current: Operation, _facts: Facts) -> Transition:
            return advance(current, happening, self.clock.now())

        return await self._decide(operation, decide)

    async def _decide(
        self, operation: Operation, decide: Decide, standings: Mapping[Actor, Standing] = _NOBODY
    ) -> Effect | None:
        return self._told(await self.store.change(operation.id, decide, standings=standings))

    async def _carry_out(self, operation: Operation, effect: Effect) -> Happening:
        match effect:
            case Send():  # what was not looked at over its own connection, just before, is never sent
                return Answered(NotSent(_NO_LAST_LOOK))
            case ReadHistory(found):
                history = await self.pipelines.history(operation.pipeline)
                return HistoryRead(believed_history(operation, history), found)
            case ReadProgramError():
                return ProgramErrorRead(await self.pipelines.program_error(operation.pipeline))
            case ReadHealth(usual):
                return HealthRead(await self.pipelines.runner_health(operation.pipeline), usual)

    def _told(self, after: Transition | None) -> Effect | None:
        if after is None:
            return None
        for event in after.events:
            warning = event.kind in {EventKind.UNREACHABLE, EventKind.OVERDUE, EventKind.NEEDS_HUMAN}
            report = log.warning if warning else log.info
            about = {
                **event.data,
                "operation": after.operation.id,
                "pipeline": after.operation.pipeline,
                "state": after.operation.state.value,
            }
            report(
                event.kind.value, **{key: value for key, value in about.items() if value not in {None, ""}}
            )
        if after.events or after.operation.rendered_version < after.operation.version:
            self.changed()
        return after.effect


def _may_be_sent(operation: Operation, look: Look, now: datetime) -> bool:
    """Whether a request may come next: only then do people's rights matter, and as they are at that moment."""
    if isinstance(look, Problem):
        return False
    if operation.state is State.SUBMITTING:
        return now >= (operation.submitted_at or now) + RESEND_AFTER
    return operation.state is State.READY


def _needs_no_look(operation: Operation) -> bool:
    """Whether it waits for people, or for its card: nothing is cleared that is not shown somewhere."""
    waits_for_card = operation.state is State.READY and operation.card is None
    return waits_for_card or operation.state is State.AWAITING_APPROVAL
