"""Feldera's runner: what it does next to a pipeline, and the moment at which it does it.

There is no background task. The timeline asks for the next due moment and makes the runner take that step, so
the same code runs on a real clock and on one that a test moves. It never refuses and never asks for permission:
it takes a pipeline from the state it is in towards the one desired.
"""

from datetime import datetime, timedelta

from bot.simulator.feldera.state.deployment_states import Program, Resources, Runtime, Storage
from bot.simulator.feldera.state.pipeline import SimulatedPipeline


def due(pipeline: SimulatedPipeline) -> datetime | None:
    """When the runner takes its next step with this pipeline; None while there is nothing to do."""
    pace = pipeline.pace
    seconds: float | None
    match pipeline.resources, pipeline.resources_desired:
        case Resources.STOPPED, Resources.STOPPED:
            seconds = pace.clear if pipeline.storage is Storage.CLEARING else None
        case Resources.STOPPED, _:
            compiled = pipeline.program_status is Program.SUCCESS or pipeline.program_status.failed
            seconds = pace.notices if compiled else None
        case Resources.STOPPING, _:
            seconds = max(pace.stop, pace.notices)
        case _, Resources.STOPPED:
            seconds = pace.notices
        case Resources.PROVISIONING, _:
            seconds = max(pace.provision, pace.notices)
        case _ if pipeline.runtime is Runtime.INITIALIZING:
            seconds = pace.initialize
        case _:
            seconds = pace.notices if pipeline.runtime_asked else None
    return None if seconds is None else pipeline.work_since + timedelta(seconds=seconds)


def step(pipeline: SimulatedPipeline, at: datetime) -> None:
    """Take the step that is due at this moment."""
    match pipeline.resources, pipeline.resources_desired:
        case Resources.STOPPED, Resources.STOPPED:
            _clear(pipeline, at)
        case Resources.STOPPED, _:
            _begin(pipeline, at)
        case Resources.STOPPING, _:
            _finish_stopping(pipeline, at)
        case _, Resources.STOPPED:
            # Not a new piece of work: the time a stop takes is counted from the request.
            pipeline.set_runtime(None, None, at)
            pipeline.initial = pipeline.bootstrap = pipeline.runtime_asked = None
            if pipeline.crash is not None:
                pipeline.error, pipeline.crash = pipeline.crash, None
            pipeline.set_resources(Resources.STOPPING, at)
        case Resources.PROVISIONING, _:
            pipeline.set_runtime(Runtime.INITIALIZING, pipeline.initial, at)
            pipeline.work_since = at
            pipeline.set_resources(Resources.PROVISIONED, at)
        case _:
            target = pipeline.runtime_asked or pipeline.initial
            pipeline.runtime_asked = None
            pipeline.set_runtime(target, target, at)
            pipeline.refresh_version += 1
            pipeline.write_event(at)


def wake(pipeline: SimulatedPipeline, at: datetime) -> None:
    """Every change of the row wakes a runner that is waiting to try again; one that is at work stays at it."""
    pipeline.work_since = min(pipeline.work_since, at)


def _clear(pipeline: SimulatedPipeline, at: datetime) -> None:
    if pipeline.clearing_is_stuck:
        # A clear that fails leaves no trace in the API: same status, no event, another attempt later.
        pipeline.work_since = at + timedelta(seconds=pipeline.pace.clear_retry)
        return
    pipeline.has_files_left = pipeline.deleting_fails
    pipeline.set_storage(Storage.CLEARED, at)


def _begin(pipeline: SimulatedPipeline, at: datetime) -> None:
    if pipeline.program_status.failed:
        pipeline.error = {
            "message": "Not possible to start the pipeline because the program failed to compile",
            "error_code": "StartFailedDueToFailedCompilation",
            "details": {"compiler_error": pipeline.program_error or ""},
        }
        pipeline.initial = pipeline.bootstrap = None
        pipeline.set_desired(Resources.STOPPED, at)
        return
    pipeline.deployment_id = pipeline.new_id(at)
    if pipeline.storage is not Storage.IN_USE:
        pipeline.set_storage(Storage.IN_USE, at)
    pipeline.set_resources(Resources.PROVISIONING, at)


def _finish_stopping(pipeline: SimulatedPipeline, at: datetime) -> None:
    if pipeline.stopping_is_stuck:
        if pipeline.resources_details is None:
            pipeline.resources_details = (
                "Unable to stop (will retry) due to: the deployment could not be deleted"
            )
            pipeline.refresh_version += 1
        pipeline.work_since = at + timedelta(seconds=pipeline.pace.stop_retry)
        return
    pipeline.deployment_id = None
    pipeline.work_since = at
    pipeline.set_resources(Resources.STOPPED, at)
