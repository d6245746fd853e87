"""Pipelines in every state, looks at them and their events, for the tests of the pure modules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.pipelines.pipeline import (
    Absent,
    Change,
    Checkpoints,
    Look,
    Pipeline,
    PipelineError,
    PipelineEvents,
    Problem,
    ProblemKind,
    Seen,
    Storage,
)
from tests.clock import START

STOPPED_AT = START - timedelta(hours=2)


DOWN = Problem(ProblemKind.UNREACHABLE, "no answer")


def pipeline(**differences: Any) -> Pipeline:
    """`orders`, stopped two hours ago with its storage in use."""
    stopped = Pipeline(
        id=PipelineId("0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"),
        name=PipelineName("orders"),
        storage=Storage.IN_USE,
        status="Stopped",
        status_since=STOPPED_AT,
        desired_status="Stopped",
        desired_status_since=STOPPED_AT,
        resources="Stopped",
        resources_desired="Stopped",
        resources_desired_since=STOPPED_AT,
        program_status="Success",
        program_status_since=STOPPED_AT,
        checkpoints=Checkpoints(2, 3 * 1024 * 1024),
        error=None,
    )
    return replace(stopped, **differences)


def cleared(**differences: Any) -> Pipeline:
    return pipeline(storage=Storage.CLEARED, checkpoints=Checkpoints(0, None), **differences)


def clearing(**differences: Any) -> Pipeline:
    return pipeline(storage=Storage.CLEARING, checkpoints=Checkpoints(0, None), **differences)


def running(since: datetime = START, **differences: Any) -> Pipeline:
    """`orders`, started by somebody: `Running` and in use."""
    started = {"status": "Running", "desired_status": "Running", "status_since": since}
    return pipeline(
        **started
        | {"resources": "Provisioned", "resources_desired": "Provisioned", "resources_desired_since": since}
        | differences
    )


def stopping() -> Pipeline:
    """`orders`, which somebody asked to stop, and which still runs."""
    return running(desired_status="Stopped", desired_status_since=START, resources_desired="Stopped")


def early_start(of: Pipeline) -> Pipeline:
    """`/start` was accepted, and nothing has come of it yet: `Stopped`, but wanted otherwise."""
    return replace(
        of, desired_status="Running", resources_desired="Provisioned", resources_desired_since=START
    )


def looks() -> list[Look]:
    seen: list[Look] = [
        Seen(shape)
        for storage in Storage
        for shape in (
            pipeline(storage=storage),
            pipeline(storage=storage, id=PipelineId("another")),
            pipeline(storage=storage, status_since=START),
            pipeline(storage=storage, checkpoints=Checkpoints(3, None)),
            early_start(pipeline(storage=storage)),
            running(storage=storage),
        )
    ]
    failed = pipeline(resources_desired_since=START, error=PipelineError("worker panicked", "WorkerPanic"))
    reviewed_runs = running(since=STOPPED_AT)
    broken = replace(reviewed_runs, program_status="SqlError")
    seen += [Seen(failed), Seen(reviewed_runs), Seen(broken)]
    return [*seen, Absent(), *(Problem(trouble, "why", retry_after=7.0) for trouble in ProblemKind)]


def histories() -> list[PipelineEvents | Problem]:
    before, after = STOPPED_AT, STOPPED_AT + timedelta(minutes=1)
    return [
        PipelineEvents(()),
        PipelineEvents(
            (Change(after, Storage.IN_USE, wanted=True), Change(before, Storage.IN_USE, wanted=True))
        ),
        *(
            PipelineEvents((Change(after, storage), Change(before, Storage.IN_USE)) if reaches_back else one)
            for storage in Storage
            for reaches_back, one in ((True, ()), (False, (Change(after, storage),)))
        ),
        *(Problem(trouble, "why") for trouble in ProblemKind),
    ]
