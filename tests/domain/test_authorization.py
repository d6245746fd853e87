"""What carries an operation at one moment: rights, distinct approvals, rules and freezes, all as they are then."""

from datetime import timedelta

import pytest

from bot.domain.access.authorization import AccessData, authorization_for
from bot.domain.access.permissions import Action, Group, Kind, Role, Why
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, GroupId, PipelineName, TeamId, UserId
from bot.domain.operations.parts import Approval
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, FREEZE, grant, membership, proposed

APPROVERS = Group(TeamId("T1"), GroupId("SAPPROVE"))
ASKS = grant(ANA, Role.REQUESTER, "orders")
DECIDES = [grant(who, Role.APPROVER, "orders", id=number) for number, who in enumerate((BEN, CLEO), start=2)]
TWO = Rule("orders", approvals=2)


def approved_by(*people):
    return proposed(given=tuple(Approval(person, START) for person in people))


def access_data(*grants, people=(ANA, BEN, CLEO), freezes=(), **known):
    memberships = {
        who.actor: who for who in (each if hasattr(each, "kind") else membership(each) for each in people)
    }
    return AccessData(grants=grants, freezes=freezes, memberships=memberships, **known)


def carried(operation, known, now=START):
    return authorization_for(operation, known, now)


ELSEWHERE = Actor(TeamId("T2"), UserId(BEN.user))
EVERYTHING = [grant(ANA, role, "*", id=number) for number, role in enumerate(Role)]
BY_GROUP = grant(APPROVERS, Role.APPROVER, "*", id=9)
TWICE = grant(BEN, Role.APPROVER, "*", id=8)


@pytest.mark.parametrize(
    ("given", "grants", "people", "counting"),
    [
        ((CLEO, BEN), [], (ANA, BEN, CLEO), (BEN, CLEO)),
        ((BEN, BEN), [TWICE, BY_GROUP], (ANA, membership(BEN, "SAPPROVE"), CLEO), (BEN,)),
        ((ANA, BEN), [*EVERYTHING, BY_GROUP], (membership(ANA, "SAPPROVE"), BEN), (BEN,)),
        ((BEN, ELSEWHERE), [], (ANA, BEN, ELSEWHERE), (BEN,)),
    ],
    ids=["two who may", "one person is one approval", "never the requester", "the same user id elsewhere"],
)
def test_approvals_count_distinct_people_who_may(given, grants, people, counting):
    basis = carried(approved_by(*given), access_data(ASKS, *DECIDES, *grants, people=people, rules=(TWO,)))
    assert (basis.approvers, basis.is_enough) == (counting, len(counting) == 2)
    assert basis.approvals_needed == 2


LEFT_THE_GROUP = access_data(
    ASKS, grant(APPROVERS, Role.APPROVER, "*"), people=(ANA, membership(BEN, "SOTHERS"))
)
NO_LONGER_APPROVER = {
    "revoked": access_data(ASKS, DECIDES[1]),
    "lapsed": access_data(ASKS, grant(BEN, Role.APPROVER, "orders", expires_at=START)),
    "on another pipeline": access_data(ASKS, grant(BEN, Role.APPROVER, "billing")),
    "another role": access_data(ASKS, grant(BEN, Role.OPERATOR, "orders")),
    "left the group": LEFT_THE_GROUP,
    "deactivated": access_data(ASKS, *DECIDES, people=(ANA, membership(BEN, kind=Kind.DEACTIVATED))),
    "a guest": access_data(ASKS, *DECIDES, people=(ANA, membership(BEN, kind=Kind.GUEST))),
    "not looked up": access_data(ASKS, *DECIDES, people=(ANA, CLEO)),
}


@pytest.mark.parametrize("known", NO_LONGER_APPROVER.values(), ids=NO_LONGER_APPROVER)
def test_an_approval_counts_as_long_as_its_right_does(known):
    """What somebody approved when they might is worth nothing once they may not."""
    basis = carried(approved_by(BEN), known)
    assert (basis.approvers, basis.approvals_needed, basis.is_enough) == ((), 1, False)


@pytest.mark.parametrize(
    ("role", "rules", "needed"),
    [
        (Role.OPERATOR, (), 0),
        (Role.REQUESTER, (), 1),
        (Role.RESPONDER, (), 1),
        (Role.OPERATOR, (TWO,), 2),
        (Role.REQUESTER, (TWO,), 2),
        (Role.REQUESTER, (Rule("*", approvals=0),), 0),
        (Role.OPERATOR, (Rule("billing", approvals=5),), 0),
    ],
)
def test_what_is_needed_follows_from_the_right_and_the_rules(role, rules, needed):
    """Under a rule an operator's request needs approvals like any other; without, only a requester's does."""
    basis = carried(proposed(), access_data(grant(ANA, role, "*"), rules=rules))
    assert basis.requester.allowed
    assert (basis.approvals_needed, basis.is_enough) == (needed, needed == 0)


def test_a_right_to_ask_is_named_if_the_right_to_clear_is_gone():
    lapsed = grant(ANA, Role.OPERATOR, "orders", expires_at=START)
    basis = carried(proposed(), access_data(lapsed, ASKS))
    assert (basis.requester.action, basis.requester.grant) == (Action.REQUEST, ASKS)
    assert basis.approvals_needed == 1


GLASS = Rule("orders", approvals=3, break_glass=True, stop_window=timedelta(seconds=30))
RESPONDS = grant(ANA, Role.RESPONDER, "orders")


def test_breaking_the_glass_needs_no_approval():
    basis = carried(proposed(incident="INC-1"), access_data(RESPONDS, rules=(GLASS,)))
    assert (basis.is_break_glass, basis.approvals_needed, basis.is_enough) == (True, 0, True)
    assert basis.requirements.approvals == 3


@pytest.mark.parametrize("rules", [(), (Rule("orders", approvals=0),), (GLASS, Rule("*", break_glass=False))])
def test_no_glass_is_broken_where_the_rules_do_not_allow_it(rules):
    """Silence is no permission, and one rule that forbids it is enough, though no approval be asked for either."""
    basis = carried(approved_by(BEN, CLEO), access_data(RESPONDS, *DECIDES, rules=rules))
    broken = carried(proposed(incident="INC-1"), access_data(RESPONDS, *DECIDES, rules=rules))
    assert basis.may_ask
    assert (broken.may_ask, broken.is_enough) == (False, False)


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_ask_and_only_a_responder_breaks_the_glass(role):
    """Nor does an approval make up for it."""
    known = access_data(grant(ANA, role, "*"), *DECIDES, rules=(GLASS,))
    asked = carried(approved_by(BEN), known)
    assert asked.may_ask is (role in {Role.REQUESTER, Role.OPERATOR, Role.RESPONDER})
    broken = carried(proposed(incident="INC-1"), known)
    assert (broken.requester.action, broken.may_ask) == (Action.BREAK_GLASS, role is Role.RESPONDER)


def test_without_a_standing_nobody_may_anything():
    known = access_data(ASKS, *DECIDES, people=())
    decision = known.may(ANA, Action.REQUEST, "orders", START)
    assert (decision.allowed, decision.why, decision.membership.kind) == (
        False,
        Why.NOT_A_MEMBER,
        Kind.UNKNOWN,
    )
    assert not carried(approved_by(BEN), known).may_ask


def test_a_freeze_is_told_apart_from_rights():
    known = access_data(grant(ANA, pattern="orders"), freezes=(FREEZE,))
    assert (carried(proposed(), known).freeze, carried(proposed(), known).is_enough) == (FREEZE, True)
    assert carried(proposed(), known, FREEZE.until).freeze is None


def test_those_who_may_approve_it_are_known_by_their_grants():
    known = access_data(
        ASKS,
        *DECIDES,
        grant(BEN, Role.APPROVER, "*", id=5),
        grant(APPROVERS, Role.APPROVER, "*", id=6),
        grant(ANA, Role.APPROVER, "*", id=7),
        grant(Actor(TeamId("T1"), UserId("UDAN")), Role.APPROVER, "billing", id=8),
        grant(Actor(TeamId("T1"), UserId("UEVE")), Role.APPROVER, "*", id=9, expires_at=START),
        grant(Actor(TeamId("T1"), UserId("UFAY")), Role.OPERATOR, "*", id=10),
    )
    assert carried(proposed(), known).eligible == (BEN, CLEO, APPROVERS)


@pytest.mark.parametrize("at", [START, START + timedelta(days=2)])
def test_those_that_a_person_may_see_are_those_that_the_decision_lets_them_see(at) -> None:
    """A list of thousands says of each name what a look at that one would."""
    names = [PipelineName(name) for name in ("orders", "orders-eu", "payments", "users", "Users")]
    grants = (
        grant(ANA, Role.VIEWER, "orders*", expires_at=START + timedelta(days=1)),
        grant(ANA, Role.ADMIN, "*"),
        grant(BEN, Role.VIEWER, "payments"),
        grant(Group(ANA.team, GroupId("S1")), Role.APPROVER, "users"),
        grant(Group(ANA.team, GroupId("S2")), Role.APPROVER, "Users"),
    )
    for kind in Kind:
        ana = membership(ANA, "S1", kind=kind, unresolved_groups=frozenset({GroupId("S2")}))
        known = AccessData(grants=grants, memberships={ANA: ana}, freezes=())
        allowed = [name for name in names if known.may(ANA, Action.VIEW, name, at).allowed]
        assert known.visible_to(ANA, names, at) == allowed
        assert known.may_somewhere(ANA, Action.VIEW, at).allowed == bool(allowed)
        assert known.visible_to(BEN, names, at) == []


AWAY = {"kind": Kind.UNKNOWN, "why": "Slack is in trouble", "transient": True}
REFUSES = {"kind": Kind.UNKNOWN, "why": "Slack does not accept the bot's token"}
OPERATORS = Group(TeamId("T1"), GroupId("SOPERATE"))
HIDDEN = {
    "unresolved_groups": frozenset({GroupId("SOPERATE")}),
    "why": "Slack is in trouble",
    "transient": True,
}


@pytest.mark.parametrize(
    ("people", "later"),
    [
        pytest.param((ANA, BEN, membership(CLEO, **AWAY)), True, id="an approver is not told of"),
        pytest.param((membership(ANA, **AWAY), BEN, CLEO), True, id="nor is the requester"),
        pytest.param((membership(ANA, **AWAY), BEN, membership(CLEO, **AWAY)), True, id="nor is anybody"),
        pytest.param((ANA, BEN), True, id="one was not asked after"),
        pytest.param((ANA, BEN, membership(CLEO, **REFUSES)), False, id="Slack refuses to tell"),
        pytest.param((ANA, BEN, membership(CLEO, kind=Kind.GUEST, transient=True)), False, id="a guest"),
        pytest.param(
            (ANA, membership(BEN, **AWAY), membership(CLEO, kind=Kind.BOT)), False, id="one is gone"
        ),
        pytest.param(
            (membership(ANA, kind=Kind.GUEST), BEN, membership(CLEO, **AWAY)), False, id="a guest asks"
        ),
        pytest.param((ANA, BEN, CLEO), False, id="it is enough"),
    ],
)
def test_what_may_be_enough_once_slack_tells(people, later):
    """Only if nothing that is known speaks against it, and what is missing is missing for a passing reason."""
    basis = carried(approved_by(BEN, CLEO), access_data(ASKS, *DECIDES, people=people, rules=(TWO,)))
    assert basis.may_be_enough_later is later
    assert not (basis.may_be_enough_later and basis.is_enough)


def test_a_requester_who_may_be_an_operator():
    """Without a rule an operator needs no approval: whether ana is one is in a group that Slack does not tell of."""
    known = access_data(ASKS, grant(OPERATORS, Role.OPERATOR, "*", id=5), people=(membership(ANA, **HIDDEN),))
    basis = carried(proposed(), known)
    assert (basis.may_ask, basis.is_enough, basis.may_be_enough_later) == (True, False, True)
    assert basis.unread == "Slack is in trouble"


def test_a_glass_may_be_broken_once_slack_tells():
    broken = proposed(incident="INC-1")
    away = access_data(RESPONDS, rules=(GLASS,), people=(membership(ANA, **AWAY),))
    assert carried(broken, away).may_be_enough_later
    gone = access_data(
        ASKS, grant(OPERATORS, Role.OPERATOR, "*"), rules=(GLASS,), people=(membership(ANA, **HIDDEN),)
    )
    assert not carried(broken, gone).may_be_enough_later
