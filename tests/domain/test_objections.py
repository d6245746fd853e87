"""What rights and rules say against a request, stage by stage."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.requests.request import Request, Stage
from bot.domain.access.requests.request_limits import OPEN_REQUESTS_MAX, REQUESTS_MAX
from bot.domain.access.requests.request_objections import (
    BreakGlassForbidden,
    FormField,
    Frozen,
    NameNotTyped,
    NotPermitted,
    ObjectionBase,
    ReasonMissing,
    TooManyOpen,
    TooManyRecentRequests,
)
from bot.domain.access.rules import Requirements
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR
from tests.clock import START
from tests.domain.samples import (
    ANA,
    DENIED,
    FREEZE,
    IN_EVERY_STATE,
    authority,
    awaiting,
    grant,
    membership,
    needs_human,
    proposed,
    ready,
    submitting,
)

ASKED = Request(ANA, "orders", CLEAR, reason="")
ASKING = Requirements(approvals=1, reason_required=True)
ALL_WRONG = authority(
    requester=DENIED,
    requirements=ASKING,
    freeze=FREEZE,
    lasts=False,
    open_requests=OPEN_REQUESTS_MAX,
    may_ask_again_at=START,
)


def against(request, **differences):
    return [type(each) for each in replace(ALL_WRONG, **differences).objections(request)]


def test_a_person_is_told_first_what_no_other_word_changes():
    """Their right, a freeze, then what they typed, then to wait."""
    assert against(ASKED) == [NotPermitted, Frozen, ReasonMissing, TooManyOpen, TooManyRecentRequests]
    glass = {"requester": authority().requester, "is_break_glass": True}
    broken = replace(ASKED, incident="INC-1", typed_name="order")
    assert against(broken, **glass) == [NameNotTyped, Frozen, BreakGlassForbidden, ReasonMissing]


def test_what_may_still_be_typed_is_not_asked_for():
    assert against(replace(ASKED, reason=None)) == [NotPermitted, Frozen, TooManyOpen, TooManyRecentRequests]
    assert NameNotTyped not in against(replace(ASKED, incident="INC-1"))


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        (Stage.CONFIRMED, [Frozen, NotPermitted, NotPermitted]),
        (Stage.SENT, [Frozen, NotPermitted]),
        (Stage.BEGUN, [NotPermitted]),
    ],
)
def test_what_is_confirmed_needs_its_approvals_and_no_other_reason(stage, found):
    """What was sent is not held to how long rights last, and what has begun goes on in a freeze."""
    assert against(replace(ASKED, stage=stage), requester=authority().requester) == found


@pytest.mark.parametrize(
    ("operation", "stage"),
    [
        (proposed(), Stage.ASKED),
        (awaiting(), Stage.CONFIRMED),
        (ready(), Stage.CONFIRMED),
        (submitting(), Stage.SENT),
        (needs_human(), Stage.SENT),
    ],
)
def test_the_stage_of_an_operation(operation, stage):
    assert Request.of(operation).stage is stage


def test_only_a_proposal_is_not_confirmed():
    """Its reason and its requester's other requests are weighed then, and never again."""
    new = [state for state, each in IN_EVERY_STATE.items() if Request.of(each).stage is Stage.ASKED]
    assert new == [proposed().state]


@pytest.mark.parametrize(
    ("differences", "ending"),
    [
        ({"requester": DENIED}, Ending.PERMISSION_LOST),
        ({"requirements": Requirements(approvals=1)}, Ending.APPROVALS_LOST),
        ({"is_break_glass": True}, Ending.PERMISSION_LOST),
        ({"lasts": False}, Ending.RIGHTS_END_SOON),
    ],
)
def test_how_a_confirmed_request_ends(differences, ending):
    assert authority(**differences).outcome(Request.of(ready())) == Outcome(ending)


def test_a_right_that_slack_did_not_tell_ends_it_only_if_it_never_will():
    """And then in Slack's words."""
    unread = {"requester": DENIED, "unread": "no such group"}
    assert authority(**unread).outcome(Request.of(ready())) == Outcome(Ending.RIGHTS_UNREAD, "no such group")
    later = authority(**unread, requester_unverified=True)
    assert later.outcome(Request.of(ready())) is None
    assert isinstance(later.objection(Request.of(ready())), NotPermitted)


def test_a_freeze_ends_nothing():
    held = authority(freeze=FREEZE)
    assert (held.outcome(Request.of(ready())), held.objection(Request.of(ready())).freeze) == (None, FREEZE)


def test_requests_are_counted_where_others_have_to_approve():
    """An operator's own is never too many."""
    asked_at = tuple(START - timedelta(seconds=number) for number in range(REQUESTS_MAX))
    access_data = AccessData(
        (grant(pattern="*"),),
        memberships={ANA: membership(ANA)},
        freezes=(),
        open_requests=OPEN_REQUESTS_MAX,
        asked_at=asked_at,
    )
    basis = authority_of(ASKED, access_data, START)
    assert basis.objection(ASKED) is None
    asking = replace(basis, requirements=Requirements(approvals=1))
    assert [type(each) for each in asking.objections(ASKED)] == [TooManyOpen, TooManyRecentRequests]


def test_an_objection_must_say_how_it_is_recorded_and_what_it_is_about():
    """To the type checker, and to Python."""
    with pytest.raises(TypeError, match="recorded_as"):

        class Unrecorded(ObjectionBase, form_field=FormField.REASON, ending=None):
            """Forgets the audit log."""

    with pytest.raises(TypeError, match="form_field"):

        class Nowhere(ObjectionBase, recorded_as="nowhere", ending=None):
            """Forgets the form."""
