"""What an approver reads alone: in every state after an approval it says what happens now, and never more than is known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import ChannelId
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Approval, Card
from bot.domain.operations.plans import START as START_PLAN
from bot.slack.views import decisions_view
from tests.clock import START
from tests.domain.samples import BEN, IN_EVERY_STATE, ended
from tests.operations import changed
from tests.slack.reading import WORKSPACE_URL

WAITING = IN_EVERY_STATE[State.AWAITING_APPROVAL]
READY = changed(IN_EVERY_STATE[State.READY], given=(Approval(BEN, START),), needed=1)
HOUR = timedelta(hours=1)


def waiting_for(needed, given):
    approvals = tuple(Approval(BEN, START) for _ in range(given))
    return changed(WAITING, needed=needed, given=approvals, deadline=START + HOUR)


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (
            waiting_for(2, 1),
            "1 of 2 approvals. One more approval is needed, or the request expires in 1 h (<!date",
        ),
        (
            waiting_for(4, 1),
            "1 of 4 approvals. 3 more approvals are needed, or the request expires in 1 h (<!date",
        ),
        (changed(waiting_for(2, 1), deadline=None), "1 of 2 approvals. One more approval is needed. Follow"),
        (READY, "1 of 1 approval. After one more check it is sent to Feldera. Follow"),
        (
            replace(READY, cancellable_until=START + timedelta(seconds=30)),
            "After 30 s and one more check it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card.",
        ),
        (changed(READY, frozen_until=START + HOUR), "held by a freeze, and sent once that has ended (<!date"),
        (replace(READY, held_by_freeze=True), "held by a freeze, and sent once that has ended. Follow"),
        (
            changed(
                replace(READY, cancellable_until=START + 2 * HOUR),
                frozen_until=START + HOUR,
            ),
            "After 2 h and one more check it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card.",
        ),
        (changed(ended(State.REFUSED, Ending.PERMISSION_LOST), needed=1), "1 of 1 approval. ❌"),
    ],
)
def test_what_happens_after_an_approval(operation, says):
    approved = operation if operation.approval.given else changed(operation, given=(Approval(BEN, START),))
    assert says in decisions_view.approved(approved, WORKSPACE_URL).text


def test_no_link_leads_into_direct_messages():
    """Of somebody else: an approver could not open it."""
    elsewhere = changed(WAITING, card=Card(ChannelId("D1"), "1.2"))
    for said in (
        decisions_view.to_approve(elsewhere, WORKSPACE_URL, START),
        decisions_view.approved(elsewhere, WORKSPACE_URL),
        decisions_view.denied(elsewhere, WORKSPACE_URL),
    ):
        assert WORKSPACE_URL not in said.text
        assert "See" not in said.text
        assert "Follow" not in said.text


def test_the_time_that_is_left():
    assert (
        "Expires in 42 min, <!date"
        in decisions_view.to_approve(waiting_for(2, 0), WORKSPACE_URL, START + timedelta(minutes=18)).text
    )
    without = changed(waiting_for(2, 0), deadline=None)
    assert "Expires" not in decisions_view.to_approve(without, WORKSPACE_URL, START).text


def test_what_a_start_loses():
    said = decisions_view.to_approve(replace(WAITING, plan=START_PLAN), WORKSPACE_URL, START)
    assert "It loses nothing." in said.text
    assert "undone" not in said.text


def test_the_denial_names_the_outcome_of_nothing():
    over = replace(WAITING, state=State.DENIED, outcome=Outcome(Ending.DENIED, "no", by=BEN))
    assert "Nothing was sent" in decisions_view.denied(over, WORKSPACE_URL).text
