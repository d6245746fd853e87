"""What the record keeps of a decision: the grant that decided, and the rules that held, beside who and when."""

import pytest

from bot.domain.access.permissions import Action, Decision, Role, Why
from bot.domain.access.rules import Requirements
from bot.domain.events import EventKind
from bot.domain.operations.inputs import Closed, Confirmed, DeniedByApprover, SignedOff, Stopped
from bot.domain.operations.machine.state_machine import advance
from tests.clock import START
from tests.domain.samples import (
    ANA,
    BEN,
    CLEO,
    NOT_APPROVED,
    NOT_PERMITTED,
    after_look,
    approved,
    authority,
    awaiting,
    grant,
    kinds,
    needs_human,
    pipeline,
    proposed,
    ready,
    submitting,
)

ASKS = Decision(allowed=True, action=Action.REQUEST, why=Why.GRANTED, grant=grant(ANA, Role.REQUESTER, id=7))
DECIDES = Decision(
    allowed=True, action=Action.APPROVE, why=Why.GRANTED, grant=grant(BEN, Role.APPROVER, id=8)
)
BY_RULES = Requirements(approvals=0, break_glass=True, rules=("orders-*", "*"))
BASIS = authority(requester=ASKS, requirements=BY_RULES, approvers=(BEN, CLEO))
ASKED = authority(requester=ASKS, requirements=Requirements(approvals=2, rules=("orders-*",)))
BROKEN = authority(requester=ASKS, requirements=BY_RULES, is_break_glass=True)


@pytest.mark.parametrize(
    ("operation", "deed", "kind"),
    [
        (awaiting(), approved(BEN, DECIDES), EventKind.APPROVED),
        (awaiting(), DeniedByApprover(BEN, DECIDES, "no"), EventKind.ENDED),
        (ready(cancellable_until=START), Stopped(BEN, DECIDES), EventKind.ENDED),
        (submitting(incident="INC-1"), SignedOff(BEN, DECIDES), EventKind.SIGNED_OFF),
        (needs_human(), Closed(BEN, DECIDES), EventKind.ENDED),
    ],
    ids=["approve", "deny", "stop", "sign off", "close"],
)
def test_a_deed_is_kept_with_the_grant_that_allowed_it(operation, deed, kind):
    """By its id: a grant that was revoked since can still be read."""
    [event] = advance(operation, deed, START).events
    assert (event.kind, event.by, event.data["grant"]) == (kind, BEN, 8)


@pytest.mark.parametrize(
    ("basis", "kind", "rules"),
    [
        (BASIS, EventKind.CONFIRMED, "orders-* *"),
        (ASKED, EventKind.REQUESTED, "orders-*"),
        (BROKEN, EventKind.BREAK_GLASS_RUN, "orders-* *"),
    ],
)
def test_a_request_is_kept_with_its_grant_and_the_rules(basis, kind, rules):
    """What was asked of it can be told from the record alone."""
    [event] = advance(proposed(), Confirmed(ANA, basis), START).events
    assert (event.kind, event.data["grant"], event.data["rules"]) == (kind, 7, rules)


def test_a_sending_is_kept_with_all_that_carried_it():
    """The requester's grant, the rules, and whose approvals counted at that moment."""
    after = after_look(ready(), pipeline(), START, carried=BASIS)
    assert kinds(after) == [EventKind.SENT]
    assert after.events[0].data == {"grant": 7, "rules": "orders-* *", "approved_by": "UBEN UCLEO"}


@pytest.mark.parametrize("carried", [NOT_PERMITTED, NOT_APPROVED])
def test_a_refusal_is_kept_with_what_was_missing(carried):
    """No grant, or rules that were not met."""
    [event] = after_look(ready(), pipeline(), START, carried=carried).events
    assert (event.kind, event.data["grant"], event.data["rules"]) == (EventKind.ENDED, None, "")
