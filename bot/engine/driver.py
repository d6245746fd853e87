"""The loop that moves operations forward. Level-triggered: it looks at what is stored, not at what was said.

Each round asks Feldera once, however many operations are due, and takes each of them one step on. A round that was
cut short at any point leaves rows that the next one takes up; after a restart the first round does.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.advance import advance
from bot.domain.authority import Facts, authority
from bot.domain.happenings import (
    Answered,
    Effect,
    Happening,
    HealthRead,
    HistoryRead,
    Looked,
    ReadHealth,
    ReadHistory,
    Send,
    TimePassed,
    Transition,
)
from bot.domain.names import PipelineName
from bot.domain.operations import EventKind, Operation, State
from bot.domain.pipelines import Absent, Look, Problem, Seen
from bot.engine.judging import Judge
from bot.engine.ports import Clock, Pipelines, Store

log = structlog.get_logger(__name__)

Looks = Callable[[PipelineName], Look]


@dataclass(slots=True)
class Driver:
    """`changed` is called when people should be told something; `wake` cuts the wait for the next round short."""

    store: Store
    pipelines: Pipelines
    judge: Judge
    clock: Clock
    changed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    spread: random.Random = field(default_factory=random.Random)

    async def run(self, stopping: asyncio.Event) -> None:
        """Tick whenever something is due, until `stopping` is set (and `wake` with it)."""
        while not stopping.is_set():
            self.wake.clear()
            await self.clock.wait(self.wake, await self.tick())

    async def tick(self) -> datetime | None:
        """Take every due operation one step on; return when the next is due."""
        now = self.clock.now()
        underway = await self.store.underway()
        due = [
            operation for operation in underway if operation.due_at is not None and operation.due_at <= now
        ]
        if due:
            # Whoever waits is looked at with the rest: it costs nothing, and rounds stay together.
            waiting = [operation for operation in underway if operation.state is State.WAITING]
            await self._round({operation.id: operation for operation in [*due, *waiting]}.values())
            underway = await self.store.underway()
        return min((operation.due_at for operation in underway if operation.due_at is not None), default=None)

    async def _round(self, operations: Iterable[Operation]) -> None:
        to_look_at = []
        for operation in operations:
            if _needs_no_look(operation):
                await self._change(operation, TimePassed())
            else:
                to_look_at.append(operation)
        if to_look_at:
            looks = await self._look_at([operation.pipeline for operation in to_look_at])
            async with asyncio.TaskGroup() as group:
                for operation in to_look_at:
                    group.create_task(self._take_on(operation, looks(operation.pipeline)))

    async def _look_at(self, names: list[PipelineName]) -> Looks:
        if len(names) == 1:
            look = await self.pipelines.look(names[0])
            return lambda _name: look
        everything = await self.pipelines.look_at_all()
        if isinstance(everything, Problem):
            problem = everything
            return lambda _name: problem
        pipelines = everything
        return lambda name: Seen(pipelines[name]) if name in pipelines else Absent()

    async def _take_on(self, operation: Operation, look: Look) -> None:
        effect = await self._look_upon(operation, look)
        while effect is not None:
            effect = await self._change(operation, await self._carry_out(operation, effect))

    async def _look_upon(self, operation: Operation, look: Look) -> Effect | None:
        # Only before a request do people's rights matter, and then as they are at this moment.
        may_send = operation.state in {State.READY, State.SUBMITTING}
        people = [operation.requester, *(approval.by for approval in operation.approvals)] if may_send else []
        standings = await self.judge.standings(people, fresh=True)

        def weigh(current: Operation, facts: Facts) -> Transition:
            now = self.clock.now()
            basis = authority(current, facts, now)
            return advance(current, Looked(look, basis, self.spread.uniform(-1, 1)), now)

        return self._told(await self.store.change(operation.id, weigh, standings=standings))

    async def _change(self, operation: Operation, happening: Happening) -> Effect | None:
        def weigh(current: Operation, _facts: Facts) -> Transition:
            return advance(current, happening, self.clock.now())

        return self._told(await self.store.change(operation.id, weigh, standings={}))

    async def _carry_out(self, operation: Operation, effect: Effect) -> Happening:
        match effect:
            case Send():
                step = operation.plan[operation.step]
                return Answered(await self.pipelines.submit(step, operation.pipeline))
            case ReadHistory():
                return HistoryRead(await self.pipelines.history(operation.pipeline))
            case ReadHealth():
                return HealthRead(await self.pipelines.runner_health())

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


def _needs_no_look(operation: Operation) -> bool:
    """Whether it waits for people, or for its card: nothing is cleared that is not shown somewhere."""
    waits_for_card = operation.state is State.READY and operation.card is None
    return waits_for_card or operation.state is State.AWAITING_APPROVAL
