"""Between ready and sent: the card, the cancel window, freezes, and rights or approvals that are gone by then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.rules import Freeze
from bot.domain.events import EventKind
from bot.domain.operations import polling
from bot.domain.operations.inputs import (
    CardLost,
    CardNotPosted,
    CardPlaced,
    CardPostStarted,
    NoPlace,
    Send,
    Stopped,
    TimePassed,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.machine.transitions import ASK_SLACK_AGAIN_AFTER
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Card
from bot.domain.pipelines.pipeline import Absent
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, cleared, clearing, pipeline, running
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    DENIED,
    FROZEN,
    NOT_APPROVED,
    NOT_PERMITTED,
    UNVERIFIED,
    authority,
    awaiting,
    ended,
    needs_human,
    ready,
    submitting,
    waiting,
)

SOON = START + timedelta(seconds=10)
CANCELLABLE_UNTIL = START + timedelta(seconds=30)
FOUR_HOURS = START + timedelta(hours=4)
A_SECOND = timedelta(seconds=1)
CANCELLABLE = ready(cancellable_until=CANCELLABLE_UNTIL, due_at=CANCELLABLE_UNTIL)


def test_what_was_reviewed_is_sent_and_recorded_first():
    after = after_look(ready(), pipeline(), SOON)
    assert (after.operation.state, after.operation.attempt.submitted_at) == (State.SUBMITTING, SOON)
    assert (kinds(after), after.effect) == ([EventKind.SENT], Send())
    assert after.operation.due_at == SOON + timedelta(seconds=0.5)


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
@pytest.mark.parametrize(
    ("operation", "now"), [(ready(), SOON), (ready(), FOUR_HOURS), (ready(held_by_freeze=True), SOON)]
)
def test_what_is_not_as_reviewed_is_left_alone_however_late_and_frozen_or_not(
    operation, look, state, ending, now
):
    after = after_look(operation, look, now, carried=FROZEN)
    assert (end_of(after), kinds(after), after.effect) == ((state, ending), [EventKind.ENDED], None)


def test_a_clear_that_runs_already_is_watched_and_nothing_is_sent():
    after = after_look(ready(), clearing(), SOON)
    assert (after.operation.state, after.operation.attempt.sends, after.effect) == (State.WAITING, 0, None)
    assert [event.data for event in after.events] == [{"sends": 0}]


def test_without_a_card_nothing_is_sent():
    unplaced = ready(card=None, due_at=SOON)
    for after in (after_look(unplaced, pipeline(), SOON), advance(unplaced, TimePassed(), SOON)):
        row = after.operation
        assert (row.state, row.due_at, after.effect) == (State.READY, FOUR_HOURS, None)
    assert advance(unplaced, CardPlaced(CARD), SOON).operation.due_at == SOON


def test_a_confirmation_is_good_for_four_hours_frozen_or_not_and_whatever_slack_does_not_tell():
    unplaced, held = ready(card=None), ready(held_by_freeze=True)
    just_before = FOUR_HOURS - A_SECOND
    assert advance(unplaced, TimePassed(), just_before).operation.state is State.READY
    assert after_look(ready(), pipeline(), just_before).effect == Send()
    late = (
        advance(unplaced, TimePassed(), FOUR_HOURS),
        after_look(ready(), pipeline(), FOUR_HOURS),
        after_look(ready(), DOWN, FOUR_HOURS),
        after_look(held, pipeline(), FOUR_HOURS, carried=FROZEN),
        after_look(held, pipeline(), FOUR_HOURS),
        advance(held, TimePassed(), FOUR_HOURS),
        after_look(ready(unverified_since=SOON), pipeline(), FOUR_HOURS, carried=UNVERIFIED),
    )
    for after in late:
        assert end_of(after) == (State.EXPIRED, Ending.TOO_LATE)
        assert (kinds(after), after.effect) == ([EventKind.ENDED], None)


def test_four_hours_run_from_the_last_approval():
    approved = ready(ready_at=FOUR_HOURS, needed=1)
    assert after_look(approved, pipeline(), FOUR_HOURS).effect == Send()
    assert after_look(approved, pipeline(), FOUR_HOURS + timedelta(hours=4)).operation.state is State.EXPIRED


def test_no_place_at_all_means_no_clear():
    after = advance(ready(card=None), NoPlace("cannot_dm_bot"), SOON)
    assert end_of(after) == (State.REFUSED, Ending.NO_PLACE)
    assert after.operation.outcome.message == "cannot_dm_bot"


@pytest.mark.parametrize("operation", [submitting(), waiting(), needs_human()])
def test_a_place_lost_later_changes_no_outcome(operation):
    after = advance(operation, NoPlace("is_archived"), SOON)
    assert (after.operation, after.events) == (operation, ())


def test_a_deleted_card_goes_up_again_and_a_place_that_takes_none_is_left():
    deleted = advance(waiting(rendered_version=1), CardLost(None), SOON).operation.display
    assert (deleted.card, deleted.displaced, deleted.rendered_version) == (None, None, 0)
    displaced = advance(waiting(), CardLost("is_archived"), SOON).operation
    assert (displaced.display.card, displaced.display.displaced) == (None, "is_archived")
    again = Card("D1", "1700000001.000100")
    assert advance(displaced, CardPlaced(again), SOON).operation.display.card == again


def test_a_request_looks_for_its_place():
    """The rule's channel, also again; then the one where it was typed; then the requester's DM."""
    asked = awaiting(place="CAPPROVE", card=None)
    assert asked.card_channel == "CAPPROVE"
    assert advance(awaiting(place="CAPPROVE"), CardLost(None), SOON).operation.card_channel == "CAPPROVE"
    typed = advance(asked, CardLost("not_in_channel"), SOON).operation
    assert (typed.display.place, typed.display.displaced, typed.card_channel) == (None, None, typed.origin)
    alone = advance(typed, CardLost("is_archived"), SOON).operation
    assert (alone.display.displaced, alone.card_channel) == ("is_archived", None)
    assert alone.state is State.AWAITING_APPROVAL
    placed = advance(alone, CardPlaced(Card("D1", "1.1")), SOON).operation
    assert placed.due_at == START + timedelta(minutes=30), "its card does not hurry it"
    nowhere = advance(alone, NoPlace("cannot_dm_bot"), SOON)
    assert end_of(nowhere) == (State.REFUSED, Ending.NO_PLACE)


def test_copies_of_the_card_are_counted_and_taken_back_only_where_slack_certainly_did_not_take_one():
    begun = advance(ready(posts=0), CardPostStarted(), SOON).operation
    assert begun.display.posts == 1
    assert advance(begun, CardNotPosted(), SOON).operation.display.posts == 0
    assert advance(ready(posts=0), CardNotPosted(), SOON).operation.display.posts == 0


def test_nothing_is_sent_within_the_cancel_window():
    early = after_look(CANCELLABLE, pipeline(), SOON)
    assert (early.operation.state, early.operation.due_at) == (State.READY, CANCELLABLE_UNTIL)
    assert early.events == ()
    assert after_look(CANCELLABLE, pipeline(), CANCELLABLE_UNTIL - A_SECOND).effect is None
    assert after_look(CANCELLABLE, pipeline(), CANCELLABLE_UNTIL).effect == Send()


@pytest.mark.parametrize(
    ("operation", "now"),
    [
        (CANCELLABLE, SOON),
        (CANCELLABLE, CANCELLABLE_UNTIL + timedelta(minutes=1)),
        (ready(), SOON),
        (ready(held_by_freeze=True), SOON),
    ],
    ids=["within the window", "after it", "no window", "held by a freeze"],
)
def test_it_can_be_cancelled_as_long_as_nothing_was_sent(operation, now):
    after = advance(operation, Stopped(BEN, ALLOWED), now)
    assert (end_of(after), after.operation.outcome.by) == ((State.WITHDRAWN, Ending.STOPPED), BEN)
    assert (kinds(after), after.events[0].by, after.effect) == ([EventKind.ENDED], BEN, None)


@pytest.mark.parametrize(
    ("operation", "click"),
    [
        (CANCELLABLE, Stopped(BEN, DENIED)),
        (CANCELLABLE, Withdrawn(ANA)),
        (submitting(cancellable_until=CANCELLABLE_UNTIL), Stopped(BEN, ALLOWED)),
        (waiting(cancellable_until=CANCELLABLE_UNTIL, submitted_at=None, sends=0), Stopped(BEN, ALLOWED)),
        (ended(State.EXPIRED, Ending.TOO_LATE, sends=0), Stopped(BEN, ALLOWED)),
    ],
    ids=["no right", "another button", "sent", "sent by somebody else", "over"],
)
def test_there_is_no_other_way_to_cancel_it(operation, click):
    assert advance(operation, click, SOON).operation == operation


@pytest.mark.parametrize("now", [SOON, CANCELLABLE_UNTIL])
def test_a_card_that_comes_late_does_not_shorten_the_window(now):
    unplaced = ready(card=None, cancellable_until=CANCELLABLE_UNTIL, due_at=FOUR_HOURS)
    assert advance(unplaced, CardPlaced(CARD), now).operation.due_at == CANCELLABLE_UNTIL


def test_a_freeze_holds_what_is_ready_and_is_told_once():
    """It is looked at again each minute, for a freeze may be removed any time."""
    held = after_look(ready(), pipeline(), SOON, carried=FROZEN)
    row = held.operation
    assert (row.state, row.held_by_freeze, held.effect) == (State.READY, True, None)
    assert row.due_at == SOON + polling.FOR_A_HUMAN
    assert row.version == ready().version + 1, "the card shows it"
    [said] = held.events
    assert said.kind is EventKind.HELD
    assert said.data == {"until": "2026-03-03T03:00:00+00:00", "reason": "year end", "pattern": "orders"}
    again = after_look(row, pipeline(), row.due_at, carried=FROZEN)
    assert (again.events, again.effect, again.operation.version) == ((), None, row.version)
    assert again.operation.due_at == row.due_at + polling.FOR_A_HUMAN


def test_what_a_freeze_held_goes_on_at_its_very_end():
    freeze = Freeze(1, "orders", CANCELLABLE_UNTIL, "year end", "T1/UCLEO", START)
    held = after_look(ready(), pipeline(), SOON, carried=authority(freeze=freeze))
    assert held.operation.due_at == CANCELLABLE_UNTIL
    after = after_look(held.operation, pipeline(), CANCELLABLE_UNTIL)
    assert (after.operation.state, after.operation.held_by_freeze) == (State.SUBMITTING, False)
    assert after.effect == Send()


def test_a_freeze_that_is_removed_within_the_cancel_window_is_told_on_the_card():
    held = replace(CANCELLABLE, held_by_freeze=True)
    after = after_look(held, pipeline(), SOON).operation
    assert (after.held_by_freeze, after.due_at) == (False, CANCELLABLE_UNTIL)
    assert after.version == held.version + 1


def test_what_slack_does_not_tell_is_waited_for_and_said_once():
    waits = after_look(ready(), pipeline(), SOON, carried=UNVERIFIED)
    row = waits.operation
    assert (row.state, row.unverified_since, waits.effect) == (State.READY, SOON, None)
    assert row.due_at == SOON + ASK_SLACK_AGAIN_AFTER
    [said] = waits.events
    assert (said.kind, said.data) == (EventKind.UNVERIFIED, {"message": "Slack is in trouble"})
    again = after_look(row, pipeline(), row.due_at, carried=UNVERIFIED)
    assert (again.events, again.effect, again.operation.unverified_since) == ((), None, SOON)
    told = after_look(again.operation, pipeline(), again.operation.due_at)
    assert (told.operation.unverified_since, told.effect) == (None, Send())


@pytest.mark.parametrize(
    ("operation", "carried"),
    [
        (ready(card=None), UNVERIFIED),
        (ready(), replace(UNVERIFIED, freeze=FROZEN.freeze)),
        (CANCELLABLE, UNVERIFIED),
    ],
    ids=["no card", "frozen", "cancellable"],
)
def test_slack_is_not_waited_for_before_it_matters(operation, carried):
    row = after_look(operation, pipeline(), SOON, carried=carried).operation
    assert (row.state, row.unverified_since) == (State.READY, None)


@pytest.mark.parametrize("operation", [ready(), CANCELLABLE, ready(card=None), ready(held_by_freeze=True)])
@pytest.mark.parametrize(
    ("carried", "ending"),
    [
        (NOT_PERMITTED, Ending.PERMISSION_LOST),
        (NOT_APPROVED, Ending.APPROVALS_LOST),
        (authority(is_break_glass=True), Ending.PERMISSION_LOST),
    ],
    ids=["right", "approvals", "break-glass"],
)
def test_what_carried_it_is_gone(operation, carried, ending):
    after = after_look(operation, pipeline(), SOON, carried=carried)
    assert (end_of(after), kinds(after)) == ((State.REFUSED, ending), [EventKind.ENDED])
    assert after.effect is None
