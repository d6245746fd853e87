"""One pipeline as Feldera's database holds it, and the changes its row can go through.

A change writes its event in the same step, as Feldera's transactions do. Whether a change is allowed is decided
in `pipelines.py`, and when the runner makes one in `runner.py`; this module trusts both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.feldera.state.deployment_states import (
    Program,
    Resources,
    Runtime,
    Storage,
    combined_desired,
    combined_status,
)

EVENTS_RETAINED = 720
"""Feldera keeps about this many events of a pipeline."""

ROW_AT_LEAST_EVERY = timedelta(minutes=10)
ROW_AT_MOST_EVERY = timedelta(seconds=10)
"""A pipeline that is provisioned writes a row so often even if nobody does anything to it: the latter if its details
change all the time."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """How long the runner takes for each piece of work, in seconds."""

    notices: float = 0.01
    clear: float = 1.0
    stop: float = 1.0
    provision: float = 1.0
    initialize: float = 1.0
    clear_retry: float = 2.5
    stop_retry: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a change left the pipeline in (`GET .../events`)."""

    id: str
    at: datetime
    resources: Resources
    resources_desired: Resources
    runtime: Runtime | None
    runtime_desired: Runtime | None
    has_error: bool
    program_status: Program
    storage: Storage


@dataclass(slots=True, kw_only=True)
class SimulatedPipeline:
    """A row of Feldera's pipeline table; `work_since` is when the runner took up what it is doing now."""

    id: str
    name: str
    created_at: datetime
    new_id: Callable[[datetime], str] = field(repr=False)
    storage: Storage
    checkpoints: tuple[int | None, ...]
    program_status: Program
    program_status_since: datetime
    work_since: datetime
    resources_since: datetime
    resources_desired_since: datetime
    pace: Pace
    program_error: str | None = None
    resources: Resources = Resources.STOPPED
    resources_desired: Resources = Resources.STOPPED
    resources_details: Any = None
    runtime: Runtime | None = None
    runtime_since: datetime | None = None
    runtime_desired: Runtime | None = None
    runtime_desired_since: datetime | None = None
    runtime_asked: Runtime | None = None
    initial: Runtime | None = None
    bootstrap: str | None = None
    error: Mapping[str, Any] | None = None
    crash: Mapping[str, Any] | None = None
    deployment_id: str | None = None
    version: int = 1
    program_version: int = 1
    refresh_version: int = 1
    clearing_is_stuck: bool = False
    deleting_fails: bool = (
        False  # a local runner only logs that, and the storage becomes `Cleared` all the same
    )
    has_files_left: bool = False  # on the disk, although the storage is `Cleared`
    stopping_is_stuck: bool = False
    checkpointed_at: datetime | None = None  # the newest checkpoint; its creation, if not said
    checkpoints_tell_when: bool = True  # by UUIDs of version 7, as Feldera makes them
    details_change: bool = False
    watched_since: datetime | None = None  # by a runner that was unhealthy before: it wrote nothing then
    events: list[Event] = field(default_factory=list, repr=False)

    @property
    def deployment_status(self) -> str:
        return combined_status(self.resources, self.runtime)

    @property
    def deployment_desired_status(self) -> str:
        return combined_desired(self.resources_desired, self.runtime_desired, self.initial)

    @property
    def is_fully_stopped(self) -> bool:
        return self.resources is Resources.STOPPED and self.resources_desired is Resources.STOPPED

    @property
    def storage_details(self) -> dict[str, Any] | None:
        """`storage_status_details`: the checkpoints, as long as the storage is in use."""
        if self.storage is not Storage.IN_USE:
            return None
        millis = int((self.checkpointed_at or self.created_at).timestamp() * 1000)
        version = "7" if self.checkpoints_tell_when else "4"
        prefix = f"{millis >> 16:08x}-{millis & 0xFFFF:04x}-{version}{self.id[15:-4]}"
        return {
            "checkpoints": [
                {
                    "uuid": f"{prefix}{number:04x}",
                    "identifier": None,
                    "fingerprint": 7_000_000 + number,
                    "size": size,
                    "steps": 10 * number,
                    "processed_records": 5_000 * number,
                }
                for number, size in enumerate(self.checkpoints, start=1)
            ]
        }

    @property
    def runtime_details(self) -> dict[str, Any] | None:
        if self.runtime in {None, Runtime.INITIALIZING}:
            return None
        return {"connector_stats": {"num_errors": 0}}

    def write_event(self, at: datetime) -> None:
        self.events.append(
            Event(
                id=self.new_id(at),
                at=at,
                resources=self.resources,
                resources_desired=self.resources_desired,
                runtime=self.runtime,
                runtime_desired=self.runtime_desired,
                has_error=self.error is not None,
                program_status=self.program_status,
                storage=self.storage,
            )
        )
        del self.events[:-EVENTS_RETAINED]

    def write_what_is_due(self, until: datetime) -> None:
        """The events that a running pipeline writes by itself; only those that are still retained are created."""
        last = self.events[-1]
        if last.resources is not Resources.PROVISIONED:
            return
        since = max(last.at, self.watched_since or last.at)
        interval = ROW_AT_MOST_EVERY if self.details_change else ROW_AT_LEAST_EVERY
        due = (until - since) // interval
        for number in range(max(due - EVENTS_RETAINED, 0) + 1, due + 1):
            at = since + number * interval
            self.events.append(replace(last, id=self.new_id(at), at=at))
        del self.events[:-EVENTS_RETAINED]

    def set_storage(self, storage: Storage, at: datetime) -> None:
        """A clear dissociates the checkpoints at once: they are gone from the row while still `Clearing`."""
        self.storage = storage
        if storage is not Storage.IN_USE:
            self.checkpoints = ()
        self.write_event(at)

    def set_desired(self, desired: Resources, at: datetime) -> None:
        self.resources_desired, self.resources_desired_since = desired, at
        self.work_since = at
        self.write_event(at)

    def set_resources(self, resources: Resources, at: datetime) -> None:
        self.resources, self.resources_since = resources, at
        self.resources_details = None
        self.refresh_version += 1
        self.write_event(at)

    def set_runtime(self, runtime: Runtime | None, desired: Runtime | None, at: datetime) -> None:
        """Change both runtime statuses; the event comes with the change of which this is a part."""
        if runtime is not self.runtime:
            self.runtime, self.runtime_since = runtime, at if runtime else None
        if desired is not self.runtime_desired:
            self.runtime_desired, self.runtime_desired_since = desired, at if desired else None

    def set_program(self, status: Program, error: str | None, at: datetime) -> None:
        self.program_status, self.program_status_since, self.program_error = status, at, error
        self.refresh_version += 1
        if self.resources_desired is not self.resources:
            self.work_since = at  # a start may have been waiting for this
        self.write_event(at)
