"""A request that waits for others: asked for, approved, denied, taken back, and what each click does too late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.rules import Requirements
from bot.domain.events import EventKind
from bot.domain.operations.inputs import (
    CardLost,
    CardPlaced,
    Confirmed,
    DeniedByApprover,
    DeniedInShell,
    NoPlace,
    SignedOff,
    Stopped,
    TimePassed,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Approval, Card, Review
from tests.clock import START
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    CLEO,
    DENIED,
    FROZEN,
    IN_EVERY_STATE,
    NOT_PERMITTED,
    approved,
    authority,
    awaiting,
    ended,
    kinds,
    proposed,
    submitting,
)

SOON = START + timedelta(minutes=5)
HALF_PAST = START + timedelta(minutes=30)
THE_END = START + timedelta(hours=1)
JUST_BEFORE = THE_END - timedelta(seconds=1)
HALF = awaiting(given=(Approval(BEN, START),))
TERMS = Requirements(
    approvals=2,
    approve_within=timedelta(hours=1),
    remind_after=timedelta(minutes=30),
    ask_channels=("CAPPROVE", "COTHER"),
    ask_groups=("SAPPROVE",),
    stop_window=timedelta(seconds=30),
)
ASKED = Confirmed(ANA, authority(requirements=TERMS))
BROKEN = Confirmed(
    ANA, authority(requirements=replace(TERMS, break_glass=True), is_break_glass=True), "orders"
)


def test_a_confirmed_request_waits_for_others():
    """It is shown where the rule says, to whom it says, and its time runs from the click."""
    after = advance(proposed(), ASKED, SOON)
    row = after.operation
    assert (row.state, row.confirmed_at, row.ready_at) == (State.AWAITING_APPROVAL, SOON, None)
    assert (row.display.place, row.approval.groups, row.approval.needed) == ("CAPPROVE", ("SAPPROVE",), 2)
    assert (row.approval.deadline, row.approval.remind_at) == (
        SOON + timedelta(hours=1),
        HALF_PAST + timedelta(minutes=5),
    )
    assert row.due_at == row.approval.remind_at
    assert (kinds(after), after.events[0].by, after.effect) == ([EventKind.REQUESTED], ANA, None)


def test_without_a_channel_it_is_asked_for_where_it_was_typed():
    """Nobody is mentioned then either."""
    after = advance(
        proposed(), Confirmed(ANA, authority(requirements=Requirements(approvals=1))), SOON
    ).operation
    assert (after.display.place, after.approval.groups, after.card_channel) == (None, (), after.origin)


def test_what_needs_nobody_asks_nobody():
    """An operator's own clear stays where it was typed, whatever channel rules name."""
    after = advance(proposed(), Confirmed(ANA, authority(requirements=replace(TERMS, approvals=0))), SOON)
    assert (after.operation.state, after.operation.display.place, after.operation.approval.groups) == (
        State.READY,
        None,
        (),
    )
    assert kinds(after) == [EventKind.CONFIRMED]


@pytest.mark.parametrize("remind_after", [None, timedelta(hours=1), timedelta(hours=2)])
def test_a_reminder_comes_half_way_where_the_rules_name_no_time_for_it(remind_after):
    """Or one at or after the end, which would remind of what is over."""
    asked = Confirmed(ANA, authority(requirements=replace(TERMS, remind_after=remind_after)))
    after = advance(proposed(), asked, SOON).operation
    assert after.approval.deadline - SOON == timedelta(hours=1)
    assert after.approval.remind_at == after.due_at == SOON + timedelta(minutes=30)


@pytest.mark.parametrize("incident", ["", "INC-1"])
@pytest.mark.parametrize("basis", [NOT_PERMITTED, FROZEN, authority(requirements=TERMS, is_break_glass=True)])
def test_what_may_not_be_asked_is_not(basis, incident):
    """No right, a freeze, glass that may not be broken: the preview stands, and nothing is said to others."""
    operation = proposed(incident=incident)
    after = advance(operation, Confirmed(ANA, basis), SOON)
    assert (after.operation, after.events) == (operation, ())


def test_the_last_approval_makes_it_ready():
    """One is counted and waited on; the second starts the moment in which it can be stopped."""
    first = advance(awaiting(), approved(BEN, stop_window=timedelta(seconds=30)), SOON)
    assert (first.operation.state, first.operation.approval.given) == (
        State.AWAITING_APPROVAL,
        (Approval(BEN, SOON),),
    )
    assert (kinds(first), first.events[0].by) == ([EventKind.APPROVED], BEN)
    assert (first.events[0].data["count"], first.events[0].data["needed"]) == (1, 2)
    assert first.operation.due_at == HALF_PAST
    last = advance(first.operation, approved(CLEO, stop_window=timedelta(seconds=30)), HALF_PAST)
    row = last.operation
    assert (row.state, row.ready_at, row.approval.remind_at) == (State.READY, HALF_PAST, None)
    assert row.cancellable_until == row.due_at == HALF_PAST + timedelta(seconds=30)
    assert (kinds(last), last.events[0].data["count"]) == ([EventKind.APPROVED], 2)


def test_without_a_window_it_is_due_at_once():
    """And there is nothing to stop."""
    row = advance(HALF, approved(CLEO), SOON).operation
    assert (row.state, row.cancellable_until, row.due_at) == (State.READY, None, SOON)


@pytest.mark.parametrize("operation", [awaiting(), HALF])
@pytest.mark.parametrize(
    "click",
    [
        approved(ANA),
        DeniedByApprover(ANA, ALLOWED, "no"),
        approved(BEN, DENIED),
        DeniedByApprover(CLEO, DENIED, "no"),
        Withdrawn(BEN),
        Stopped(BEN, ALLOWED),
        SignedOff(BEN, ALLOWED),
        ASKED,
    ],
)
def test_a_click_of_the_wrong_person_or_of_the_wrong_kind_changes_nothing(operation, click):
    """The requester decides nothing, whatever they may do otherwise; nor does anybody without the right."""
    after = advance(operation, click, SOON)
    assert (after.operation, after.events) == (operation, ())


def test_nobody_counts_twice():
    """A second click of the same approver is not a second approval."""
    after = advance(HALF, approved(BEN), SOON)
    assert (after.operation, after.events) == (HALF, ())


@pytest.mark.parametrize("by", [BEN, CLEO])
def test_one_denial_is_enough(by):
    """Also of somebody who approved before; the reason is kept."""
    after = advance(HALF, DeniedByApprover(by, ALLOWED, "month end"), SOON)
    outcome = after.operation.outcome
    assert (after.operation.state, outcome.ending, outcome.message, outcome.by) == (
        State.DENIED,
        Ending.DENIED,
        "month end",
        by,
    )
    assert (kinds(after), after.events[0].by, after.operation.due_at) == ([EventKind.ENDED], by, None)


def test_the_shell_says_no():
    """It is nobody's in Slack; the record keeps who typed it, and the reason."""
    after = advance(HALF, DeniedInShell("shell:root", "month end"), SOON)
    outcome = after.operation.outcome
    assert (after.operation.state, outcome.ending, outcome.message, outcome.by) == (
        State.DENIED,
        Ending.DENIED_IN_SHELL,
        "month end",
        None,
    )
    [event] = after.events
    assert (event.kind, event.by, event.data["shell"], event.data["reason"]) == (
        EventKind.ENDED,
        None,
        "shell:root",
        "month end",
    )


def test_an_approval_that_counts_no_more_is_named():
    """Whoever reads "1 of 2" again can tell why."""
    [event] = advance(HALF, approved(CLEO, approvals=2, counting=(CLEO,)), SOON).events
    assert (event.data["count"], event.data["lost"]) == (1, BEN.user)


def test_the_requester_takes_it_back():
    """Said to others this time: they were asked."""
    after = advance(HALF, Withdrawn(ANA), SOON)
    assert (after.operation.state, after.operation.outcome.by) == (State.WITHDRAWN, ANA)
    assert (kinds(after), after.events[0].by) == ([EventKind.ENDED], ANA)


@pytest.mark.parametrize("state", [state for state in State if state is not State.AWAITING_APPROVAL])
@pytest.mark.parametrize(
    "click", [approved(BEN), DeniedByApprover(BEN, ALLOWED, "no"), DeniedInShell("shell:root", "no")]
)
def test_a_decision_on_what_is_decided_changes_nothing(state, click):
    """Whoever comes too late is answered from the row."""
    operation = IN_EVERY_STATE[state]
    after = advance(operation, click, SOON)
    assert (after.operation, after.events) == (operation, ())


@pytest.mark.parametrize(
    "click",
    [
        approved(CLEO),
        DeniedByApprover(CLEO, ALLOWED, "no"),
        DeniedInShell("shell:root", "no"),
        TimePassed(),
    ],
)
def test_a_request_that_nobody_decided_expires(click):
    """At its very moment, whether time or a click finds that out first."""
    assert advance(HALF, click, JUST_BEFORE).operation.state is not State.EXPIRED
    after = advance(HALF, click, THE_END)
    assert (after.operation.state, after.operation.outcome.ending) == (State.EXPIRED, Ending.NOT_APPROVED)
    assert (kinds(after), after.events[0].by) == ([EventKind.ENDED], None)
    assert (after.operation.approval.given, after.operation.due_at) == (HALF.approval.given, None)


def test_it_is_reminded_of_once():
    """When its time has come, and never again; then only the end is waited for."""
    assert kinds(advance(HALF, TimePassed(), HALF_PAST - timedelta(seconds=1))) == []
    reminded = advance(HALF, TimePassed(), HALF_PAST)
    assert (kinds(reminded), reminded.operation.due_at) == ([EventKind.REMINDED], THE_END)
    assert reminded.operation.version == HALF.version, "the card is as it was"
    assert kinds(advance(reminded.operation, TimePassed(), JUST_BEFORE)) == []


def test_a_reminder_that_comes_too_late_is_left_out():
    """A bot that was down for an hour says only that it has expired."""
    assert kinds(advance(awaiting(), TimePassed(), THE_END)) == [EventKind.ENDED]


def test_a_request_looks_for_its_place():
    """A channel that does not take the card is left for the one where it was typed, and that for the requester's DM."""
    asked = awaiting(place="CAPPROVE", card=None)
    assert asked.card_channel == "CAPPROVE"
    typed = advance(asked, CardLost("not_in_channel"), SOON).operation
    assert (typed.display.place, typed.display.displaced, typed.card_channel) == (None, None, typed.origin)
    alone = advance(typed, CardLost("is_archived"), SOON).operation
    assert (alone.display.displaced, alone.card_channel, alone.state) == (
        "is_archived",
        None,
        State.AWAITING_APPROVAL,
    )
    placed = advance(alone, CardPlaced(Card("D1", "1.1")), SOON).operation
    assert placed.due_at == HALF_PAST, "its card does not hurry it"
    nowhere = advance(alone, NoPlace("cannot_dm_bot"), SOON)
    assert (nowhere.operation.state, nowhere.operation.outcome.ending) == (State.REFUSED, Ending.NO_PLACE)


def test_a_card_that_was_deleted_goes_up_where_it_was():
    """The rule's channel is still good."""
    again = advance(awaiting(place="CAPPROVE"), CardLost(None), SOON).operation
    assert (again.display.card, again.card_channel, again.display.rendered_version) == (None, "CAPPROVE", 0)


def test_a_broken_glass_waits_for_nobody():
    """Ready at once, said with what it was broken for, and shown where approvals would have been asked for."""
    after = advance(proposed(incident="INC-1"), BROKEN, SOON)
    row = after.operation
    assert (row.state, row.approval.needed, row.ready_at, row.review) == (State.READY, 0, SOON, None)
    assert (row.display.place, row.approval.groups) == ("CAPPROVE", ("SAPPROVE",))
    assert (kinds(after), after.events[0].by) == ([EventKind.BREAK_GLASS_RUN], ANA)
    assert after.events[0].data["incident"] == "INC-1"
    assert row.cancellable_until is None, "it runs at once, whatever the rules give others to stop it"


CLEARED_BY_BREAKING = ended(State.SUCCEEDED, Ending.CLEARED, incident="INC-1")


@pytest.mark.parametrize("operation", [CLEARED_BY_BREAKING, submitting(incident="INC-1")])
def test_an_approver_signs_a_broken_glass_off(operation):
    """While it goes on, or long after; who and when is kept, and nothing else changes."""
    late = START + timedelta(days=30)
    after = advance(operation, SignedOff(BEN, ALLOWED), late)
    assert after.operation.review == Review(BEN, late)
    assert (after.operation.state, after.operation.version) == (operation.state, operation.version + 1)
    assert (kinds(after), after.events[0].by) == ([EventKind.SIGNED_OFF], BEN)
    again = advance(after.operation, SignedOff(CLEO, ALLOWED), late)
    assert (again.operation, again.events) == (after.operation, ())


@pytest.mark.parametrize(
    ("operation", "click"),
    [
        (CLEARED_BY_BREAKING, SignedOff(ANA, ALLOWED)),
        (CLEARED_BY_BREAKING, SignedOff(BEN, DENIED)),
        (ended(State.SUCCEEDED, Ending.CLEARED), SignedOff(BEN, ALLOWED)),
        (proposed(incident="INC-1"), SignedOff(BEN, ALLOWED)),
        (proposed(incident="INC-1", state=State.WITHDRAWN), SignedOff(BEN, ALLOWED)),
    ],
    ids=["their own", "no right", "no glass", "only a preview", "never confirmed"],
)
def test_nobody_signs_off_their_own_or_what_was_not_broken(operation, click):
    """An approver who is not the requester, and a glass that was."""
    after = advance(operation, click, SOON)
    assert (after.operation, after.events) == (operation, ())


def test_the_card_stands_before_it_is_ready():
    """A card that was placed while it waited for approval is still its card."""
    assert advance(HALF, approved(CLEO), SOON).operation.display.card == CARD
