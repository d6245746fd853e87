"""Reviews of a break-glass, and what the audit log keeps of each decision: the grant that decided, and the rules."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.permissions import Action, Decision, Role, Why
from bot.domain.access.rules import Requirements
from bot.domain.events import EventKind
from bot.domain.operations.inputs import (
    Closed,
    Confirmed,
    DeniedByApprover,
    SignedOff,
    Stopped,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Review
from tests.clock import START
from tests.domain.input_samples import after_look, approved, kinds
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    CLEO,
    DENIED,
    NOT_APPROVED,
    NOT_PERMITTED,
    authority,
    awaiting,
    ended,
    grant,
    needs_human,
    proposed,
    ready,
    submitting,
)

SOON = START + timedelta(minutes=5)


def changes_nothing(operation, click):
    after = advance(operation, click, SOON)
    return (after.operation, after.events, after.effect) == (operation, (), None)


CLEARED_BY_BREAKING = ended(State.SUCCEEDED, Ending.CLEARED, incident="INC-1")


@pytest.mark.parametrize("operation", [CLEARED_BY_BREAKING, submitting(incident="INC-1")])
def test_an_approver_reviews_a_break_glass_once_while_it_goes_on_or_long_after(operation):
    late = START + timedelta(days=30)
    after = advance(operation, SignedOff(BEN, ALLOWED), late)
    assert after.operation.review == Review(BEN, late)
    assert (after.operation.state, after.operation.version) == (operation.state, operation.version + 1)
    assert (kinds(after), after.events[0].by) == ([EventKind.SIGNED_OFF], BEN)
    assert changes_nothing(after.operation, SignedOff(CLEO, ALLOWED))


@pytest.mark.parametrize(
    ("operation", "click"),
    [
        (CLEARED_BY_BREAKING, SignedOff(ANA, ALLOWED)),
        (CLEARED_BY_BREAKING, SignedOff(BEN, DENIED)),
        (ended(State.SUCCEEDED, Ending.CLEARED), SignedOff(BEN, ALLOWED)),
        (proposed(incident="INC-1"), SignedOff(BEN, ALLOWED)),
        (proposed(incident="INC-1", state=State.WITHDRAWN), SignedOff(BEN, ALLOWED)),
    ],
    ids=["their own", "no right", "no break-glass", "only a preview", "never confirmed"],
)
def test_nobody_reviews_their_own_or_what_was_no_break_glass(operation, click):
    assert changes_nothing(operation, click)


ASKS = Decision(allowed=True, action=Action.REQUEST, why=Why.GRANTED, grant=grant(ANA, Role.REQUESTER, id=7))
DECIDES = Decision(
    allowed=True, action=Action.APPROVE, why=Why.GRANTED, grant=grant(BEN, Role.APPROVER, id=8)
)
BY_RULES = Requirements(approvals=0, break_glass=True, rules=("orders-*", "*"))
BASIS = authority(requester=ASKS, requirements=BY_RULES, approvers=(BEN, CLEO))


@pytest.mark.parametrize(
    ("operation", "click", "kind"),
    [
        (awaiting(), approved(BEN, DECIDES), EventKind.APPROVED),
        (awaiting(), DeniedByApprover(BEN, DECIDES, "no"), EventKind.ENDED),
        (ready(cancellable_until=START), Stopped(BEN, DECIDES), EventKind.ENDED),
        (submitting(incident="INC-1"), SignedOff(BEN, DECIDES), EventKind.SIGNED_OFF),
        (needs_human(), Closed(BEN, DECIDES), EventKind.ENDED),
    ],
    ids=["approve", "deny", "cancel", "review", "close"],
)
def test_a_click_is_recorded_with_the_grant_that_allowed_it(operation, click, kind):
    [event] = advance(operation, click, START).events
    assert (event.kind, event.by, event.data["grant"]) == (kind, BEN, 8)


@pytest.mark.parametrize(
    ("basis", "kind", "rules"),
    [
        (BASIS, EventKind.CONFIRMED, "orders-* *"),
        (
            replace(BASIS, requirements=Requirements(approvals=2, rules=("orders-*",))),
            EventKind.REQUESTED,
            "orders-*",
        ),
        (replace(BASIS, is_break_glass=True), EventKind.BREAK_GLASS_RUN, "orders-* *"),
    ],
)
def test_a_request_is_recorded_with_its_grant_and_the_rules(basis, kind, rules):
    [event] = advance(proposed(), Confirmed(ANA, basis), START).events
    assert (event.kind, event.data["grant"], event.data["rules"]) == (kind, 7, rules)


def test_a_request_to_feldera_is_recorded_with_the_grant_the_rules_and_whose_approvals_counted():
    after = after_look(ready(), pipeline(), START, carried=BASIS)
    assert kinds(after) == [EventKind.SENT]
    assert after.events[0].data == {"grant": 7, "rules": "orders-* *", "approved_by": "UBEN UCLEO"}


@pytest.mark.parametrize("carried", [NOT_PERMITTED, NOT_APPROVED])
def test_a_refusal_is_recorded_with_what_was_missing(carried):
    [event] = after_look(ready(), pipeline(), START, carried=carried).events
    assert (event.kind, event.data["grant"], event.data["rules"]) == (EventKind.ENDED, None, "")
