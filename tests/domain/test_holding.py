"""Between ready and sent: the moment to stop it, freezes, and rights or approvals that are gone by then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.rules import Freeze
from bot.domain.events import EventKind
from bot.domain.operations import polling
from bot.domain.operations.inputs import CardPlaced, Send, Stopped, TimePassed, Withdrawn
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.machine.transitions import ASK_SLACK_AGAIN_AFTER
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from tests.clock import START
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    CARRIED,
    DENIED,
    FROZEN,
    NOT_APPROVED,
    NOT_PERMITTED,
    UNVERIFIED,
    after_look,
    authority,
    cleared,
    ended,
    kinds,
    pipeline,
    ready,
    submitting,
    waiting,
)

SOON = START + timedelta(seconds=10)
STOP_UNTIL = START + timedelta(seconds=30)
FOUR_HOURS = START + timedelta(hours=4)
STOPPABLE = ready(cancellable_until=STOP_UNTIL, due_at=STOP_UNTIL)


def frozen_until(moment):
    return authority(freeze=Freeze(1, "orders", moment, "year end", "T1/UCLEO", START))


def test_nothing_is_sent_while_it_can_be_stopped():
    """To the second; a look that comes early waits for the rest of it, and says nothing."""
    early = after_look(STOPPABLE, pipeline(), SOON)
    assert (early.operation.state, early.operation.due_at, early.events) == (State.READY, STOP_UNTIL, ())
    assert after_look(STOPPABLE, pipeline(), STOP_UNTIL - timedelta(seconds=1)).effect is None
    assert after_look(STOPPABLE, pipeline(), STOP_UNTIL).effect == Send()


@pytest.mark.parametrize(
    ("operation", "now"),
    [
        (STOPPABLE, SOON),
        (STOPPABLE, STOP_UNTIL + timedelta(minutes=1)),
        (ready(), SOON),
        (ready(held_by_freeze=True), SOON),
    ],
    ids=["within the window", "after it", "no window", "held by a freeze"],
)
def test_a_stop_ends_it(operation, now):
    """As long as nothing was sent, whatever it waits for: Feldera may not have answered since."""
    after = advance(operation, Stopped(BEN, ALLOWED), now)
    assert (after.operation.state, after.operation.outcome.ending, after.operation.outcome.by) == (
        State.WITHDRAWN,
        Ending.STOPPED,
        BEN,
    )
    assert (kinds(after), after.events[0].by, after.effect) == ([EventKind.ENDED], BEN, None)


@pytest.mark.parametrize(
    ("operation", "click"),
    [
        (STOPPABLE, Stopped(BEN, DENIED)),
        (STOPPABLE, Withdrawn(ANA)),
        (submitting(cancellable_until=STOP_UNTIL), Stopped(BEN, ALLOWED)),
        (waiting(cancellable_until=STOP_UNTIL, submitted_at=None, sends=0), Stopped(BEN, ALLOWED)),
        (ended(State.EXPIRED, Ending.TOO_LATE, cancellable_until=STOP_UNTIL, sends=0), Stopped(BEN, ALLOWED)),
    ],
    ids=["no right", "another button", "sent", "sent by somebody else", "over"],
)
def test_there_is_no_other_way_to_stop_it(operation, click):
    """A clear cannot be cancelled once it may have been sent."""
    assert advance(operation, click, SOON).operation == operation


@pytest.mark.parametrize(("now", "due"), [(SOON, STOP_UNTIL), (STOP_UNTIL, STOP_UNTIL)])
def test_a_card_that_comes_late_does_not_shorten_the_window(now, due):
    """Placed within it, the operation is taken up at its end; placed after it, at once."""
    unplaced = ready(card=None, cancellable_until=STOP_UNTIL, due_at=FOUR_HOURS)
    assert advance(unplaced, CardPlaced(CARD), now).operation.due_at == due


def test_a_freeze_holds_what_is_ready():
    """Said once, with until when and why; it is looked at again each minute, for a freeze may be lifted any time."""
    held = after_look(ready(), pipeline(), SOON, carried=FROZEN)
    row = held.operation
    assert (row.state, row.held_by_freeze, held.effect) == (State.READY, True, None)
    assert row.due_at == SOON + polling.FOR_A_HUMAN
    assert row.version == ready().version + 1, "the card shows it"
    [said] = held.events
    assert (said.kind, said.data) == (
        EventKind.HELD,
        {"until": "2026-03-03T03:00:00+00:00", "reason": "year end", "pattern": "orders"},
    )
    again = after_look(row, pipeline(), row.due_at, carried=FROZEN)
    assert (again.events, again.effect, again.operation.version) == ((), None, row.version)
    assert again.operation.due_at == row.due_at + polling.FOR_A_HUMAN


def test_it_is_taken_up_at_the_very_end_of_the_freeze():
    """If that comes before the next look."""
    held = after_look(ready(), pipeline(), SOON, carried=frozen_until(STOP_UNTIL))
    assert held.operation.due_at == STOP_UNTIL


def test_what_was_held_goes_on_when_the_freeze_is_over():
    """And no longer shows it."""
    held = ready(held_by_freeze=True)
    after = after_look(held, pipeline(), SOON)
    assert (after.operation.state, after.operation.held_by_freeze, after.effect) == (
        State.SUBMITTING,
        False,
        Send(),
    )


def test_a_freeze_that_is_lifted_within_the_stop_window_is_told_on_the_card():
    """Nothing holds it any more but the window."""
    held = ready(held_by_freeze=True, cancellable_until=STOP_UNTIL)
    after = after_look(held, pipeline(), SOON).operation
    assert (after.held_by_freeze, after.due_at, after.version) == (False, STOP_UNTIL, held.version + 1)


def test_a_freeze_that_lasts_too_long_lets_it_lapse():
    """What was confirmed four hours ago is not sent, frozen or not."""
    held = ready(held_by_freeze=True)
    for after in (
        after_look(held, pipeline(), FOUR_HOURS, carried=FROZEN),
        after_look(held, pipeline(), FOUR_HOURS),
        advance(held, TimePassed(), FOUR_HOURS),
    ):
        assert (after.operation.state, after.operation.outcome.ending) == (State.EXPIRED, Ending.TOO_LATE)
        assert (kinds(after), after.effect) == ([EventKind.ENDED], None)


def test_what_is_held_is_still_looked_at():
    """Somebody else may have cleared it, or it was started: that ends it, freeze or not."""
    held = ready(held_by_freeze=True)
    assert after_look(held, cleared(), SOON, carried=FROZEN).operation.state is State.UNNECESSARY
    changed = after_look(held, pipeline(status_since=START), SOON, carried=FROZEN).operation
    assert (changed.state, changed.outcome.ending) == (State.STALE, Ending.CHANGED_BEFORE)


def test_what_slack_does_not_tell_is_waited_for():
    """Said once, with why; asked again each quarter of a minute; sent as soon as it is told."""
    waits = after_look(ready(), pipeline(), SOON, carried=UNVERIFIED)
    row = waits.operation
    assert (row.state, row.unverified_since, waits.effect) == (State.READY, SOON, None)
    assert row.due_at == SOON + ASK_SLACK_AGAIN_AFTER
    [said] = waits.events
    assert (said.kind, said.data) == (EventKind.UNVERIFIED, {"message": "Slack is in trouble"})
    again = after_look(row, pipeline(), row.due_at, carried=UNVERIFIED)
    assert (again.events, again.effect, again.operation.unverified_since) == ((), None, SOON)
    told = after_look(again.operation, pipeline(), again.operation.due_at)
    assert (told.operation.state, told.operation.unverified_since, told.effect) == (
        State.SUBMITTING,
        None,
        Send(),
    )


def test_slack_is_not_waited_for_before_it_matters():
    """The card, a freeze and the moment to stop it come first; when those are over, it is asked anew."""
    unplaced = after_look(ready(card=None), pipeline(), SOON, carried=UNVERIFIED)
    frozen = after_look(ready(), pipeline(), SOON, carried=replace(UNVERIFIED, freeze=FROZEN.freeze))
    stoppable = after_look(STOPPABLE, pipeline(), SOON, carried=UNVERIFIED)
    assert [each.operation.unverified_since for each in (unplaced, frozen, stoppable)] == [None] * 3
    assert [each.operation.state for each in (unplaced, frozen, stoppable)] == [State.READY] * 3


def test_slack_tells_nothing_for_too_long():
    """Four hours after the last approval it lapses, like all that could not be sent."""
    late = after_look(ready(unverified_since=SOON), pipeline(), FOUR_HOURS, carried=UNVERIFIED).operation
    assert (late.state, late.outcome.ending) == (State.EXPIRED, Ending.TOO_LATE)


@pytest.mark.parametrize("operation", [ready(), STOPPABLE, ready(card=None), ready(held_by_freeze=True)])
@pytest.mark.parametrize(
    ("carried", "ending"),
    [(NOT_PERMITTED, Ending.PERMISSION_LOST), (NOT_APPROVED, Ending.APPROVALS_LOST)],
)
def test_what_carried_it_is_gone(operation, carried, ending):
    """A right revoked, an approver who left, a rule that asks for more: it ends at once, and says which."""
    after = after_look(operation, pipeline(), SOON, carried=carried)
    assert (after.operation.state, after.operation.outcome.ending) == (State.REFUSED, ending)
    assert (kinds(after), after.effect) == ([EventKind.ENDED], None)


def test_glass_that_may_no_longer_be_broken():
    """The rule was changed within the window."""
    forbidden = authority(is_break_glass=True)
    after = after_look(ready(incident="INC-1"), pipeline(), SOON, carried=forbidden)
    assert after.operation.outcome.ending is Ending.PERMISSION_LOST


def test_four_hours_run_from_the_last_approval():
    """Not from the request, which may have waited for days."""
    approved = ready(ready_at=FOUR_HOURS, needed=1)
    assert after_look(approved, pipeline(), FOUR_HOURS, carried=CARRIED).effect == Send()
    assert after_look(approved, pipeline(), FOUR_HOURS + timedelta(hours=4)).operation.state is State.EXPIRED
