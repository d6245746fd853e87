"""What a look proves about a clear, a stop and a start, by Feldera's own rules: the tables of verdicts, row by row."""

import pytest

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.operations.steps import (
    AskHistory,
    Blocked,
    ClearStep,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    StartStep,
    StepFailed,
    StopStep,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Checkpoints, PipelineError, Seen, Storage
from tests.clock import START
from tests.domain.pipeline_samples import STOPPED_AT, cleared, clearing, early_start, pipeline, running

CLEAR, STOP, BEGIN = ClearStep(), StopStep(), StartStep()
STOPPED, CLEARED = Fingerprint.of(pipeline()), Fingerprint.of(cleared())
RUN_AND_STOPPED = pipeline(status_since=START)
MORE_CHECKPOINTS = pipeline(checkpoints=Checkpoints(3, 1))
OTHER_WORD = pipeline(storage=Storage.OTHER)

RUN = running(since=STOPPED_AT)
RUNS = Fingerprint.of(RUN)
OTHER_RUN = running(since=START)
OF_ANOTHER_PIPELINE = running(since=STOPPED_AT, id="another")
STOPPING = running(
    since=START,
    status="Stopping",
    resources="Stopping",
    resources_desired="Stopped",
    desired_status="Stopped",
)
PAUSED = running(
    since=STOPPED_AT,
    status="Paused",
    desired_status="Paused",
    status_since=START,
    checkpoints=Checkpoints(9, None),
)

PANIC = PipelineError("worker 3 panicked", "RuntimeError.WorkerPanic")
UNCOMPILED = PipelineError("failed to compile", "StartFailedDueToFailedCompilation", "line 3: no such table")


def look(shape):
    return Absent() if shape is None else Seen(shape)


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (pipeline(), MaySend()),
        (cleared(), Unneeded()),
        (early_start(cleared()), Unneeded()),
        (clearing(), InProgress()),
        (None, Blocked(Ending.UNKNOWN_PIPELINE)),
        (pipeline(id="another"), Blocked(Ending.RECREATED_BEFORE)),
        (cleared(id="another"), Blocked(Ending.RECREATED_BEFORE)),
        (running(), Blocked(Ending.RUNNING_BEFORE)),
        (early_start(pipeline()), Blocked(Ending.RUNNING_BEFORE)),
        (RUN_AND_STOPPED, Blocked(Ending.CHANGED_BEFORE)),
        (MORE_CHECKPOINTS, Blocked(Ending.CHANGED_BEFORE)),
        (OTHER_WORD, Blocked(Ending.STORAGE_UNKNOWN)),
        (running(storage=Storage.OTHER), Blocked(Ending.RUNNING_BEFORE)),
    ],
)
def test_only_what_was_reviewed_may_be_cleared(shape, verdict):
    assert CLEAR.before_sending(STOPPED, look(shape)) == verdict


@pytest.mark.parametrize(
    ("shape", "silence", "waiting"),
    [
        (cleared(), Completed(Ending.CLEARED), None),
        (early_start(cleared()), Completed(Ending.CLEARED_AND_STARTING), None),
        (None, Completed(Ending.CLEARED_THEN_GONE), None),
        (pipeline(id="another"), Completed(Ending.CLEARED_THEN_RECREATED), None),
        (clearing(), InProgress(), None),
        (pipeline(), Untouched(), Contradiction()),
        (running(), AskHistory(), None),
        (early_start(pipeline()), AskHistory(), None),
        (RUN_AND_STOPPED, AskHistory(), None),
        (MORE_CHECKPOINTS, AskHistory(), None),
        (OTHER_WORD, AskHistory(), Contradiction()),
    ],
)
def test_once_a_clear_was_sent_the_pipeline_itself_tells(shape, silence, waiting):
    """Feldera deletes and renames only what is cleared; once it was accepted, the pipeline cannot be as reviewed."""
    assert CLEAR.after_silence(STOPPED, look(shape)) == silence
    assert CLEAR.while_waiting(STOPPED, look(shape)) == (waiting or silence)


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (RUN, MaySend()),
        (PAUSED, MaySend()),
        (OTHER_RUN, Blocked(Ending.RESTARTED_BEFORE)),
        (early_start(pipeline()), Blocked(Ending.RESTARTED_BEFORE)),
        (STOPPING, InProgress()),
        (pipeline(), Unneeded(Ending.NOTHING_TO_STOP)),
        (cleared(), Unneeded(Ending.NOTHING_TO_STOP)),
        (OF_ANOTHER_PIPELINE, Blocked(Ending.RECREATED_BEFORE)),
        (None, Blocked(Ending.UNKNOWN_PIPELINE)),
    ],
)
def test_only_the_run_that_was_reviewed_may_be_stopped(shape, verdict):
    """It may have been paused meanwhile, and its checkpoints come and go."""
    assert STOP.before_sending(RUNS, look(shape)) == verdict


def test_what_was_stopped_when_it_was_reviewed_is_no_run():
    stopped = Fingerprint.of(pipeline(resources_desired_since=STOPPED_AT))
    assert STOP.before_sending(stopped, Seen(RUN)) == Blocked(Ending.RESTARTED_BEFORE)


@pytest.mark.parametrize(
    ("shape", "silence", "waiting"),
    [
        (RUN, Untouched(), Contradiction()),
        (OTHER_RUN, StepFailed(Ending.RESTARTED_WHILE_STOPPING), None),
        (STOPPING, InProgress(), None),
        (pipeline(), Completed(Ending.PIPELINE_STOPPED), None),
        (None, Completed(Ending.STOPPED_THEN_GONE), None),
        (OF_ANOTHER_PIPELINE, Completed(Ending.STOPPED_THEN_GONE), None),
    ],
)
def test_once_a_stop_was_sent_the_pipeline_itself_tells(shape, silence, waiting):
    assert STOP.after_silence(RUNS, look(shape)) == silence
    assert STOP.while_waiting(RUNS, look(shape)) == (waiting or silence)


@pytest.mark.parametrize(
    ("reviewed", "shape", "verdict"),
    [
        (STOPPED, pipeline(), MaySend()),
        (CLEARED, cleared(status_since=START), MaySend()),
        (CLEARED, pipeline(), Blocked(Ending.CHANGED_BEFORE)),
        (CLEARED, clearing(), Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, RUN_AND_STOPPED, Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, MORE_CHECKPOINTS, Blocked(Ending.CHANGED_BEFORE)),
        (STOPPED, pipeline(program_status="SqlError"), Blocked(Ending.NOT_COMPILED)),
        (STOPPED, pipeline(program_status="CompilingRust"), MaySend()),
        (STOPPED, pipeline(error=PANIC), MaySend()),
        (STOPPED, running(), Unneeded(Ending.NOTHING_TO_START)),
        (STOPPED, running(status="AwaitingApproval"), Unneeded(Ending.NOTHING_TO_START)),
        (STOPPED, running(status="Provisioning"), InProgress("Provisioning")),
        (CLEARED, early_start(cleared()), InProgress("Compiling")),
        (CLEARED, cleared(id="another"), Blocked(Ending.RECREATED_BEFORE)),
        (CLEARED, None, Blocked(Ending.UNKNOWN_PIPELINE)),
    ],
)
def test_only_what_was_reviewed_or_cleared_is_started(reviewed, shape, verdict):
    """After a clear the id and the cleared storage count; the error of the run before does not."""
    assert BEGIN.before_sending(reviewed, look(shape)) == verdict


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (running(), Completed(Ending.RUNNING)),
        (running(status="AwaitingApproval"), Completed(Ending.AWAITS_APPROVAL_IN_FELDERA)),
        (running(status="Paused"), Completed(Ending.UP_OTHERWISE, "Paused")),
        (early_start(pipeline()), InProgress("Compiling")),
        (running(status="Dreaming"), InProgress("Dreaming")),
        (running(status="Stopping", resources="Stopping", resources_desired="Stopped"), InProgress()),
        (pipeline(resources_desired_since=START), StepFailed(Ending.STOPPED_WHILE_STARTING)),
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
def test_once_a_start_was_sent_the_pipeline_itself_tells(shape, verdict):
    assert BEGIN.after_silence(STOPPED, look(shape)) == verdict
    assert BEGIN.while_waiting(STOPPED, look(shape)) == verdict


@pytest.mark.parametrize("shape", [pipeline(), pipeline(error=PANIC)])
def test_stopped_since_the_same_moment_means_that_no_start_has_happened(shape):
    """Even with an error: it is the one of the run before. Once accepted, that cannot be."""
    assert BEGIN.after_silence(STOPPED, look(shape)) == Untouched()
    assert BEGIN.while_waiting(STOPPED, look(shape)) == Contradiction()
