"""The ports for time and Feldera. An outage is a value, never raised."""

import asyncio
from collections import ChainMap
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, cast

from bot.domain.bot_time import ClockRecord, Jump, Reading
from bot.domain.ids import PipelineId, PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.activity import Shape
from bot.domain.pipelines.observations import Observation
from bot.domain.pipelines.pipeline import Answer, Look, Pipeline, PipelineEvents, Problem, RunnerHealth
from bot.domain.pipelines.targets import TargetName, Targets


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that nobody sets, and that goes on while the machine or the process is suspended."""
        ...

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Return when `wake` is set or at `until`, whichever is first; `None` waits for `wake` alone."""
        ...


class RecordedClock(Clock, Protocol):
    """A clock that resumes after a restart from its stored record: `bot.domain.bot_time`."""

    def resume(self, record: ClockRecord | None) -> None:
        """Resume from the record. Call it before anybody asks for the time."""
        ...

    def reading(self) -> Reading: ...

    def record(self) -> ClockRecord: ...

    def jumps(self) -> tuple[Jump, ...]:
        """Jumps of the wall clock noticed since the last call."""
        ...

    def ahead(self) -> timedelta:
        """How far it is ahead of the wall clock; negative if it is behind."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class AllPipelines(Mapping[PipelineName, Pipeline | Problem]):
    """Every pipeline of the targets that answered; `unanswered` are the others, whose pipelines are unknown.

    `unreadable` is how many pipelines of a target are left out because not even their names can be read.
    """

    found: Mapping[PipelineName, Pipeline | Problem]
    unanswered: Mapping[TargetName, Problem] = field(default_factory=dict)
    unreadable: Mapping[TargetName, int] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: "Mapping[TargetName, AllPipelines | Problem]") -> "AllPipelines":
        """The answers of several targets as one."""
        problems = {target: answer for target, answer in answers.items() if isinstance(answer, Problem)}
        lists = [answer for answer in answers.values() if isinstance(answer, AllPipelines)]
        # Not copied: a pipeline may be parsed only when it is accessed.
        maps = cast("list[dict[PipelineName, Pipeline | Problem]]", [each.found for each in lists])
        found = maps[0] if len(maps) == 1 else ChainMap(*maps)
        return cls(
            found, problems, {target: count for each in lists for target, count in each.unreadable.items()}
        )

    def __getitem__(self, name: PipelineName) -> Pipeline | Problem:
        return self.found[name]

    def __iter__(self) -> Iterator[PipelineName]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class Connection(Protocol):
    """A dedicated connection to the Feldera that has one pipeline: for a last look, and the request that rests on it.

    Nothing else uses it, so that the request finds it ready. No method raises for an outage or an odd answer.
    """

    async def make(self) -> None:
        """Connect, so that later calls find the connection ready. If that fails, they say why."""
        ...

    async def observe(self, reviewed: PipelineId) -> Observation | Problem:
        """The pipeline now, and which Feldera and tenant shows it; see `Pipelines.observe`."""
        ...

    async def submit(self, step: StepName, *, not_after: float) -> Answer:
        """Send the step's request, once: never retried in here, whatever happens.

        It is not sent if `Clock.monotonic` has passed `not_after` when its first byte would leave, or
        if the bot's token was renewed since `observe`.
        """
        ...


class Pipelines(Protocol):
    """The Feldera port, for one Feldera or several. No method raises for an outage or an odd answer.

    Names are full: `target/name` with several Felderas.
    """

    @property
    def targets(self) -> Targets: ...

    async def look(self, name: PipelineName) -> Look:
        """The pipeline now, for people to read: it does not check which Feldera or tenant shows it."""
        ...

    async def observe(
        self, target: TargetName | None, reviewed: Mapping[PipelineName, PipelineId | None]
    ) -> Observation | Problem:
        """These pipelines of one target now, and which Feldera and tenant shows them.

        At most one question about each pipeline, or one list if that is cheaper, with a question by name about what it
        lacks. Each name comes with the id that is expected, if any: another id, or none, is believed only if the same
        Feldera and tenant answered before and after.
        """
        ...

    async def look_at_all(self, target: TargetName | None = None) -> AllPipelines | Problem:
        """Every pipeline, or those of one target, for one request each, for people to choose from.

        A name that is missing proves nothing: see `observe`.

        A pipeline that cannot be read is a problem of its own, and does not hide the others. A target that does not
        answer in time hides none of another's; if no target answers, it is a problem.
        """
        ...

    def connection(self, name: PipelineName) -> AbstractAsyncContextManager[Connection]:
        """A dedicated connection for a request on this pipeline; may wait until others are closed.

        Raises:
            LookupError: the name is on none of the targets.
        """
        ...

    async def history(self, name: PipelineName) -> PipelineEvents | Problem:
        """The pipeline's events, and the Feldera and tenant they come from."""
        ...

    async def program_error(self, name: PipelineName) -> str | Problem:
        """The first lines of why its program does not compile; empty if the compiler said nothing."""
        ...

    async def shapes(self, name: PipelineName) -> tuple[Shape, ...] | Problem | None:
        """The pipeline's recent states, newest first, for people to read; None if Feldera keeps no events."""
        ...

    async def runner_health(self, name: PipelineName) -> RunnerHealth:
        """For the Feldera that has the pipeline."""
        ...
