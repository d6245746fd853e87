"""A request that may have arrived: what is sent again, what is proved, and what only a human can tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import Answered, Send
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.machine.transitions import MAX_SENDS
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    NotSent,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    Unknown,
)
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, cleared, clearing, early_start, pipeline, running
from tests.domain.samples import (
    CARD,
    CARRIED,
    FROZEN,
    NOT_APPROVED,
    NOT_PERMITTED,
    needs_human,
    ready,
    submitting,
)
from tests.operations import changed

YOUNG = START + timedelta(seconds=14)
OLD = START + timedelta(seconds=15)
AN_HOUR_ON = START + timedelta(hours=1)
NEXT_SHIFT = START + timedelta(hours=4)
NO = Refused(Refusal.BY_RULE, "must be stopped", "StorageStatusImmutableUnlessStopped")


def test_acceptance():
    """Feldera: 202. From here it only waits, and looks soon, since most clears are quick."""
    after = advance(submitting(), Answered(Accepted()), START)
    assert (after.operation.state, after.operation.attempt.accepted_at) == (State.WAITING, START)
    assert after.operation.due_at == START + timedelta(seconds=0.5)
    assert kinds(after) == [EventKind.ACCEPTED]


@pytest.mark.parametrize(
    ("refusal", "ending"),
    [
        (Refusal.BY_RULE, Ending.FELDERA_REFUSED),
        (Refusal.UNKNOWN_PIPELINE, Ending.UNKNOWN_PIPELINE),
        (Refusal.NO_ACCESS, Ending.NO_ACCESS),
        (Refusal.WRONG_ADDRESS, Ending.WRONG_ADDRESS),
    ],
)
def test_a_no_to_the_only_request_ends_it(refusal, ending):
    after = advance(submitting(), Answered(Refused(refusal, "no, because", "Code")), START)
    outcome = after.operation.outcome
    assert (after.operation.state, outcome.ending) == (State.REFUSED, ending)
    assert (outcome.message, outcome.code) == ("no, because", "Code")


@pytest.mark.parametrize("answer", [NO, NotSent(DOWN)])
def test_a_no_to_a_repeat_proves_nothing(answer):
    """The first request may have arrived after all (and is why the second is refused): look."""
    after = advance(submitting(sends=2), Answered(answer), OLD)
    assert after.operation.state is State.SUBMITTING
    assert after.operation.due_at == OLD + timedelta(seconds=2)


def test_what_certainly_was_not_sent_is_put_off():
    busy = NotSent(Problem(ProblemKind.BUSY, "locked", retry_after=5.0))
    put_off = advance(submitting(), Answered(busy), START)
    row = put_off.operation
    assert (row.state, row.attempt.sends, row.attempt.submitted_at) == (State.READY, 0, None)
    assert row.due_at == START + timedelta(seconds=5), "Feldera asked to be left alone that long"
    assert kinds(put_off) == [EventKind.POSTPONED]
    again = after_look(row, pipeline(), OLD)
    assert (kinds(again), again.effect) == ([EventKind.SENT_AGAIN], Send())
    later = advance(again.operation, Answered(busy), OLD)
    third = after_look(later.operation, pipeline(), OLD + timedelta(seconds=9))
    assert (kinds(later), kinds(third), third.effect) == ([], [], Send()), (
        "it was said that it is kept trying"
    )


def test_what_is_put_off_is_allowed_anew():
    row = advance(submitting(), Answered(NotSent(DOWN)), START).operation
    denied = after_look(row, pipeline(), OLD, carried=NOT_PERMITTED).operation
    assert denied.outcome.ending is Ending.PERMISSION_LOST
    assert after_look(row, running(), OLD).operation.outcome.ending is Ending.RUNNING_BEFORE


def test_a_lost_answer_is_said_and_looked_into():
    after = advance(submitting(), Answered(Unknown(DOWN)), START)
    assert (after.operation.state, after.operation.attempt.sends, after.effect) == (State.SUBMITTING, 1, None)
    assert kinds(after) == [EventKind.ANSWER_LOST]


def test_a_request_that_arrived_is_not_repeated():
    after = after_look(submitting(), clearing(), YOUNG)
    assert (after.operation.state, after.effect) == (State.WAITING, None)
    assert kinds(after) == [EventKind.FOUND_CLEARING]


@pytest.mark.parametrize(
    ("look", "ending"),
    [
        (cleared(), Ending.CLEARED),
        (Absent(), Ending.CLEARED_THEN_GONE),
        (running(id="another"), Ending.CLEARED_THEN_RECREATED),
        (early_start(cleared()), Ending.CLEARED_AND_STARTING),
    ],
)
def test_what_can_only_follow_a_clear_proves_it(look, ending):
    assert end_of(after_look(submitting(), look, YOUNG)) == (State.SUCCEEDED, ending)


def test_a_young_request_may_still_arrive():
    """Feldera waits up to 10 s for a row's lock: within 15 s of sending, untouched proves nothing."""
    after = after_look(submitting(), pipeline(), YOUNG)
    assert (after.operation.state, after.operation.attempt.sends, after.effect) == (State.SUBMITTING, 1, None)
    assert YOUNG < after.operation.due_at <= OLD


@pytest.mark.parametrize("now", [OLD, AN_HOUR_ON])
def test_an_old_request_without_effect_is_sent_again(now):
    after = after_look(submitting(), pipeline(), now)
    assert (after.operation.attempt.sends, after.operation.attempt.submitted_at, after.effect) == (
        2,
        now,
        Send(),
    )
    assert kinds(after) == [EventKind.SENT_AGAIN]
    assert after_look(after.operation, pipeline(), now + timedelta(seconds=14)).effect is None


@pytest.mark.parametrize(("operation", "carried"), [(submitting(card=None), CARRIED), (submitting(), FROZEN)])
def test_nothing_is_repeated_without_a_card_or_into_a_freeze(operation, carried):
    after = after_look(operation, pipeline(), OLD, carried=carried)
    assert (after.operation.state, after.operation.attempt.sends, after.effect) == (State.SUBMITTING, 1, None)
    assert after.operation.due_at > OLD
    placed = changed(after.operation, card=CARD)
    assert after_look(placed, pipeline(), AN_HOUR_ON).effect == Send()


@pytest.mark.parametrize(
    ("operation", "carried", "now"),
    [
        (submitting(sends=MAX_SENDS), CARRIED, OLD),
        (submitting(), NOT_PERMITTED, OLD),
        (submitting(), NOT_APPROVED, OLD),
        (submitting(), CARRIED, NEXT_SHIFT),
        (submitting(), FROZEN, NEXT_SHIFT),
    ],
)
def test_when_it_may_not_be_repeated_a_human_is_called(operation, carried, now):
    """Three lost answers, a right that ended, four hours gone: the request may be on its way, so the lock stays."""
    after = after_look(operation, pipeline(), now, carried=carried)
    assert end_of(after) == (State.NEEDS_HUMAN, Ending.UNTOUCHED)
    assert (kinds(after), after.effect) == ([EventKind.NEEDS_HUMAN], None)
    assert after.operation.ended_at is None


def test_a_no_to_a_repetition_counts_as_no_request():
    """After a lost answer two requests are turned away unread: only one may have arrived, and that is what is said."""
    busy = Answered(NotSent(Problem(ProblemKind.BUSY, "locked", retry_after=40)))
    again = changed(submitting(), sends=2, submitted_at=OLD)
    after = advance(again, busy, OLD).operation
    assert (after.state, after.attempt.sends) == (State.SUBMITTING, 1)
    assert after.due_at == OLD + timedelta(seconds=40)


def test_a_refused_repetition_ends_it_once_the_first_can_do_nothing_any_more():
    """Feldera's own sentence is not lost, but it is the end only when a look shows that nothing has happened."""
    again = changed(submitting(), sends=2, submitted_at=OLD)
    refused = advance(again, Answered(NO), OLD).operation
    assert (refused.state, refused.attempt.sends, refused.attempt.refusal.message) == (
        State.SUBMITTING,
        1,
        "must be stopped",
    )
    young = after_look(refused, pipeline(), OLD + timedelta(seconds=14)).operation
    assert young.state is State.SUBMITTING
    old = after_look(refused, pipeline(), OLD + timedelta(seconds=15)).operation
    assert (old.state, old.outcome) == (State.REFUSED, refused.attempt.refusal)
    arrived = after_look(refused, clearing(), OLD + timedelta(seconds=15)).operation
    assert (arrived.state, arrived.attempt.refusal) == (State.WAITING, None)


def test_a_lost_answer_that_asks_for_patience_gets_it():
    lost = advance(submitting(), Answered(Unknown(Problem(ProblemKind.BUSY, "503", retry_after=120))), START)
    assert lost.operation.due_at == START + timedelta(seconds=120)


def test_a_feldera_out_of_reach_for_a_day_calls_a_human():
    """It must not hold the pipeline's lock for ever; it is still asked, and what it shows settles it."""
    operation, said = submitting(), []
    for hours in (0, 1, 2, 23, 24, 25):
        after = after_look(operation, DOWN, START + timedelta(hours=hours))
        operation, said = after.operation, said + kinds(after)
    assert (operation.state, operation.outcome.ending) == (State.NEEDS_HUMAN, Ending.OUT_OF_REACH)
    assert said == [EventKind.UNREACHABLE, EventKind.NEEDS_HUMAN]
    back = after_look(operation, cleared(), START + timedelta(hours=30))
    assert (back.operation.state, kinds(back)) == (State.SUCCEEDED, [EventKind.REACHABLE, EventKind.ENDED])


def test_a_long_wait_that_feldera_asks_for_is_said_at_once():
    busy = Problem(ProblemKind.BUSY, "overloaded", retry_after=1800)
    assert kinds(after_look(ready(), busy, START)) == [EventKind.UNREACHABLE]


def test_trouble_is_counted_from_its_first_failure():
    operation = submitting()
    for seconds in (0, 30, 60):
        operation = after_look(operation, DOWN, START + timedelta(seconds=seconds)).operation
    assert operation.outage.unreachable_since == START
    back = after_look(operation, clearing(), START + timedelta(seconds=90))
    assert back.events[0].data == {"seconds": 90}


def test_a_key_that_only_the_request_shows_to_be_wrong():
    """Every look succeeds, and the request alone is turned away: that is counted apart, and ends it in the end."""
    operation = ready()
    rejected = Answered(NotSent(Problem(ProblemKind.UNAUTHORIZED, "wrong key")))
    pauses = []
    for _ in range(5):
        submitted = after_look(replace(operation, due_at=START), pipeline(), START)
        assert submitted.effect == Send()
        operation = advance(submitted.operation, rejected, START).operation
        pauses.append(operation.due_at)
    assert (operation.state, operation.outcome.ending) == (State.REFUSED, Ending.NO_ACCESS)
    assert pauses[:4] == sorted(set(pauses[:4]))


def test_a_clear_found_after_all_is_watched_from_the_beginning():
    operation = needs_human(Ending.CONTRADICTION, reported_seconds=600, overdue_since=START)
    found = after_look(operation, clearing(), AN_HOUR_ON).operation
    assert (found.state, found.attempt.reported_seconds, found.attempt.overdue_since) == (
        State.WAITING,
        0,
        None,
    )


@pytest.mark.parametrize(
    ("look", "state", "ending"),
    [
        (cleared(), State.SUCCEEDED, Ending.CLEARED),
        (Absent(), State.SUCCEEDED, Ending.CLEARED_THEN_GONE),
        (clearing(), State.WAITING, None),
        (pipeline(), State.NEEDS_HUMAN, Ending.UNTOUCHED),
        (running(), State.NEEDS_HUMAN, Ending.UNTOUCHED),
    ],
)
def test_a_proof_that_comes_late_still_settles_it(look, state, ending):
    after = after_look(needs_human(), look, AN_HOUR_ON)
    assert end_of(after) == (state, ending)
    if state is State.NEEDS_HUMAN:
        assert after.operation.due_at == AN_HOUR_ON + timedelta(seconds=60)
        assert after.events == ()


def test_an_answer_to_another_state_is_stale():
    for operation in (ready(), needs_human(), changed(submitting(), state=State.WAITING, accepted_at=START)):
        for answer in (Accepted(), NO, NotSent(DOWN), Unknown(DOWN)):
            assert advance(operation, Answered(answer), OLD).operation == operation
