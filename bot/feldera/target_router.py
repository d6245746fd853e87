"""The target router: the engine's `Pipelines` over one Feldera or several, chosen by pipeline name (`target/name`).

Each target has its own connections, credentials and outages, and nothing here waits for one on behalf of another.
With a single one, names pass through as they are. It decides nothing, and makes no request of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.activity import Shape
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import (
    Answer,
    Look,
    PipelineEvents,
    Problem,
    ProblemKind,
    RunnerHealth,
    Seen,
)
from bot.domain.pipelines.targets import THE_ONLY, TargetName, Targets, name_on_target
from bot.engine.ports import AllPipelines, Metrics, Unmeasured
from bot.feldera.client import FelderaClient
from bot.feldera.duplicate_targets import DuplicateTargets
from bot.feldera.pipeline_list import with_target

LATE_AFTER = 5.0  # seconds: how long a list waits for other targets once one has answered
_UNMEASURED = Unmeasured()
_NO_SUCH_TARGET = Problem(ProblemKind.ELSEWHERE, "no target of this bot has this name")
_LATE = Problem(ProblemKind.UNREACHABLE, f"Feldera did not answer within {LATE_AFTER:g} s.")


class TargetRouter:
    """`clients` by target name; a single one may have any name."""

    def __init__(self, clients: Mapping[TargetName, FelderaClient], metrics: Metrics = _UNMEASURED) -> None:
        if not clients:
            raise ValueError("there must be a Feldera")
        self.targets = Targets(tuple(clients) if len(clients) > 1 else ())
        self._clients = dict(zip(self.targets.all, clients.values(), strict=True))
        self.metrics = metrics
        self._duplicates = DuplicateTargets(self._clients)

    @property
    def clients(self) -> Mapping[TargetName, FelderaClient]:
        """By target: `THE_ONLY` if there is one."""
        return self._clients

    async def look(self, name: PipelineName) -> Look:
        target = self.targets.of(name)
        if target is None:
            return _NO_SUCH_TARGET
        look = _shown(await self._clients[target].look(name_on_target(name)), target)
        self.metrics.looked(target, [look])
        return look

    async def look_at_all(self, target: TargetName | None = None) -> AllPipelines | Problem:
        if target is not None or not self.targets.names:
            return await self._of(target or THE_ONLY)
        looks = {each: asyncio.create_task(self._of(each)) for each in self._clients}
        try:
            await _good_answers(looks.values())
        finally:
            for look in looks.values():
                look.cancel()
        answers = {each: look.result() if _is_done(look) else _LATE for each, look in looks.items()}
        everything = AllPipelines.of(answers)
        # Where nothing answered, the first problem is the answer.
        return next(iter(answers.values())) if len(everything.unanswered) == len(answers) else everything

    async def observe(
        self, target: TargetName | None, reviewed: Mapping[PipelineName, PipelineId | None]
    ) -> Observation | Problem:
        return (
            _NO_SUCH_TARGET
            if target is None
            else await self.observe_by(self._clients[target], target, reviewed)
        )

    async def observe_by(
        self, client: FelderaClient, target: TargetName, reviewed: Mapping[PipelineName, PipelineId | None]
    ) -> Observation | Problem:
        """Like `observe`, over the given connection to the target."""
        named = {name_on_target(name): expected for name, expected in reviewed.items()}
        observed = await client.observe(named)
        self.metrics.looked(
            target, [observed] * len(named) if isinstance(observed, Problem) else observed.looks.values()
        )
        if isinstance(observed, Problem):
            return observed
        first = await self._duplicates.earlier(target, observed)
        if first is not None:
            return Problem(ProblemKind.ELSEWHERE, f"{target} is the same Feldera and tenant as {first}")
        looks = {name: _shown(observed.looks[name_on_target(name)], target) for name in reviewed}
        return Observation(observed.here, looks)

    async def same(self) -> Mapping[TargetName, TargetName]:
        """Each duplicate target with the earlier one that is the same Feldera and tenant; queried now."""
        return await self._duplicates.find()

    @asynccontextmanager
    async def connection(self, name: PipelineName) -> AsyncIterator["_Connection"]:
        target = self.targets.of(name)
        if target is None:
            raise LookupError(name)
        async with self._clients[target].single_connection() as client:
            yield _Connection(self, client, target, name)

    async def history(self, name: PipelineName) -> PipelineEvents | Problem:
        target = self.targets.of(name)
        return (
            _NO_SUCH_TARGET if target is None else await self._clients[target].history(name_on_target(name))
        )

    async def program_error(self, name: PipelineName) -> str | Problem:
        target = self.targets.of(name)
        if target is None:
            return _NO_SUCH_TARGET
        return await self._clients[target].program_error(name_on_target(name))

    async def shapes(self, name: PipelineName) -> tuple[Shape, ...] | Problem | None:
        target = self.targets.of(name)
        return _NO_SUCH_TARGET if target is None else await self._clients[target].shapes(name_on_target(name))

    async def runner_health(self, name: PipelineName) -> RunnerHealth:
        target = self.targets.of(name)
        if target is None:
            return RunnerHealth(None, _NO_SUCH_TARGET.message)
        return await self._clients[target].runner_health()

    async def _of(self, target: TargetName) -> AllPipelines | Problem:
        listed = await self._clients[target].look_at_all()
        if isinstance(listed, Problem):
            return listed
        unreadable = {target: listed.unreadable} if listed.unreadable else {}
        return AllPipelines(listed.of_target(target), unreadable=unreadable)


@dataclass(frozen=True, slots=True)
class _Connection:
    """`bot.engine.ports.Connection` to the Feldera of one pipeline."""

    fleet: TargetRouter
    client: FelderaClient
    target: TargetName
    name: PipelineName

    async def make(self) -> None:
        await self.client.identity()  # the first exchange connects; `observe` asks again

    async def observe(self, reviewed: PipelineId) -> Observation | Problem:
        return await self.fleet.observe_by(self.client, self.target, {self.name: reviewed})

    async def submit(self, step: StepName, *, not_after: float) -> Answer:
        answer = await self.client.submit(step, name_on_target(self.name), not_after=not_after)
        self.fleet.metrics.answered(self.target, step, answer)
        return answer


def _shown(look: Look, target: TargetName) -> Look:
    return Seen(with_target(look.pipeline, target)) if isinstance(look, Seen) else look


_Looking = asyncio.Task[AllPipelines | Problem]


async def _good_answers(looks: Iterable[_Looking]) -> None:
    """Wait for all, but once one has succeeded, at most `LATE_AFTER` for the others."""
    waiting, some_answered = set(looks), False
    loop = asyncio.get_running_loop()
    until = loop.time()
    while waiting:
        timeout = max(until - loop.time(), 0) if some_answered else None
        done, waiting = await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        if not some_answered and any(isinstance(look.result(), AllPipelines) for look in done):
            some_answered, until = True, loop.time() + LATE_AFTER


def _is_done(look: _Looking) -> bool:
    return look.done() and not look.cancelled()
