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

from bot.domain.access import Action, Grant, decide
from bot.domain.advance import advance
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
from bot.domain.pipelines import Absent, Look, Pipeline, Problem, Seen
from bot.engine.ports import Clock, Pipelines, Store

log = structlog.get_logger(__name__)

Looks = Callable[[PipelineName], Look]


@dataclass(slots=True)
class Driver:
    """`changed` is called when people should be told something; `wake` cuts the wait for the next round short."""

    store: Store
    pipelines: Pipelines
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
        live = await self.store.live()
        due = [operation for operation in live if operation.due_at is not None and operation.due_at <= now]
        if due:
            # Whoever waits is looked at with the rest: it costs nothing, and rounds stay together.
            waiting = [operation for operation in live if operation.state is State.WAITING]
            await self._round({operation.id: operation for operation in [*due, *waiting]}.values())
            live = await self.store.live()
        return min((operation.due_at for operation in live if operation.due_at is not None), default=None)

    async def _round(self, operations: Iterable[Operation]) -> None:
        unplaced = [operation for operation in operations if _has_no_card(operation)]
        placed = [operation for operation in operations if not _has_no_card(operation)]
        for operation in unplaced:
            await self._change(operation, TimePassed())
        if placed:
            looks = await self._look_at([operation.pipeline for operation in placed])
            async with asyncio.TaskGroup() as group:
                for operation in placed:
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
        return lambda name: _as_look(pipelines.get(name))

    async def _take_on(self, operation: Operation, look: Look) -> None:
        effect = await self._look_upon(operation, look)
        while effect is not None:
            effect = await self._change(operation, await self._carry_out(operation, effect))

    async def _look_upon(self, operation: Operation, look: Look) -> Effect | None:
        def weigh(current: Operation, grants: tuple[Grant, ...]) -> Transition:
            now = self.clock.now()
            decision = decide(current.requester, Action.CLEAR, current.pipeline, grants, now)
            return advance(current, Looked(look, decision, self.spread.uniform(-1, 1)), now)

        return self._told(await self.store.change(operation.id, weigh))

    async def _change(self, operation: Operation, happening: Happening) -> Effect | None:
        def weigh(current: Operation, _grants: tuple[Grant, ...]) -> Transition:
            return advance(current, happening, self.clock.now())

        return self._told(await self.store.change(operation.id, weigh))

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


def _as_look(found: Pipeline | Problem | None) -> Look:
    if found is None:
        return Absent()
    return found if isinstance(found, Problem) else Seen(found)


def _has_no_card(operation: Operation) -> bool:
    """Whether it must not be sent yet: nothing is cleared that is not shown somewhere."""
    return operation.state is State.READY and operation.card is None
