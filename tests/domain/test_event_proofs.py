"""What a pipeline's events prove, after a request without an answer and after one that was accepted."""

from datetime import timedelta

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import HistoryRead, ReadHistory
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import (
    Change,
    PipelineEvents,
    Problem,
    ProblemKind,
    Storage,
)
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, STOPPED_AT, early_start, pipeline, running
from tests.domain.samples import needs_human, submitting, waiting

YOUNG = START + timedelta(seconds=14)
OLD = START + timedelta(seconds=15)
AN_HOUR_ON = START + timedelta(hours=1)
SOON = START + timedelta(seconds=2)


@pytest.mark.parametrize("look", [running(), early_start(pipeline()), pipeline(status_since=START)])
def test_a_pipeline_that_was_run_since_is_asked_for_its_history(look):
    """In use anew: cleared and started, or only started? The status alone does not tell."""
    after = after_look(submitting(), look, YOUNG)
    assert after.operation.state is State.SUBMITTING
    assert isinstance(after.effect, ReadHistory)


def read(operation, *changes, now=OLD):
    """What the record tells: pairs of seconds after the review's stop, and the storage then; newest first."""
    rows = tuple(Change(STOPPED_AT + timedelta(seconds=at), storage) for at, storage in changes)
    return advance(operation, HistoryRead(PipelineEvents(rows)), now)


@pytest.mark.parametrize("proof", [Storage.CLEARING, Storage.CLEARED])
def test_the_record_proves_a_clear(proof):
    after = read(submitting(), (90, Storage.IN_USE), (60, proof), now=YOUNG)
    assert end_of(after) == (State.SUCCEEDED, Ending.CLEARED_THEN_STARTED)


def test_a_record_without_a_clear_proves_that_there_was_none():
    for older in ([], [(-60, Storage.CLEARED)]):
        after = read(submitting(), (90, Storage.IN_USE), (0, Storage.IN_USE), *older)
        assert end_of(after) == (State.STALE, Ending.STARTED_INSTEAD)
        assert kinds(after) == [EventKind.ENDED]


def test_no_verdict_while_the_request_may_arrive():
    """Somebody may stop the pipeline again within those 15 s, and the request clear it then."""
    after = read(submitting(), (90, Storage.IN_USE), (0, Storage.IN_USE), now=YOUNG)
    assert (after.operation.state, after.operation.due_at) == (State.SUBMITTING, OLD)


@pytest.mark.parametrize("changes", [[], [(90, Storage.IN_USE)], [(90, Storage.OTHER), (0, Storage.IN_USE)]])
def test_a_record_that_tells_too_little_calls_a_human(changes):
    after = read(submitting(), *changes)
    assert end_of(after) == (State.NEEDS_HUMAN, Ending.UNPROVABLE)


@pytest.mark.parametrize("trouble", [ProblemKind.UNREACHABLE, ProblemKind.BUSY, ProblemKind.DATABASE_DOWN])
def test_a_record_that_cannot_be_read_now_is_asked_for_again(trouble):
    """An outage is no answer, however long; it is said once, though every look succeeds, and its end is, too."""
    operation, said = submitting(), []
    for _ in range(20):
        looked = after_look(operation, running(), OLD)
        assert isinstance(looked.effect, ReadHistory)
        after = advance(looked.operation, HistoryRead(Problem(trouble, "away")), OLD)
        operation, said = after.operation, said + kinds(looked) + kinds(after)
    assert (operation.state, said) == (State.SUBMITTING, [EventKind.UNREACHABLE])
    settled = read(operation, (90, Storage.IN_USE), (0, Storage.IN_USE))
    assert kinds(settled) == [EventKind.REACHABLE, EventKind.ENDED]


def test_a_record_that_is_not_to_be_had_calls_a_human():
    """A Feldera before 0.292 keeps none. One odd answer is no proof of that; five in a row are."""
    operation = submitting()
    for _ in range(4):
        operation = advance(
            operation, HistoryRead(Problem(ProblemKind.NOT_FELDERA, "no such page")), OLD
        ).operation
        assert operation.state is State.SUBMITTING
    after = advance(operation, HistoryRead(Problem(ProblemKind.NOT_FELDERA, "no such page")), OLD).operation
    assert (after.state, after.outcome.ending) == (State.NEEDS_HUMAN, Ending.UNPROVABLE)


def test_a_record_that_comes_late_still_settles_it():
    operation = needs_human(Ending.UNPROVABLE)
    looked = after_look(operation, running(), AN_HOUR_ON)
    assert isinstance(looked.effect, ReadHistory)
    unread = advance(looked.operation, HistoryRead(DOWN), AN_HOUR_ON)
    assert (unread.operation.state, unread.events) == (State.NEEDS_HUMAN, ())
    too_little = read(operation, (90, Storage.IN_USE), now=AN_HOUR_ON)
    assert (too_little.operation.state, too_little.events) == (State.NEEDS_HUMAN, ())
    proof = read(operation, (90, Storage.CLEARED), (0, Storage.IN_USE), now=AN_HOUR_ON)
    assert proof.operation.outcome.ending == Ending.CLEARED_THEN_STARTED


IN_USE_ANEW = [running(), early_start(pipeline()), pipeline(status_since=START)]


def after_the_record(look, history, operation=None):
    """Accepted, in use again, and the record is read."""
    looked = after_look(operation or waiting(), look, SOON)
    assert isinstance(looked.effect, ReadHistory)
    return advance(looked.operation, HistoryRead(history, looked.effect.found), SOON)


CLEARED_BETWEEN = [(START, Storage.IN_USE), (START, Storage.CLEARED), (STOPPED_AT, Storage.IN_USE)]


@pytest.mark.parametrize("look", IN_USE_ANEW)
@pytest.mark.parametrize(
    ("changes", "state", "ending"),
    [
        (CLEARED_BETWEEN, State.SUCCEEDED, Ending.CLEARED_THEN_STARTED),
        (CLEARED_BETWEEN[:1], State.NEEDS_HUMAN, Ending.UNPROVABLE),
        (CLEARED_BETWEEN[::2], State.NEEDS_HUMAN, Ending.CONTRADICTION),
    ],
    ids=["shows the clear", "does not reach back", "shows none"],
)
def test_an_accepted_clear_of_what_is_in_use_again_goes_by_the_record(look, changes, state, ending):
    """What was accepted may have been the clear of somebody else's pipeline."""
    after = after_the_record(look, PipelineEvents(tuple(Change(*change) for change in changes)))
    assert end_of(after) == (state, ending)


def test_a_record_that_is_not_kept_proves_nothing():
    missing, operation = Problem(ProblemKind.NOT_FELDERA, "no such page"), waiting()
    for _ in range(4):
        operation = after_the_record(running(), missing, operation).operation
        assert operation.state is State.WAITING
    after = after_the_record(running(), missing, operation)
    assert end_of(after) == (State.NEEDS_HUMAN, Ending.UNPROVABLE)
    assert after_the_record(running(), DOWN).operation.state is State.WAITING
