"""What a look proves about a clear, by Feldera's own rules: the table of verdicts, row by row."""

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
    Unneeded,
    Untouched,
)
from bot.domain.pipelines.pipeline import Absent, Checkpoints, Seen, Storage
from tests.clock import START
from tests.domain.samples import cleared, clearing, early_start, pipeline, running

REVIEWED = Fingerprint.of(pipeline())
STEP = ClearStep()
RUN_AND_STOPPED = pipeline(status_since=START)
MORE_CHECKPOINTS = pipeline(checkpoints=Checkpoints(3, 1))
OTHER_WORD = pipeline(storage=Storage.OTHER)


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
def test_before_sending_only_what_was_reviewed_may_be_cleared(shape, verdict):
    """Another id, another run, other checkpoints, another word: nobody agreed to destroy that."""
    assert STEP.before_sending(REVIEWED, look(shape)) == verdict


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (cleared(), Completed(Ending.CLEARED)),
        (early_start(cleared()), Completed(Ending.CLEARED_AND_STARTING)),
        (None, Completed(Ending.CLEARED_THEN_GONE)),
        (pipeline(id="another"), Completed(Ending.CLEARED_THEN_RECREATED)),
        (clearing(), InProgress()),
        (pipeline(), Untouched()),
        (running(), AskHistory()),
        (early_start(pipeline()), AskHistory()),
        (RUN_AND_STOPPED, AskHistory()),
        (MORE_CHECKPOINTS, AskHistory()),
        (OTHER_WORD, AskHistory()),
    ],
)
def test_after_a_silence_the_pipeline_itself_tells(shape, verdict):
    """Feldera deletes and renames only what is cleared; in use as reviewed means that nothing happened at all."""
    assert STEP.after_silence(REVIEWED, look(shape)) == verdict


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        (cleared(), Completed(Ending.CLEARED)),
        (early_start(cleared()), Completed(Ending.CLEARED_AND_STARTING)),
        (None, Completed(Ending.CLEARED_THEN_GONE)),
        (cleared(id="another"), Completed(Ending.CLEARED_THEN_RECREATED)),
        (running(), AskHistory()),
        (early_start(pipeline()), AskHistory()),
        (RUN_AND_STOPPED, AskHistory()),
        (clearing(), InProgress()),
        (pipeline(), Contradiction()),
        (OTHER_WORD, Contradiction()),
    ],
)
def test_once_accepted_only_the_record_may_deny_that_it_was_cleared(shape, verdict):
    """Storage in use again was cleared first, if it was this clear that was accepted; as reviewed, it cannot be."""
    assert STEP.while_waiting(REVIEWED, look(shape)) == verdict
