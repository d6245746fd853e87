"""Who may change access in Slack: an admin of the whole pattern, and never in their own favour."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import (
    AccessChange,
    ChangeObjection,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    audit_data,
    decide_change,
    freeze_of,
    kind_of,
    pattern_of,
)
from bot.domain.access.permissions import Group, Kind, Membership, Role
from bot.domain.access.rules import Freeze, Rule
from bot.domain.ids import Actor, GroupId, TeamId
from tests.clock import START
from tests.domain.samples import ANA, BEN, grant, membership

ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))
ADMIN = grant(ANA, Role.ADMIN)
OPERATOR = grant(ANA, Role.OPERATOR, "orders-eu", id=2)
LATER = START + timedelta(days=1)


def objection(change, *grants, who=None, rules=(), now=START):
    return decide_change(
        change, who or membership(), AccessData(grants=grants, rules=tuple(rules), freezes=()), now
    ).objection


CHANGES = [
    GrantRole(BEN, Role.OPERATOR, "orders-*"),
    RevokeRole(BEN, Role.OPERATOR, "orders-*"),
    SetRule(Rule("orders-*", approvals=2)),
    DropRule("orders-*"),
    SetFreeze("orders-*", LATER, "year end"),
    RemoveFreeze("orders-*"),
]


def test_an_admin_of_the_pattern_may_and_each_change_has_a_name_of_its_own_in_the_audit_log():
    """The names are read by the next version of the bot."""
    for change in CHANGES:
        decided = decide_change(change, membership(), AccessData(grants=(ADMIN,), freezes=()), START)
        assert (decided.objection, decided.decision.grant) == (None, ADMIN)
        assert pattern_of(change) == "orders-*"
    named = ["granted", "revoked", "rule_set", "rule_dropped", "frozen", "unfrozen"]
    assert [kind_of(change).value for change in CHANGES] == named
    assert {type(change) for change in CHANGES} == set(AccessChange.__args__)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
@pytest.mark.parametrize(
    ("grants", "who"),
    [
        ([], membership()),
        ([grant(ANA, Role.ADMIN, "orders-eu*")], membership()),
        ([grant(ANA, Role.ADMIN, expires_at=START)], membership()),
        ([grant(BEN, Role.ADMIN)], membership()),
        ([grant(ANA, role, "*") for role in Role if role is not Role.ADMIN], membership()),
        ([grant(ONCALL, Role.ADMIN)], membership(unresolved_groups=frozenset({ONCALL.group}))),
        ([ADMIN], membership(kind=Kind.GUEST)),
        ([ADMIN], membership(kind=Kind.UNKNOWN)),
    ],
    ids=["none", "a part", "lapsed", "of another", "other roles", "unresolved", "a guest", "unknown"],
)
def test_nobody_else_may(change, grants, who):
    assert objection(change, *grants, who=who) is ChangeObjection.NO_ADMIN


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        (ANA, membership()),
        (ONCALL, membership(ANA, "SONCALL")),
        (ONCALL, membership(unresolved_groups=frozenset({ONCALL.group}))),
    ],
    ids=["themselves", "their group", "perhaps their group"],
)
def test_nobody_gives_themselves_anything(principal, who):
    """No role, not even one they have."""
    for role in Role:
        for pattern in ("orders-*", "orders-eu"):
            gives = GrantRole(principal, role, pattern)
            assert objection(gives, ADMIN, OPERATOR, who=who) is ChangeObjection.OWN_FAVOUR


@pytest.mark.parametrize(
    ("change", "grants", "groups"),
    [
        (CHANGES[0], [grant(ONCALL, Role.ADMIN)], ["SONCALL"]),
        (GrantRole(ONCALL, Role.OPERATOR, "orders-*"), [ADMIN], ["SOTHERS"]),
        (GrantRole(Actor(TeamId("T2"), ANA.user), Role.OPERATOR, "orders-*"), [ADMIN], []),
        (RevokeRole(ANA, Role.OPERATOR, "orders-eu"), [ADMIN, OPERATOR], []),
        (RevokeRole(ONCALL, Role.OPERATOR, "orders-eu"), [ADMIN, OPERATOR], ["SONCALL"]),
    ],
    ids=["admin by a group", "to others' group", "the same id elsewhere", "gives up", "their group gives up"],
)
def test_what_is_in_nobodys_own_favor_may_be_changed(change, grants, groups):
    assert objection(change, *grants, who=membership(ANA, *groups)) is None


TWO = Rule("orders-*", approvals=2)
LOOSER = [SetRule(Rule("orders-*", approvals=1)), DropRule("orders-*")]


@pytest.mark.parametrize("change", LOOSER)
@pytest.mark.parametrize(
    "own",
    [
        *(grant(ANA, role, id=2) for role in (Role.REQUESTER, Role.OPERATOR, Role.APPROVER, Role.RESPONDER)),
        grant(ANA, Role.OPERATOR, "orders-eu", id=2),
        grant(ANA, Role.OPERATOR, "*-eu", id=2),
        grant(ONCALL, Role.OPERATOR, id=2),
        grant(Group(TeamId("T1"), GroupId("SUNKNOWN")), Role.OPERATOR, id=2),
    ],
)
def test_nobody_loosens_a_rule_they_stand_under(change, own):
    """Whatever power they hold on any pipeline in it, by themselves, by a group, or perhaps by a group."""
    who = membership(ANA, "SONCALL", unresolved_groups=frozenset({GroupId("SUNKNOWN")}))
    assert objection(change, ADMIN, own, who=who, rules=[TWO]) is ChangeObjection.OWN_FAVOUR


@pytest.mark.parametrize("change", LOOSER)
@pytest.mark.parametrize(
    "own",
    [
        grant(ANA, Role.VIEWER, id=2),
        grant(ANA, Role.OPERATOR, "billing-*", id=2),
        grant(ANA, Role.OPERATOR, id=2, expires_at=START),
        grant(BEN, Role.OPERATOR, id=2),
        grant(ONCALL, Role.OPERATOR, id=2),
    ],
    ids=["a viewer", "elsewhere", "no longer", "another", "not their group"],
)
def test_an_admin_without_power_over_pipelines_loosens_rules(change, own):
    assert objection(change, ADMIN, own, rules=[TWO]) is None


@pytest.mark.parametrize(
    ("change", "rules", "favors"),
    [
        (SetRule(Rule("orders-*", approvals=3)), [TWO], False),
        (SetRule(Rule("orders-eu", approvals=1)), [TWO], False),
        (DropRule("orders-eu"), [TWO], False),
        (SetRule(TWO), [], False),
        (SetRule(Rule("orders-eu", approvals=0)), [], True),
    ],
)
def test_a_looser_rule_of_its_own_pattern_is_a_favor(change, rules, favors):
    """It replaces that one alone, and the others go on to hold; where none held, the defaults did."""
    expected = ChangeObjection.OWN_FAVOUR if favors else None
    assert objection(change, ADMIN, OPERATOR, rules=rules) is expected
    assert objection(change, ADMIN, rules=rules) is None


GROUPS = [GroupId("S1"), GroupId("S2")]
principals = st.sampled_from([ANA, BEN, *(Group(TeamId("T1"), group) for group in GROUPS)])
memberships = st.builds(
    Membership,
    st.just(ANA),
    st.sampled_from(Kind),
    st.frozensets(st.sampled_from(GROUPS)),
    st.frozensets(st.sampled_from(GROUPS)),
)
patterns = st.sampled_from(["*", "a*", "ab", "b", "a?"])
held = st.lists(st.builds(grant, principals, st.sampled_from(Role), patterns), max_size=4)


@given(st.builds(GrantRole, principals, st.sampled_from(Role), patterns), held, memberships)
def test_whatever_one_gives_reaches_only_others(change, grants, who):
    if objection(change, *grants, who=who) is not None:
        return
    assert who.kind is Kind.MEMBER
    given_now = grant(change.principal, change.role, change.pattern)
    assert not given_now.is_to(who)
    assert not given_now.may_be_to(who)


UNTIL = "2026-03-03T03:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "data"),
    [
        (
            GrantRole(BEN, Role.APPROVER, "orders-*", LATER, "on call"),
            {"team": "T1", "user": "UBEN", "role": "approver", "pattern": "orders-*"}
            | {"until": UNTIL, "note": "on call"},
        ),
        (
            GrantRole(ONCALL, Role.VIEWER, "*"),
            {"team": "T1", "group": "SONCALL", "role": "viewer", "pattern": "*", "until": None, "note": ""},
        ),
        (
            RevokeRole(ONCALL, Role.VIEWER, "*"),
            {"team": "T1", "group": "SONCALL", "role": "viewer", "pattern": "*"},
        ),
        (SetRule(TWO), {"pattern": "orders-*", "rule": {"approvals": "2"}}),
        (DropRule("orders-*"), {"pattern": "orders-*"}),
        (SetFreeze("*", LATER, "year end"), {"pattern": "*", "until": UNTIL, "reason": "year end"}),
        (RemoveFreeze("*"), {"pattern": "*"}),
    ],
)
def test_the_audit_log_keeps_the_change(change, data):
    assert audit_data(change) == data


def test_a_freeze_knows_who_set_it_and_when():
    freeze = freeze_of(SetFreeze("*", LATER, "year end"), freeze_id=7, by="T1/UANA", now=START)
    assert freeze == Freeze(7, "*", LATER, "year end", "T1/UANA", START)
