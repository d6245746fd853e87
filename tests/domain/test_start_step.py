"""What a look proves about a start: the table of verdicts, row by row."""

import pytest

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.operations.steps import (
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    StartStep,
    StepFailed,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Checkpoints, PipelineError, Seen
from tests.clock import START
from tests.domain.samples import cleared, clearing, early_start, pipeline, running

STEP = StartStep()
STOPPED = Fingerprint.of(pipeline())
CLEARED = Fingerprint.of(cleared())
STOPPED_AGAIN = pipeline(resources_desired_since=START)
PANIC = PipelineError("worker 3 panicked", "RuntimeError.WorkerPanic")
UNCOMPILED = PipelineError("failed to compile", "StartFailedDueToFailedCompilation", "line 3: no such table")


def coming_up(status):
    return running(status=status)


def look(shape):
    return Absent() if shape is None else Seen(shape)


@pytest.mark.parametrize(
    ("reviewed", "shape", "verdict"),
    [
        (STOPPED, pipeline(), MaySend()),
        (CLEARED, cleared(), MaySend()),
        (CLEARED, cleared(status_since=START), MaySend()),
        (CLEARED, pipeline(), Blocked(Ending.CHANGED_BEFORE)),
        (CLEARED, clearing(), Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, pipeline(status_since=START), Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, pipeline(checkpoints=Checkpoints(9, 1)), Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, pipeline(program_status="SqlError"), Blocked(Ending.NOT_COMPILED)),
        (STOPPED, pipeline(program_status="CompilingRust"), MaySend()),
        (STOPPED, pipeline(error=PANIC), MaySend()),
        (STOPPED, running(), Unneeded(Ending.NOTHING_TO_START)),
        (STOPPED, coming_up("AwaitingApproval"), Unneeded(Ending.NOTHING_TO_START)),
        (STOPPED, coming_up("Provisioning"), InProgress("Provisioning")),
        (CLEARED, early_start(cleared()), InProgress("Compiling")),
        (CLEARED, cleared(id="another"), Blocked(Ending.RECREATED_BEFORE)),
        (CLEARED, None, Blocked(Ending.UNKNOWN_PIPELINE)),
    ],
)
def test_before_sending_only_what_was_reviewed_or_cleared_is_started(reviewed, shape, verdict):
    """After a clear the id and the cleared storage count; of the error of the run before, a start makes nothing."""
    assert STEP.before_sending(reviewed, look(shape)) == verdict


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (running(), Completed(Ending.RUNNING)),
        (coming_up("AwaitingApproval"), Completed(Ending.AWAITS_APPROVAL_IN_FELDERA)),
        (coming_up("Paused"), Completed(Ending.UP_OTHERWISE, "Paused")),
        (early_start(pipeline()), InProgress("Compiling")),
        (coming_up("Initializing"), InProgress("Initializing")),
        (coming_up("Dreaming"), InProgress("Dreaming")),
        (running(status="Stopping", resources="Stopping", resources_desired="Stopped"), InProgress()),
        (STOPPED_AGAIN, StepFailed(Ending.STOPPED_WHILE_STARTING)),
        (
            pipeline(resources_desired_since=START, error=PANIC),
            StepFailed(Ending.START_FAILED, "worker 3 panicked", "RuntimeError.WorkerPanic"),
        ),
        (
            pipeline(resources_desired_since=START, error=UNCOMPILED),
            StepFailed(Ending.NOT_COMPILED, "line 3: no such table", "StartFailedDueToFailedCompilation"),
        ),
        (None, StepFailed(Ending.GONE_WHILE_STARTING)),
        (cleared(id="another"), StepFailed(Ending.GONE_WHILE_STARTING)),
    ],
)
def test_once_sent_the_pipeline_itself_tells(shape, verdict):
    """Up, on its way there, failed with Feldera's error, or stopped by somebody: no error then."""
    assert STEP.after_silence(STOPPED, look(shape)) == verdict
    assert STEP.while_waiting(STOPPED, look(shape)) == verdict


@pytest.mark.parametrize("shape", [pipeline(), pipeline(error=PANIC)])
def test_stopped_since_the_same_moment_means_that_nothing_has_happened(shape):
    """Even with an error: it is the one of the run before. Once accepted, that cannot be."""
    assert STEP.after_silence(STOPPED, look(shape)) == Untouched()
    assert STEP.while_waiting(STOPPED, look(shape)) == Contradiction()
