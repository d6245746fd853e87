"""From a proposal to the moment before sending: clicks, cards, and permissions that end."""

from datetime import timedelta

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import (
    CardLost,
    CardNotPosted,
    CardPlaced,
    CardPostStarted,
    Closed,
    Confirmed,
    NoPlace,
    Send,
    TimePassed,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Card
from bot.domain.pipelines.pipeline import Absent
from tests.clock import START
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    CARRIED,
    DENIED,
    DOWN,
    NOT_PERMITTED,
    after_look,
    cleared,
    clearing,
    kinds,
    needs_human,
    pipeline,
    proposed,
    ready,
    running,
    submitting,
    waiting,
)

SOON = START + timedelta(minutes=5)
HALF_AN_HOUR = START + timedelta(minutes=30)
FOUR_HOURS = START + timedelta(hours=4)


def test_the_requester_confirms():
    """The proposal becomes work, and nothing has been sent."""
    after = advance(proposed(), Confirmed(ANA, CARRIED), SOON)
    assert (after.operation.state, after.operation.confirmed_at) == (State.READY, SOON)
    assert (kinds(after), after.effect) == ([EventKind.CONFIRMED], None)


@pytest.mark.parametrize(
    "click", [Confirmed(BEN, CARRIED), Confirmed(ANA, NOT_PERMITTED), Withdrawn(BEN), Closed(ANA, ALLOWED)]
)
def test_nobody_else_and_no_permission_confirms(click):
    """The preview was shown to one person, whose permission is checked again at the click."""
    after = advance(proposed(), click, SOON)
    assert after.operation == proposed()
    assert after.events == ()


def test_never_mind():
    """Withdrawn: it holds nothing and says nothing."""
    after = advance(proposed(), Withdrawn(ANA), SOON).operation
    assert (after.state, after.outcome.ending, after.outcome.by) == (State.WITHDRAWN, Ending.WITHDRAWN, ANA)


@pytest.mark.parametrize("click", [Confirmed(ANA, CARRIED), Withdrawn(ANA)])
def test_a_preview_is_good_for_half_an_hour(click):
    """What it showed may have changed since: at 30 minutes it still holds, later it has expired."""
    assert advance(proposed(), click, HALF_AN_HOUR).operation.state is not State.EXPIRED
    late = advance(proposed(), click, HALF_AN_HOUR + timedelta(seconds=1)).operation
    assert (late.state, late.outcome.ending) == (State.EXPIRED, Ending.TOO_LATE)


@pytest.mark.parametrize("operation", [ready(), submitting(), waiting()])
@pytest.mark.parametrize("click", [Confirmed(ANA, CARRIED), Withdrawn(ANA), Closed(ANA, ALLOWED)])
def test_a_second_click_changes_nothing(operation, click):
    """A clear cannot be cancelled, nor confirmed twice, nor closed while it is under way."""
    assert advance(operation, click, SOON).operation == operation


def test_whoever_may_clear_may_close_what_needs_a_human():
    """The lock belongs to the operation, not to the person: any operator who looked may free the pipeline."""
    after = advance(needs_human(), Closed(BEN, ALLOWED), SOON)
    assert (after.operation.state, after.operation.outcome.by) == (State.CLOSED, BEN)
    assert kinds(after) == [EventKind.ENDED]
    assert advance(needs_human(), Closed(BEN, DENIED), SOON).operation == needs_human()


def test_what_was_reviewed_is_sent():
    """A look that shows the pipeline as it was reviewed lets the request go, recorded first."""
    after = after_look(ready(), pipeline(), SOON)
    assert (after.operation.state, after.operation.attempt.submitted_at, after.effect) == (
        State.SUBMITTING,
        SOON,
        Send(),
    )
    assert kinds(after) == [EventKind.SENT]
    assert after.operation.due_at == SOON + timedelta(seconds=0.5)


def test_a_permission_that_ended_meanwhile_stops_it():
    """Checked for the third time right before the request is sent."""
    after = after_look(ready(), pipeline(), SOON, carried=NOT_PERMITTED)
    assert (after.operation.state, after.operation.outcome.ending) == (State.REFUSED, Ending.PERMISSION_LOST)
    assert after.effect is None


@pytest.mark.parametrize(
    ("look", "state", "ending"),
    [
        (cleared(), State.UNNECESSARY, Ending.NOTHING_TO_CLEAR),
        (Absent(), State.REFUSED, Ending.UNKNOWN_PIPELINE),
        (pipeline(id="another"), State.STALE, Ending.RECREATED_BEFORE),
        (pipeline(status_since=START), State.STALE, Ending.CHANGED_BEFORE),
        (running(), State.STALE, Ending.RUNNING_BEFORE),
    ],
)
@pytest.mark.parametrize("now", [SOON, FOUR_HOURS])
def test_what_is_not_as_reviewed_is_left_alone(look, state, ending, now):
    """Feldera's word goes before the clock's: it is told as it is, however late."""
    after = after_look(ready(), look, now)
    assert (after.operation.state, after.operation.outcome.ending) == (state, ending)
    assert (kinds(after), after.effect) == ([EventKind.ENDED], None)


def test_a_clear_that_runs_already_is_watched():
    """Nothing is sent, and the operation waits for what Feldera is doing anyway."""
    after = after_look(ready(), clearing(), SOON)
    assert (after.operation.state, after.operation.attempt.sends, after.effect) == (State.WAITING, 0, None)
    assert [event.data for event in after.events] == [{"sends": 0}]


def test_without_a_card_nothing_is_sent():
    """Nobody could see it; it is taken up when the card stands, or when its time is over."""
    unplaced = ready(card=None, due_at=SOON)
    for after in (after_look(unplaced, pipeline(), SOON), advance(unplaced, TimePassed(), SOON)):
        assert (after.operation.state, after.operation.due_at, after.effect) == (
            State.READY,
            FOUR_HOURS,
            None,
        )
    assert advance(unplaced, CardPlaced(CARD), SOON).operation.due_at == SOON


def test_a_confirmation_is_good_for_four_hours():
    """Long enough for an outage, too short to clear in somebody else's shift."""
    unplaced = ready(card=None)
    just_before = FOUR_HOURS - timedelta(seconds=1)
    assert advance(unplaced, TimePassed(), just_before).operation.state is State.READY
    assert after_look(ready(), pipeline(), just_before).effect == Send()
    late = (
        advance(unplaced, TimePassed(), FOUR_HOURS),
        after_look(ready(), pipeline(), FOUR_HOURS),
        after_look(ready(), DOWN, FOUR_HOURS),
    )
    for after in late:
        assert (after.operation.state, after.operation.outcome.ending) == (State.EXPIRED, Ending.TOO_LATE)
        assert (kinds(after), after.effect) == ([EventKind.ENDED], None)


def test_no_place_at_all_means_no_clear():
    """Neither the channel nor the requester takes the card: it ends before anything is sent."""
    after = advance(ready(card=None), NoPlace("cannot_dm_bot"), SOON)
    assert (after.operation.state, after.operation.outcome.ending) == (State.REFUSED, Ending.NO_PLACE)
    assert after.operation.outcome.message == "cannot_dm_bot"


@pytest.mark.parametrize("operation", [submitting(), waiting(), needs_human()])
def test_a_place_lost_later_changes_no_outcome(operation):
    """What may have been sent is watched to its end, shown or not."""
    after = advance(operation, NoPlace("is_archived"), SOON)
    assert after.operation == operation
    assert after.events == ()


def test_a_card_moves():
    """A deleted card goes up again where it was; a place that takes nothing any more is left, and said."""
    deleted = advance(waiting(rendered_version=1), CardLost(None), SOON).operation
    assert (deleted.display.card, deleted.display.displaced, deleted.display.rendered_version) == (
        None,
        None,
        0,
    )
    displaced = advance(waiting(), CardLost("is_archived"), SOON).operation
    assert (displaced.display.card, displaced.display.displaced) == (None, "is_archived")
    again = Card("D1", "1700000001.000100")
    assert advance(displaced, CardPlaced(again), SOON).operation.display.card == again


def test_copies_of_the_card_are_counted():
    """Counted before each post, and taken back only where Slack certainly did not take it."""
    begun = advance(ready(posts=0), CardPostStarted(), SOON).operation
    assert begun.display.posts == 1
    assert advance(begun, CardNotPosted(), SOON).operation.display.posts == 0
    assert advance(ready(posts=0), CardNotPosted(), SOON).operation.display.posts == 0
