"""Before a clear that follows a stop: the events that prove whose run was ended, and what is never sent without them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Answered,
    HistoryRead,
    ReadHistory,
    Send,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import (
    Accepted,
    Change,
    PipelineEvents,
    Problem,
    ProblemKind,
    Storage,
)
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, STOPPED_AT, pipeline, running
from tests.domain.test_plans import (
    RECORDED_AT,
    RUN,
    SOON,
    STOPPED,
    STOPPED_SINCE,
    events_read,
    in_plan,
    record,
    sent,
    stopped,
)
from tests.operations import changed


@pytest.mark.parametrize(
    ("wanted", "is_one_run"),
    [
        ([False], True),
        ([True, False], True),
        ([True, True, False, False], True),
        ([False, True, False], False),
        ([True, False, True, False], False),
    ],
)
def test_the_record_proves_whose_run_ended(wanted, is_one_run):
    """Wanted to run, and then to stop: one run. Any start after a stop is another one, and nobody agreed to lose that."""
    after = stopped(sent(in_plan(), RUN), record(*wanted))
    if is_one_run:
        assert after.operation.state is State.READY
    else:
        assert end_of(after) == (State.STALE, Ending.RUN_SINCE)
        assert kinds(after) == [EventKind.STEP_DONE, EventKind.ENDED]


def test_a_record_that_does_not_reach_back_proves_nothing():
    """Nor one that nobody had read before the stop was sent, nor one that does not tell of the stop itself."""
    short = PipelineEvents((Change(STOPPED_SINCE, Storage.IN_USE, wanted=False),))
    assert stopped(sent(in_plan(), RUN), short).operation.outcome.ending is Ending.RUN_SINCE
    by_an_older_version = changed(sent(in_plan(), RUN), proof_from=None, previewed=Fingerprint.of(RUN))
    assert stopped(by_an_older_version).operation.outcome.ending is Ending.RUN_SINCE
    assert stopped(sent(in_plan(), RUN), record(True)).operation.outcome.ending is Ending.RUN_SINCE


def test_a_plan_that_an_older_version_began_goes_by_the_events_of_its_review():
    """It noted no other; where they still reach back so far, the clear goes on."""
    begun = changed(sent(in_plan(), RUN), proof_from=None)
    assert stopped(begun).operation.state is State.READY


def test_the_proof_begins_right_before_the_stop():
    """However long ago the review was: Feldera has forgotten its events by now, and nobody needs them."""
    newest = Change(START - timedelta(seconds=5), Storage.IN_USE, wanted=True)
    read = events_read(in_plan(), RUN, PipelineEvents((newest,)))
    assert (read.operation.due_at, read.effect, read.events) == (START, None, ())
    operation = advance(after_look(read.operation, RUN).operation, Answered(Accepted()), START).operation
    assert operation.attempt.proof_from == newest.at
    stop = Change(STOPPED_SINCE, Storage.IN_USE, wanted=False)
    assert stopped(operation, PipelineEvents((stop, newest))).operation.step_name is StepName.CLEAR


def test_what_was_read_counts_only_once_a_later_look_shows_the_reviewed_run():
    """Run anew between the look and the reading, and stopped before the next look: what was read is of that run."""
    of_another_run = PipelineEvents((Change(SOON, Storage.IN_USE, wanted=True),))
    operation = events_read(in_plan(), RUN, of_another_run).operation
    looked = after_look(operation, STOPPED, SOON)
    later = PipelineEvents(
        (Change(SOON + timedelta(seconds=1), Storage.IN_USE, wanted=False), *of_another_run.changes)
    )
    after = advance(looked.operation, HistoryRead(later, looked.effect.found), SOON)
    assert after.operation.outcome.ending is Ending.RUN_SINCE
    assert (
        after_look(operation, running(since=SOON), SOON).operation.outcome.ending is Ending.RESTARTED_BEFORE
    )


@pytest.mark.parametrize("minutes", [5, 90, -1])
def test_events_are_read_again_before_a_stop_that_took_long_to_send(minutes):
    """A busy pipeline soon has more events than Feldera keeps; a clock that was set back makes no reading last."""
    operation = events_read(in_plan(), RUN).operation
    assert isinstance(after_look(operation, RUN, START + timedelta(minutes=minutes)).effect, ReadHistory)


def test_events_are_read_again_before_a_stop_is_repeated_late():
    """What was proved for the first request is kept meanwhile: it may have arrived after all."""
    operation = sent(in_plan(), RUN)
    lost = changed(operation, state=State.SUBMITTING, accepted_at=None)
    late = START + timedelta(hours=3)
    assert isinstance(after_look(lost, RUN, START + timedelta(seconds=20)).effect, Send)
    newest = PipelineEvents((Change(late, Storage.IN_USE, wanted=True),))
    read = events_read(lost, RUN, newest, late).operation
    assert read.attempt.proof_from == RECORDED_AT
    again = after_look(read, RUN, late)
    assert isinstance(again.effect, Send)
    assert again.operation.attempt.proof_from == late


@pytest.mark.parametrize(
    "history",
    [
        Problem(ProblemKind.NOT_FELDERA, "no such page"),
        Problem(ProblemKind.UNEXPECTED, "makes no sense"),
        Problem(ProblemKind.FORBIDDEN, "not for you"),
        PipelineEvents(()),
        record(False),
    ],
)
def test_no_stop_without_events_that_can_prove_the_clear(history):
    operation = in_plan()
    for _ in range(4):
        operation = events_read(operation, RUN, history).operation
        assert (operation.state, operation.attempt.sends) == (State.READY, 0)
    after = events_read(operation, RUN, history)
    assert end_of(after) == (State.REFUSED, Ending.EVENTS_UNUSABLE)
    assert after.effect is None


def test_an_outage_of_the_events_before_a_stop_is_waited_for():
    operation, told = in_plan(), []
    for _ in range(9):
        after = events_read(operation, RUN, DOWN)
        operation, told = after.operation, [*told, *kinds(after)]
    assert (operation.state, told) == (State.READY, [EventKind.UNREACHABLE])
    back = events_read(operation, RUN)
    assert kinds(back) == [EventKind.REACHABLE]
    late = events_read(operation, RUN, DOWN, START + timedelta(hours=3, minutes=59, seconds=59))
    assert late.operation.state is State.READY
    over = after_look(late.operation, RUN, START + timedelta(hours=4))
    assert over.operation.outcome.ending is Ending.TOO_LATE


def test_a_stop_that_was_lost_is_not_repeated_without_events():
    """It may have arrived: a human has to look."""
    lost = changed(sent(in_plan(), RUN), state=State.SUBMITTING, accepted_at=None, failures=4)
    late = START + timedelta(hours=3)
    after = events_read(lost, RUN, Problem(ProblemKind.NOT_FELDERA, "no such page"), late).operation
    assert (after.state, after.outcome.ending) == (State.NEEDS_HUMAN, Ending.UNTOUCHED)


def test_a_stop_that_was_under_way_at_the_review_needs_no_record():
    """The moment at which it was asked for is the same: no start can have been in between."""
    stopping = running(since=STOPPED_AT, resources_desired="Stopped", desired_status="Stopped")
    operation = after_look(replace(in_plan(), previewed=Fingerprint.of(stopping)), stopping).operation
    same = pipeline(status_since=SOON, resources_desired_since=STOPPED_AT)
    after = after_look(operation, same, SOON)
    assert (after.effect, after.operation.step_name) == (None, StepName.CLEAR)
    assert isinstance(after_look(operation, STOPPED, SOON).effect, ReadHistory)


def test_a_record_that_cannot_be_read_now_is_asked_for_again():
    looked = after_look(sent(in_plan(), RUN), STOPPED, SOON)
    away = advance(looked.operation, HistoryRead(DOWN, looked.effect.found), SOON).operation
    assert (away.state, away.step) == (State.WAITING, 0)
    missing = HistoryRead(Problem(ProblemKind.NOT_FELDERA, "no such page"), looked.effect.found)
    operation = looked.operation
    for _ in range(4):
        operation = advance(operation, missing, SOON).operation
        assert operation.state is State.WAITING
    assert advance(operation, missing, SOON).operation.outcome.ending is Ending.RUN_SINCE


def test_what_was_stopped_at_the_review_and_is_as_it_was_needs_no_record():
    operation = replace(in_plan(), previewed=Fingerprint.of(pipeline()))
    after = after_look(operation, pipeline(), START).operation
    assert (after.state, after.step_name) == (State.READY, StepName.CLEAR)
    assert not after.has_begun, "nothing was sent yet"
