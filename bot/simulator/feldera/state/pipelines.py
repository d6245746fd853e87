"""The pipelines of one tenant and what clients may do to them: the rules of Feldera's endpoints, without HTTP.

Every verb and every look first lets the runner do what was due by now, in the order of time. A verb either changes a
pipeline and returns the sentence Feldera answers with, or raises `Refused`. It trusts the clock and nobody else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.engine.ports import Clock
from bot.simulator.feldera.api import error_responses
from bot.simulator.feldera.state import runner
from bot.simulator.feldera.state.deployment_states import Program, Resources, Runtime, Storage
from bot.simulator.feldera.state.pipeline import Pace, SimulatedPipeline
from bot.simulator.feldera.state.timeline import Timeline
from bot.simulator.feldera.state.uuids import Identities

DEFAULT_CHECKPOINTS: tuple[int | None, ...] = (1_048_576, 2_097_152, 4_194_304)
"""Default size in bytes of each checkpoint of a pipeline in use."""
BOOTSTRAP = "await_approval"
"""The policy of a start that names none."""


class World(Timeline):
    def __init__(
        self, clock: Clock, installation: int = 0, *, catches_up_every: timedelta = timedelta(0)
    ) -> None:
        super().__init__(clock, catches_up_every=catches_up_every)
        self.clears: Counter[str] = Counter()
        self.keeps_events = True
        self._ids = Identities(installation)

    def add(  # noqa: PLR0913  a pipeline has many sides, each with a sensible default
        self,
        name: str,
        *,
        storage: Storage = Storage.IN_USE,
        running: bool = False,
        program_status: Program = Program.SUCCESS,
        program_error: str | None = None,
        checkpoints: Sequence[int | None] | None = None,
        checkpointed_at: datetime | None = None,
        checkpoints_tell_when: bool = True,
        details_change: bool = False,
        pace: Pace | None = None,
        since: datetime | None = None,
        at: datetime | None = None,
    ) -> SimulatedPipeline:
        at = at or self.catch_up()
        if not re.fullmatch(error_responses.OLD_NAME_PATTERN, name):
            raise error_responses.invalid_name(name)
        self._check_is_free(name)
        if running and storage is not Storage.IN_USE:
            raise ValueError(f"a running pipeline has its storage in use, not {storage}")
        if checkpoints and storage is not Storage.IN_USE:
            raise ValueError(f"only storage in use has checkpoints, not {storage}")
        since = since or at
        held = DEFAULT_CHECKPOINTS if checkpoints is None else tuple(checkpoints)
        pipeline = SimulatedPipeline(
            id=self._ids.next(since),
            name=name,
            created_at=since,
            new_id=self._ids.next,
            storage=storage,
            checkpoints=held if storage is Storage.IN_USE else (),
            checkpointed_at=checkpointed_at,
            checkpoints_tell_when=checkpoints_tell_when,
            details_change=details_change,
            program_status=program_status,
            program_error=program_error,
            program_status_since=since,
            work_since=at,
            resources_since=since,
            resources_desired_since=since,
            pace=pace or Pace(),
        )
        if running:
            pipeline.resources = pipeline.resources_desired = Resources.PROVISIONED
            pipeline.initial, pipeline.bootstrap = Runtime.RUNNING, BOOTSTRAP
            pipeline.deployment_id = self._ids.next(since)
            pipeline.set_runtime(Runtime.RUNNING, Runtime.RUNNING, since)
        pipeline.write_event(since)
        self._pipelines[name] = pipeline
        return pipeline

    def add_many(self, names: Iterable[str], *, storage: Storage, clear_takes: float) -> None:
        """The runner catches up once, not before each of thousands."""
        at = self.catch_up()
        for name in names:
            self.add(name, storage=storage, pace=Pace(clear=clear_takes), at=at)

    def _check_new_name(self, name: str) -> None:
        if len(name) > error_responses.NAME_MAXIMUM or not re.fullmatch(error_responses.NAME_PATTERN, name):
            raise error_responses.invalid_name(name)
        self._check_is_free(name)

    def _check_is_free(self, name: str) -> None:
        if name in self._pipelines:
            raise error_responses.duplicate_name()

    def pipelines(self) -> list[SimulatedPipeline]:
        """All of them, in the order they were created."""
        self.catch_up()
        return sorted(self._pipelines.values(), key=lambda pipeline: pipeline.id)

    def pipeline(self, name: str) -> SimulatedPipeline:
        self.catch_up()
        if name not in self._pipelines:
            raise error_responses.unknown_pipeline(name)
        return self._pipelines[name]

    def clear(self, name: str) -> str:
        """`POST .../clear`: 202 also when there was nothing to clear, and then without any check."""
        at, pipeline = self.catch_up(), self.pipeline(name)
        if pipeline.storage is not Storage.CLEARED:
            if not pipeline.is_fully_stopped:
                raise error_responses.storage_immutable(
                    pipeline.resources, pipeline.resources_desired, pipeline.storage
                )
            if pipeline.storage is Storage.IN_USE:
                self.clears[name] += 1
                pipeline.work_since = at
            runner.wake(pipeline, at)
            pipeline.set_storage(Storage.CLEARING, at)
        return "Pipeline storage is being cleared"

    def stop(self, name: str) -> str:
        """`POST .../stop?force=true`: accepted in every state; keeps the deployment error. Always writes a row."""
        at, pipeline = self.catch_up(), self.pipeline(name)
        if pipeline.resources_desired is not Resources.STOPPED:
            if pipeline.resources is Resources.STOPPED:
                pipeline.initial = pipeline.bootstrap = None
            pipeline.set_desired(Resources.STOPPED, at)
        else:
            pipeline.write_event(at)
        return "Pipeline is forcefully stopping"

    def start(self, name: str) -> str:
        """`POST .../start`, with the refusals in the order in which Feldera looks for them."""
        at, pipeline = self.catch_up(), self.pipeline(name)
        if pipeline.resources_desired is Resources.STOPPED:
            self._check_start(pipeline)
            pipeline.error = None
            pipeline.initial, pipeline.bootstrap = Runtime.RUNNING, BOOTSTRAP
            pipeline.set_desired(Resources.PROVISIONED, at)
        else:
            pipeline.write_event(at)  # nothing to do, and a row all the same
        return "Pipeline is starting"

    def _check_start(self, pipeline: SimulatedPipeline) -> None:
        if pipeline.resources is not Resources.STOPPED:
            raise error_responses.illegal_start(pipeline.resources, pipeline.resources_desired)
        if pipeline.storage is Storage.CLEARING:
            raise error_responses.start_while_clearing()
        if pipeline.program_status.failed:
            raise error_responses.start_uncompiled()

    def move_runtime(self, name: str, target: Runtime) -> None:
        """A pause or a resume, which Feldera forwards to the running pipeline."""
        at, pipeline = self.catch_up(), self.pipeline(name)
        if pipeline.resources is not Resources.PROVISIONED:
            raise error_responses.not_deployed(
                name, pipeline.deployment_status, pipeline.deployment_desired_status
            )
        pipeline.runtime_asked = target if target is not pipeline.runtime else None
        if pipeline.runtime is not Runtime.INITIALIZING:
            pipeline.work_since = at

    def delete(self, name: str) -> None:
        pipeline = self.pipeline(name)
        if not pipeline.is_fully_stopped:
            raise error_responses.delete_unless_stopped()
        if pipeline.storage is not Storage.CLEARED:
            raise error_responses.delete_unless_cleared()
        del self._pipelines[name]

    def rename(self, name: str, to: str) -> None:
        at, pipeline = self.catch_up(), self.pipeline(name)
        self._check_new_name(to)
        if not pipeline.is_fully_stopped:
            raise error_responses.update_unless_stopped()
        if pipeline.storage is not Storage.CLEARED:
            raise error_responses.edit_unless_cleared("name")
        del self._pipelines[name]
        pipeline.name = to
        pipeline.version += 1
        pipeline.refresh_version += 1
        self._pipelines[to] = pipeline
        pipeline.write_event(at)

    def crash(self, name: str, error: dict[str, Any]) -> None:
        """The running pipeline fails: the runner stops it, and its error stays until someone dismisses it."""
        at, pipeline = self.catch_up(), self.pipeline(name)
        if pipeline.resources is not Resources.PROVISIONED or pipeline.resources_desired is Resources.STOPPED:
            raise ValueError(f"{name} is not running, so it cannot crash")
        pipeline.crash = error
        pipeline.set_desired(Resources.STOPPED, at)
