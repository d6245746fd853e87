"""While Feldera clears: what is said and when, what an outage changes (nothing), and when a human is called."""

from datetime import timedelta

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import HealthRead, ReadHealth
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.pipelines.pipeline import (
    Absent,
    Problem,
    ProblemKind,
    RunnerHealth,
)
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, cleared, clearing, early_start, pipeline
from tests.domain.samples import ready, submitting, waiting


def at(**duration):
    return START + timedelta(**duration)


def watched(operation, look, until):
    """Look whenever it is due, until a moment; what was said on the way, with the seconds since START."""
    said, now = [], START
    while now <= until and operation.due_at is not None:
        after = after_look(operation, look, now)
        if after.effect == ReadHealth():
            health = advance(after.operation, HealthRead(RunnerHealth(healthy=True, message="")), now)
            said += [(event.kind, (now - START).total_seconds()) for event in health.events]
            after = type(after)(health.operation, after.events)
        said += [(event.kind, event.data.get("seconds")) for event in after.events]
        operation = after.operation
        assert operation.due_at is None or operation.due_at > now
        now = operation.due_at or until
    return operation, said


def test_milestones_come_once_each():
    _, said = watched(waiting(), clearing(), at(minutes=35))
    progress = [seconds for kind, seconds in said if kind is EventKind.STILL_CLEARING]
    assert progress == [30, 60, 120, 300, 600, 1800]
    [overdue] = [seconds for kind, seconds in said if kind is EventKind.OVERDUE]
    assert 180 <= overdue < 195
    assert {kind for kind, _ in said} == {EventKind.STILL_CLEARING, EventKind.OVERDUE}


def test_each_milestone_is_told_on_time():
    operation, now = waiting(), START
    moments = []
    while now < at(minutes=11):
        after = after_look(operation, clearing(), now)
        moments += [event.at for event in after.events]
        assert after.operation.version == operation.version, "the card tells the time by itself"
        operation, now = after.operation, after.operation.due_at
    assert moments == [at(seconds=seconds) for seconds in (30, 60, 120, 300, 600)]


def test_after_a_gap_one_line_tells_how_long_it_has_been():
    after = after_look(waiting(), clearing(), at(minutes=61))
    assert [event.data["seconds"] for event in after.events] == [3660]
    assert kinds(after_look(after.operation, clearing(), at(minutes=62))) == []


@pytest.mark.parametrize("healthy", [True, False, None])
def test_what_takes_unusually_long_is_said_once_with_the_runners_health(healthy):
    """Overdue is a flag, not an end: the clear goes on, and cannot be cancelled."""
    asked = after_look(waiting(reported_seconds=120), clearing(), at(minutes=3))
    assert asked.effect == ReadHealth()
    told = advance(asked.operation, HealthRead(RunnerHealth(healthy, "how it is")), at(minutes=3))
    assert told.operation.state is State.WAITING
    assert told.operation.attempt.overdue_since == at(minutes=3)
    assert [(event.kind, event.data["seconds"], event.data["message"]) for event in told.events] == [
        (EventKind.OVERDUE, 180, "how it is")
    ]
    assert after_look(told.operation, clearing(), at(minutes=4)).effect is None
    assert advance(told.operation, HealthRead(RunnerHealth(healthy, "")), at(minutes=4)).events == ()


@pytest.mark.parametrize(
    ("look", "ending"),
    [
        (cleared(), Ending.CLEARED),
        (early_start(cleared()), Ending.CLEARED_AND_STARTING),
        (Absent(), Ending.CLEARED_THEN_GONE),
        (pipeline(id="another"), Ending.CLEARED_THEN_RECREATED),
    ],
)
@pytest.mark.parametrize("now", [at(seconds=1), at(days=2)])
def test_the_goal_is_the_goal_however_late(look, ending, now):
    after = after_look(waiting(), look, now)
    assert end_of(after) == (State.SUCCEEDED, ending)
    assert (kinds(after), after.operation.ended_at) == ([EventKind.ENDED], now)


def test_what_cannot_be_calls_a_human():
    after = after_look(waiting(), pipeline(), at(seconds=2))
    assert end_of(after) == (State.NEEDS_HUMAN, Ending.CONTRADICTION)


OUTAGES = [DOWN, Problem(ProblemKind.BUSY, "busy"), Problem(ProblemKind.UNEXPECTED, "500")]


@pytest.mark.parametrize("problem", OUTAGES)
@pytest.mark.parametrize("operation", [ready(), submitting(), waiting()])
def test_an_outage_of_an_hour_changes_no_outcome(operation, problem):
    """It is said once that Feldera does not answer, and once that it does again; the work goes on from there."""
    after, said = watched(operation, problem, at(hours=1))
    assert after.state is operation.state
    assert [kind for kind, _ in said] == [EventKind.UNREACHABLE]
    back = after_look(after, pipeline() if operation.state is State.READY else clearing(), at(hours=1))
    assert kinds(back)[0] is EventKind.REACHABLE
    assert back.events[0].data == {
        "seconds": round((at(hours=1) - after.outage.unreachable_since).total_seconds())
    }
    assert (back.operation.outage.failures, back.operation.outage.unreachable_since) == (0, None)
    assert back.operation.state is (State.SUBMITTING if operation.state is State.READY else State.WAITING)


def test_a_blip_is_not_worth_a_word():
    """Two failed looks are a restart or a dropped connection; the third is said."""
    operation = waiting()
    for failures, spoken in ((1, []), (2, []), (3, [EventKind.UNREACHABLE]), (4, [])):
        after = after_look(operation, DOWN, at(seconds=failures))
        assert (kinds(after), after.operation.outage.failures) == (spoken, failures)
        operation = after.operation
    assert kinds(after_look(waiting(failures=2), clearing(), at(seconds=3))) == []


def test_feldera_is_left_alone_as_long_as_it_asks():
    """`Retry-After` counts from the answer, and failures slow the looks down by themselves."""
    asked = after_look(waiting(), Problem(ProblemKind.BUSY, "busy", retry_after=40.0), START)
    assert asked.operation.due_at == at(seconds=40)
    gaps = [
        after_look(waiting(failures=failures), DOWN, START).operation.due_at - START for failures in range(12)
    ]
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (timedelta(seconds=2), timedelta(seconds=15))


@pytest.mark.parametrize(
    ("trouble", "looks", "ending"),
    [
        (ProblemKind.FORBIDDEN, 1, Ending.NO_ACCESS),
        (ProblemKind.UNAUTHORIZED, 5, Ending.NO_ACCESS),
        (ProblemKind.NOT_FELDERA, 5, Ending.WRONG_ADDRESS),
    ],
)
def test_before_anything_was_sent_a_wrong_key_or_address_ends_it(trouble, looks, ending):
    """Feldera answers 401 in some outages: only several in a row mean that waiting will not help."""
    operation = ready()
    for count in range(1, looks + 1):
        operation = after_look(operation, Problem(trouble, "no"), at(seconds=count)).operation
        assert operation.state is (State.REFUSED if count == looks else State.READY)
    assert (operation.outcome.ending, operation.outcome.message) == (ending, "no")


@pytest.mark.parametrize(
    "trouble", [each for each in ProblemKind if each is not ProblemKind.AMBIGUOUS_FELDERA]
)
@pytest.mark.parametrize("operation", [submitting(), waiting()])
def test_after_something_was_sent_no_wrong_key_ends_it(operation, trouble):
    after, _ = watched(operation, Problem(trouble, "no"), at(hours=6))
    assert after.state is operation.state


@pytest.mark.parametrize("operation", [submitting(), waiting()])
def test_what_cannot_be_told_apart_is_left_to_people_once_it_lasts(operation):
    problem = Problem(ProblemKind.AMBIGUOUS_FELDERA, "why")
    before, states = operation.state, []
    for moment in (at(seconds=1), at(seconds=3), at(seconds=14), at(seconds=20), at(hours=1)):
        operation = after_look(operation, problem, moment).operation
        states.append(operation.state)
    assert states == [before] * 3 + [State.NEEDS_HUMAN] * 2
    assert operation.outcome.ending is Ending.AMBIGUOUS_FELDERA
