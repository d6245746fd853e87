"""The timeline: whenever somebody looks, the runner first does what was due by now, in the order of time.

Nothing moves in the background. It trusts the clock and nobody else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.ports import Clock
from bot.simulator.feldera.api import error_responses
from bot.simulator.feldera.state import runner
from bot.simulator.feldera.state.database_outage import Database
from bot.simulator.feldera.state.deployment_states import RUNNER_IS_WELL
from bot.simulator.feldera.state.pipeline import SimulatedPipeline


@dataclass(frozen=True, slots=True)
class RunnerHealth:
    """The health of the runner; an unhealthy one does no work."""

    healthy: bool
    message: str
    unchanged_since: datetime


class Timeline:
    """`catches_up_every` is for thousands of pipelines: each time, all of them are gone through."""

    def __init__(self, clock: Clock, *, catches_up_every: timedelta) -> None:
        self.database = Database(clock)
        self.started_at = clock.now()
        self.runner = RunnerHealth(True, RUNNER_IS_WELL, unchanged_since=self.started_at)
        self._clock = clock
        self._catches_up_every = catches_up_every
        self._moment = self.started_at
        self._is_catching_up = False
        self._pipelines: dict[str, SimulatedPipeline] = {}
        self._awaited: dict[tuple[str, str], list[Callable[[], object]]] = {}

    def catch_up(self) -> datetime:
        """Let the runner do all that was due by now; returns the current time."""
        if self._is_catching_up:
            # Something that was to happen once a state is reached happens at that state's moment.
            return self._moment
        now = self._clock.now()
        if self._catches_up_every and now < self._moment + self._catches_up_every:
            return self._moment
        self._is_catching_up = True
        try:
            while (next_step := self._next_step()) is not None and next_step[0] <= now:
                at, pipeline = next_step
                self._moment = max(self._moment, at)
                pipeline.write_what_is_due(self._moment)
                runner.step(pipeline, self._moment)
                self._tell(pipeline)
        finally:
            self._is_catching_up = False
        self._moment = max(self._moment, now)
        if self.runner.healthy:
            for pipeline in self._pipelines.values():
                pipeline.write_what_is_due(self._moment)
        return self._moment

    @property
    def next_step_at(self) -> datetime | None:
        """When the runner takes its next step; None while there is nothing for it to do."""
        self.catch_up()
        step = self._next_step()
        return None if step is None else step[0]

    def _next_step(self) -> tuple[datetime, SimulatedPipeline] | None:
        if not self.runner.healthy or self.database.is_down:
            return None
        steps = [
            (at, pipeline)
            for pipeline in self._pipelines.values()
            if (at := runner.due(pipeline)) is not None
        ]
        return min(steps, key=lambda one: one[0], default=None)

    def _tell(self, pipeline: SimulatedPipeline) -> None:
        reached = [
            state for state in (pipeline.storage.value, pipeline.resources.value) if pipeline.is_fully_stopped
        ]
        for state in reached:
            for action in self._awaited.pop((pipeline.name, state), ()):
                try:
                    action()
                except error_responses.Refused as refused:
                    # The author of the story has to see it, not the client whose request happened to trigger it.
                    raise RuntimeError(f"nobody can do that to {pipeline.name} now: {refused}") from refused

    def once(self, name: str, state: str, action: Callable[[], object]) -> None:
        """Do this at the moment the runner brings the pipeline to `Cleared` or to `Stopped`."""
        self._awaited.setdefault((name, state), []).append(action)

    def set_runner(self, *, healthy: bool, message: str) -> None:
        """Restart the runner: it starts again at once with what the previous one had not finished."""
        at = self.catch_up()
        since = at if healthy is not self.runner.healthy else self.runner.unchanged_since
        if healthy and not self.runner.healthy:
            self.restart_work()
        self.runner = RunnerHealth(healthy, message, since)

    def restart_work(self) -> None:
        """The runner did nothing of late, or could not record what it did."""
        at = self.catch_up()
        for pipeline in self._pipelines.values():
            pipeline.work_since = max(pipeline.work_since, at)
            pipeline.watched_since = at
