"""What a look proves about a stop: the table of verdicts, row by row."""

import pytest

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.outcome import Ending
from bot.domain.operations.steps import (
    Blocked,
    Completed,
    Contradiction,
    InProgress,
    MaySend,
    StepFailed,
    StopStep,
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Checkpoints, Seen
from tests.clock import START
from tests.domain.samples import STOPPED_AT, cleared, early_start, pipeline, running

RUN = running(since=STOPPED_AT)
REVIEWED = Fingerprint.of(RUN)
STEP = StopStep()
STOPPING = running(
    since=START,
    status="Stopping",
    resources="Stopping",
    resources_desired="Stopped",
    desired_status="Stopped",
)
OTHER_RUN = running(since=START)
PAUSED = running(
    since=STOPPED_AT,
    status="Paused",
    desired_status="Paused",
    status_since=START,
    checkpoints=Checkpoints(9, None),
)


def look(shape):
    return Absent() if shape is None else Seen(shape)


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
        (running(since=STOPPED_AT, id="another"), Blocked(Ending.RECREATED_BEFORE)),
        (None, Blocked(Ending.UNKNOWN_PIPELINE)),
    ],
)
def test_before_sending_only_the_run_that_was_reviewed_may_be_stopped(shape, verdict):
    """It may have been paused meanwhile, and its checkpoints come and go; a run that was asked for anew is another."""
    assert STEP.before_sending(REVIEWED, look(shape)) == verdict


def test_what_was_stopped_when_it_was_reviewed_is_no_run():
    """Somebody started it since: nobody agreed to stop that."""
    stopped = Fingerprint.of(pipeline(resources_desired_since=STOPPED_AT))
    assert STEP.before_sending(stopped, Seen(RUN)) == Blocked(Ending.RESTARTED_BEFORE)


@pytest.mark.parametrize(
    ("shape", "silence", "waiting"),
    [
        (RUN, Untouched(), Contradiction()),
        (OTHER_RUN, StepFailed(Ending.RESTARTED_WHILE_STOPPING), StepFailed(Ending.RESTARTED_WHILE_STOPPING)),
        (STOPPING, InProgress(), InProgress()),
        (pipeline(), Completed(Ending.PIPELINE_STOPPED), Completed(Ending.PIPELINE_STOPPED)),
        (None, Completed(Ending.STOPPED_THEN_GONE), Completed(Ending.STOPPED_THEN_GONE)),
        (
            running(since=STOPPED_AT, id="another"),
            Completed(Ending.STOPPED_THEN_GONE),
            Completed(Ending.STOPPED_THEN_GONE),
        ),
    ],
)
def test_once_sent_the_pipeline_itself_tells(shape, silence, waiting):
    """Wanted to run as it was: nothing has happened, and once accepted that cannot be. Gone: it was stopped first."""
    assert STEP.after_silence(REVIEWED, look(shape)) == silence
    assert STEP.while_waiting(REVIEWED, look(shape)) == waiting
