"""Time, and Feldera: what the engine asks of them, in its own words. An outage is a value, never raised."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.names import PipelineName
from bot.domain.pipelines import Answer, History, Identity, Look, Pipeline, Problem, RunnerHealth
from bot.domain.plans import StepName


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        ...

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Return when `wake` is set or `until` has come, whichever is first; `None` waits for `wake` alone."""
        ...


class Pipelines(Protocol):
    """Feldera, as far as the engine needs it. No method raises for an outage or an odd answer."""

    async def look(self, name: PipelineName) -> Look:
        """The pipeline as it is now."""
        ...

    async def look_at_all(self) -> Mapping[PipelineName, Pipeline | Problem] | Problem:
        """Every pipeline, for the price of one request: whose name is missing is not there.

        One that cannot be read is a problem of its own, and keeps nobody from seeing the others.
        """
        ...

    async def submit(self, step: StepName, name: PipelineName) -> Answer:
        """Make the step's request, once: never retried in here, whatever happens."""
        ...

    async def history(self, name: PipelineName) -> History | Problem: ...

    async def program_error(self, name: PipelineName) -> str | Problem:
        """The first lines of why its program does not compile; empty if the compiler said nothing."""
        ...

    async def runner_health(self) -> RunnerHealth: ...

    async def identity(self) -> Identity | Problem:
        """Which Feldera this is, and whose pipelines it shows; asked once, and remembered when it answered."""
        ...
