"""Who may do what: the answer is no, unless a current grant to this member, or to a group of theirs, covers it."""

from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.permissions import (
    Action,
    Group,
    Kind,
    Membership,
    Role,
    Why,
    decide,
    decide_on_pattern,
)
from bot.domain.ids import Actor, GroupId, PipelineName, TeamId, UserId
from tests.clock import START
from tests.domain.samples import ANA, BEN, grant, membership

ORDERS = PipelineName("orders-eu")
ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))


def may(action, *grants, who=None, name=ORDERS, now=START) -> bool:
    return decide(who or membership(), action, name, grants, now).allowed


ALLOWS = {
    Role.VIEWER: {Action.VIEW},
    Role.REQUESTER: {Action.VIEW, Action.REQUEST},
    Role.OPERATOR: {Action.VIEW, Action.REQUEST, Action.CLEAR, Action.STOP, Action.START},
    Role.APPROVER: {Action.VIEW, Action.APPROVE},
    Role.RESPONDER: {Action.VIEW, Action.REQUEST, Action.BREAK_GLASS},
    Role.ADMIN: {Action.ADMINISTER},
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_allows_its_actions_only(role, action):
    assert may(action, grant(role=role)) is (action in ALLOWS[role])


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("orders-*", "orders-eu", True),
        ("orders-*", "Orders-eu", False),
        ("ORDERS-*", "orders-eu", False),
        ("orders-*", "orders", False),
        ("orders", "orders-eu", False),
        ("*", "orders-eu", True),
        ("orders-??", "orders-eu", True),
        ("orders-?", "orders-eu", False),
        ("orders-[a-e]u", "orders-eu", True),
        ("orders-[!a-e]u", "orders-eu", False),
        ("rders-*", "orders-eu", False),
    ],
)
def test_a_pattern_covers_whole_names_and_minds_case(pattern, name, matches):
    """Feldera's names are case-sensitive, and so are the globs over them, on every platform."""
    assert may(Action.CLEAR, grant(pattern=pattern), name=PipelineName(name)) is matches


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (1, False)])
def test_a_grant_ends_at_its_very_moment(seconds, allowed):
    """`expires_at` is the first moment at which it is over."""
    lapsing = grant(expires_at=START)
    decision = decide(membership(), Action.CLEAR, ORDERS, [lapsing], START + timedelta(seconds=seconds))
    assert decision.allowed is allowed
    assert decision.grant == (lapsing if allowed else None)
    assert decision.lapsed == (None if allowed else lapsing)


def test_a_current_grant_beats_a_lapsed_one():
    lapsed, current = grant(expires_at=START), grant(id=2)
    assert decide(membership(), Action.CLEAR, ORDERS, [lapsed, current], START).grant == current
    assert decide(membership(), Action.CLEAR, ORDERS, [current, lapsed], START).grant == current


def test_a_no_says_what_it_would_take():
    older = grant(expires_at=START - timedelta(days=2))
    newer = grant(id=2, expires_at=START - timedelta(days=1))
    decision = decide(membership(), Action.CLEAR, ORDERS, [newer, older], START)
    assert (decision.why, decision.would_allow, decision.lapsed) == (Why.LAPSED, (Role.OPERATOR,), newer)
    viewer = grant(role=Role.VIEWER, expires_at=START)
    assert decide(membership(), Action.CLEAR, ORDERS, [viewer], START).lapsed is None
    assert decide(membership(), Action.REQUEST, ORDERS, (), START).would_allow == (
        Role.REQUESTER,
        Role.OPERATOR,
        Role.RESPONDER,
    )


def test_a_grant_to_a_group_is_its_members():
    held = grant(ONCALL)
    decision = decide(membership(BEN, "SONCALL"), Action.CLEAR, ORDERS, [held], START)
    assert (decision.allowed, decision.why, decision.grant) == (True, Why.GRANTED, held)
    assert not may(Action.CLEAR, held, who=membership(BEN, "SOTHERS"))
    assert not may(Action.CLEAR, held, who=membership(Actor(TeamId("T2"), BEN.user), "SONCALL"))


UNRESOLVED = membership(BEN, unresolved_groups=frozenset({ONCALL.group}), why="plan without groups")


def test_a_group_that_could_not_be_looked_up_is_a_no_that_says_so_and_takes_nothing_else_away():
    decision = decide(UNRESOLVED, Action.CLEAR, ORDERS, [grant(ONCALL)], START)
    assert (decision.allowed, decision.why, decision.grant) == (False, Why.UNRESOLVED, None)
    assert decision.membership.why == "plan without groups"
    assert may(Action.CLEAR, grant(ONCALL), grant(BEN, id=2), who=UNRESOLVED)


@pytest.mark.parametrize(
    "held",
    [
        grant(Group(TeamId("T1"), GroupId("SOTHERS"))),
        grant(Group(TeamId("T2"), ONCALL.group)),
        grant(ONCALL, role=Role.VIEWER),
        grant(ONCALL, expires_at=START),
        grant(ONCALL, pattern="billing"),
    ],
)
def test_a_group_that_would_not_have_helped_is_not_blamed(held):
    assert decide(UNRESOLVED, Action.CLEAR, ORDERS, [held], START).why is Why.NO_GRANT


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MEMBER])
def test_only_members_pass(kind):
    """Guests, bots, the deactivated, people of other organisations, and whoever could not be looked up: never."""
    everything = [grant(role=role, pattern="*") for role in Role]
    everything += [grant(ONCALL, role=role, pattern="*") for role in Role]
    nobody = membership(ANA, "SONCALL", kind=kind)
    for action in Action:
        decision = decide(nobody, action, ORDERS, everything, START)
        assert (decision.allowed, decision.why) == (False, Why.NOT_A_MEMBER)
    assert not decide_on_pattern(nobody, "*", everything, START).allowed


@pytest.mark.parametrize(
    ("pattern", "allowed"), [("orders-*", True), ("orders-eu", True), ("orders*", False), ("*", False)]
)
def test_an_admin_administers_what_their_own_grant_covers_and_no_other_role_does(pattern, allowed):
    assert decide_on_pattern(membership(), pattern, [grant(role=Role.ADMIN)], START).allowed is allowed
    others = [grant(role=role, pattern="*") for role in Role if role is not Role.ADMIN]
    assert not decide_on_pattern(membership(), pattern, others, START).allowed


TEAMS, GROUPS = ("T", "U"), ("S", "R")


groups = st.frozensets(st.sampled_from(GROUPS).map(GroupId))
actors = st.builds(Actor, st.sampled_from(TEAMS).map(TeamId), st.sampled_from("AB").map(UserId))
memberships = st.builds(Membership, actors, st.sampled_from(Kind), groups, groups)
moments = st.integers(-3, 3).map(lambda hours: START + timedelta(hours=hours))
grants = st.builds(
    grant,
    principal=actors
    | st.builds(Group, st.sampled_from(TEAMS).map(TeamId), st.sampled_from(GROUPS).map(GroupId)),
    role=st.sampled_from(Role),
    pattern=st.sampled_from(["*", "a", "a*", "A*", "[ab]?", "b"]),
    expires_at=st.none() | moments,
)


def reaches(principal, who) -> bool:
    if principal.team != who.actor.team:
        return False
    return principal.group in who.groups if isinstance(principal, Group) else principal.user == who.actor.user


@given(
    memberships,
    st.sampled_from(Action),
    st.sampled_from(["a", "ab", "A", "b"]),
    st.lists(grants, max_size=6),
    moments,
)
def test_allowed_exactly_by_a_covering_current_grant_that_reaches_a_member(who, action, name, held, now):
    covering = [
        each
        for each in held
        if reaches(each.principal, who)
        and who.kind is Kind.MEMBER
        and action in ALLOWS[each.role]
        and fnmatchcase(name, each.pattern)
        and not (each.expires_at is not None and each.expires_at <= now)
    ]
    decision = decide(who, action, PipelineName(name), held, now)
    assert decision.allowed is bool(covering)
    assert decision.grant in covering if covering else decision.grant is None


@given(memberships, st.lists(grants, max_size=6), moments, st.sampled_from(Action))
def test_knowing_less_of_somebody_never_lets_them_do_more(who, held, now, action):
    less = Membership(who.actor, who.kind, frozenset(), who.groups | who.unresolved_groups)
    if may(action, *held, who=less, name="ab", now=now):
        assert may(action, *held, who=who, name="ab", now=now)
