"""From a proposal to the moment before sending: clicks, approvals, cards, and what the audit log keeps of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.rules import Requirements
from bot.domain.events import EventKind
from bot.domain.operations.inputs import (
    Closed,
    Confirmed,
    DeniedByApprover,
    DeniedInShell,
    SignedOff,
    Stopped,
    TimePassed,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Approval
from tests.clock import START
from tests.domain.input_samples import approved, end_of, kinds
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CARD,
    CARRIED,
    CLEO,
    DENIED,
    FROZEN,
    IN_EVERY_STATE,
    NOT_PERMITTED,
    authority,
    awaiting,
    needs_human,
    proposed,
    ready,
    submitting,
    waiting,
)

SOON = START + timedelta(minutes=5)
HALF_AN_HOUR = START + timedelta(minutes=30)
THE_END = START + timedelta(hours=1)
A_SECOND = timedelta(seconds=1)
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


def changes_nothing(operation, click):
    after = advance(operation, click, SOON)
    return (after.operation, after.events, after.effect) == (operation, (), None)


def test_the_requester_confirms():
    after = advance(proposed(), Confirmed(ANA, CARRIED), SOON)
    assert (after.operation.state, after.operation.confirmed_at) == (State.READY, SOON)
    assert (kinds(after), after.effect) == ([EventKind.CONFIRMED], None)


@pytest.mark.parametrize("incident", ["", "INC-1"])
@pytest.mark.parametrize(
    "click",
    [
        Confirmed(BEN, CARRIED),
        Confirmed(ANA, NOT_PERMITTED),
        Confirmed(ANA, FROZEN),
        Confirmed(ANA, authority(requirements=TERMS, is_break_glass=True)),
        Withdrawn(BEN),
        Closed(ANA, ALLOWED),
    ],
)
def test_nobody_else_without_permission_or_into_a_freeze_confirms(click, incident):
    assert changes_nothing(proposed(incident=incident), click)


def test_never_mind():
    after = advance(proposed(), Withdrawn(ANA), SOON)
    assert (end_of(after), after.operation.outcome.by) == ((State.WITHDRAWN, Ending.WITHDRAWN), ANA)


@pytest.mark.parametrize("click", [Confirmed(ANA, CARRIED), Withdrawn(ANA)])
def test_a_preview_is_good_for_half_an_hour(click):
    assert advance(proposed(), click, HALF_AN_HOUR).operation.state is not State.EXPIRED
    assert end_of(advance(proposed(), click, HALF_AN_HOUR + A_SECOND)) == (State.EXPIRED, Ending.TOO_LATE)


@pytest.mark.parametrize("operation", [ready(), submitting(), waiting()])
@pytest.mark.parametrize("click", [Confirmed(ANA, CARRIED), Withdrawn(ANA), Closed(ANA, ALLOWED)])
def test_a_second_click_changes_nothing(operation, click):
    """A clear cannot be cancelled, nor confirmed twice, nor closed while it is under way."""
    assert changes_nothing(operation, click)


def test_whoever_may_clear_may_close_what_needs_a_human():
    after = advance(needs_human(), Closed(BEN, ALLOWED), SOON)
    assert (after.operation.state, after.operation.outcome.by) == (State.CLOSED, BEN)
    assert kinds(after) == [EventKind.ENDED]
    assert changes_nothing(needs_human(), Closed(BEN, DENIED))


def test_a_confirmed_request_waits_for_others_where_and_as_long_as_the_rules_say():
    after = advance(proposed(), ASKED, SOON)
    row, asked = after.operation, after.operation.approval
    assert (row.state, row.confirmed_at, row.ready_at) == (State.AWAITING_APPROVAL, SOON, None)
    assert (row.display.place, asked.groups, asked.needed) == ("CAPPROVE", ("SAPPROVE",), 2)
    assert (asked.deadline, asked.remind_at) == (SOON + timedelta(hours=1), SOON + timedelta(minutes=30))
    assert row.due_at == asked.remind_at
    assert (kinds(after), after.events[0].by, after.effect) == ([EventKind.REQUESTED], ANA, None)


def test_without_a_channel_it_is_asked_for_where_it_was_typed():
    basis = authority(requirements=Requirements(approvals=1))
    after = advance(proposed(), Confirmed(ANA, basis), SOON).operation
    assert (after.display.place, after.approval.groups, after.card_channel) == (None, (), after.origin)


def test_what_needs_nobody_asks_nobody():
    basis = authority(requirements=replace(TERMS, approvals=0))
    after = advance(proposed(), Confirmed(ANA, basis), SOON)
    assert after.operation.state is State.READY
    assert (after.operation.display.place, after.operation.approval.groups) == (None, ())
    assert kinds(after) == [EventKind.CONFIRMED]


@pytest.mark.parametrize("remind_after", [None, timedelta(hours=1), timedelta(hours=2)])
def test_a_reminder_comes_half_way_where_the_rules_name_no_time_before_the_end(remind_after):
    asked = Confirmed(ANA, authority(requirements=replace(TERMS, remind_after=remind_after)))
    after = advance(proposed(), asked, SOON).operation
    assert after.approval.deadline - SOON == timedelta(hours=1)
    assert after.approval.remind_at == after.due_at == SOON + timedelta(minutes=30)


def test_the_last_approval_makes_it_ready_and_starts_the_cancel_window():
    window = timedelta(seconds=30)
    first = advance(awaiting(), approved(BEN, stop_window=window), SOON)
    assert first.operation.state is State.AWAITING_APPROVAL
    assert first.operation.approval.given == (Approval(BEN, SOON),)
    assert (kinds(first), first.events[0].by) == ([EventKind.APPROVED], BEN)
    assert (first.events[0].data["count"], first.events[0].data["needed"]) == (1, 2)
    assert first.operation.due_at == HALF_AN_HOUR
    last = advance(first.operation, approved(CLEO, stop_window=window), HALF_AN_HOUR)
    row = last.operation
    assert (row.state, row.ready_at, row.approval.remind_at) == (State.READY, HALF_AN_HOUR, None)
    assert row.cancellable_until == row.due_at == HALF_AN_HOUR + window
    assert (kinds(last), last.events[0].data["count"]) == ([EventKind.APPROVED], 2)


def test_without_a_window_it_is_due_at_once_under_the_card_that_stands():
    row = advance(HALF, approved(CLEO), SOON).operation
    assert (row.state, row.cancellable_until, row.due_at) == (State.READY, None, SOON)
    assert row.display.card == CARD


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
    assert changes_nothing(operation, click)


def test_nobody_counts_twice():
    assert changes_nothing(HALF, approved(BEN))


@pytest.mark.parametrize("by", [BEN, CLEO])
def test_one_denial_is_enough_also_of_somebody_who_approved_before(by):
    after = advance(HALF, DeniedByApprover(by, ALLOWED, "month end"), SOON)
    assert end_of(after) == (State.DENIED, Ending.DENIED)
    assert (after.operation.outcome.message, after.operation.outcome.by) == ("month end", by)
    assert (kinds(after), after.events[0].by, after.operation.due_at) == ([EventKind.ENDED], by, None)


def test_a_denial_in_the_shell_is_nobodys_in_slack_and_kept_with_who_typed_it():
    after = advance(HALF, DeniedInShell("shell:root", "month end"), SOON)
    assert end_of(after) == (State.DENIED, Ending.DENIED_IN_SHELL)
    assert (after.operation.outcome.message, after.operation.outcome.by) == ("month end", None)
    [event] = after.events
    assert (event.kind, event.by) == (EventKind.ENDED, None)
    assert (event.data["shell"], event.data["reason"]) == ("shell:root", "month end")


def test_an_approval_that_counts_no_more_is_named():
    [event] = advance(HALF, approved(CLEO, approvals=2, counting=(CLEO,)), SOON).events
    assert (event.data["count"], event.data["lost"]) == (1, BEN.user)


def test_the_requester_withdraws():
    after = advance(HALF, Withdrawn(ANA), SOON)
    assert (after.operation.state, after.operation.outcome.by) == (State.WITHDRAWN, ANA)
    assert (kinds(after), after.events[0].by) == ([EventKind.ENDED], ANA)


@pytest.mark.parametrize("state", [state for state in State if state is not State.AWAITING_APPROVAL])
def test_a_denial_in_the_shell_of_what_is_decided_changes_nothing(state):
    assert changes_nothing(IN_EVERY_STATE[state], DeniedInShell("shell:root", "no"))


@pytest.mark.parametrize(
    "click",
    [
        approved(CLEO),
        DeniedByApprover(CLEO, ALLOWED, "no"),
        DeniedInShell("shell:root", "no"),
        TimePassed(),
    ],
)
def test_a_request_that_nobody_decided_expires_whoever_finds_that_out(click):
    assert advance(HALF, click, THE_END - A_SECOND).operation.state is not State.EXPIRED
    after = advance(HALF, click, THE_END)
    assert end_of(after) == (State.EXPIRED, Ending.NOT_APPROVED)
    assert (kinds(after), after.events[0].by) == ([EventKind.ENDED], None)
    assert (after.operation.approval.given, after.operation.due_at) == (HALF.approval.given, None)


def test_it_is_reminded_of_once_and_not_too_late():
    assert kinds(advance(HALF, TimePassed(), HALF_AN_HOUR - A_SECOND)) == []
    reminded = advance(HALF, TimePassed(), HALF_AN_HOUR)
    assert (kinds(reminded), reminded.operation.due_at) == ([EventKind.REMINDED], THE_END)
    assert reminded.operation.version == HALF.version, "the card is as it was"
    assert kinds(advance(reminded.operation, TimePassed(), THE_END - A_SECOND)) == []
    assert kinds(advance(awaiting(), TimePassed(), THE_END)) == [EventKind.ENDED]


def test_a_break_glass_waits_for_nobody_and_is_shown_where_approvals_would_have_been_asked_for():
    after = advance(proposed(incident="INC-1"), BROKEN, SOON)
    row = after.operation
    assert (row.state, row.approval.needed, row.ready_at, row.review) == (State.READY, 0, SOON, None)
    assert (row.display.place, row.approval.groups) == ("CAPPROVE", ("SAPPROVE",))
    assert (kinds(after), after.events[0].by) == ([EventKind.BREAK_GLASS_RUN], ANA)
    assert after.events[0].data["incident"] == "INC-1"
    assert row.cancellable_until is None, "it runs at once, whatever the rules give others to cancel it"
