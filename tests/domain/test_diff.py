"""From the access there is to the access somebody wants: what changes, in which order, and what is said of it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.changes import DropRule, GrantRole, RevokeRole, SetRule
from bot.domain.access.diff import DesiredAccess, as_it_stands, differences, once_made, plan
from bot.domain.access.permissions import Group, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import GroupId, TeamId
from tests.clock import START
from tests.domain.samples import ANA, BEN, grant

ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))
SOON = START + timedelta(hours=12)


def give(principal=ANA, role=Role.OPERATOR, pattern="orders-*", **fields):
    return GrantRole(principal, role, pattern, **fields)


def wanted(*things):
    return DesiredAccess(
        frozenset(each for each in things if isinstance(each, GrantRole)),
        frozenset(each for each in things if isinstance(each, Rule)),
    )


def test_what_is_as_wanted_is_left_alone():
    both = wanted(give(), Rule("*", approvals=1))
    assert (plan(both, both), differences(both, both)) == ((), ())


def test_what_is_wanted_and_not_there_comes_and_what_is_there_and_not_wanted_goes():
    before = wanted(give(BEN, pattern="users"), Rule("prod-*", approvals=2), Rule("old", approvals=1))
    after = wanted(give(note="on call", expires_at=SOON), Rule("prod-*", approvals=3))
    assert plan(before, after) == (
        give(note="on call", expires_at=SOON),
        RevokeRole(BEN, Role.OPERATOR, "users"),
        DropRule("old"),
        SetRule(Rule("prod-*", approvals=3)),
    )
    assert differences(before, after) == (
        "+ grant UANA operator orders-* until 2026-03-02 15:00 UTC (on call)",
        "- grant UBEN operator users",
        "- rule old approvals=1",
        "- rule prod-* approvals=2",
        "+ rule prod-* approvals=3",
    )


def test_a_grant_that_changes_goes_before_it_comes():
    """What stays beside it is given again, since grants go by person, role and pattern."""
    stays = give(note="always")
    before, after = wanted(stays, give(note="on call")), wanted(stays, give(note="holiday"))
    assert plan(before, after) == (RevokeRole(ANA, Role.OPERATOR, "orders-*"), stays, give(note="holiday"))
    assert differences(before, after) == (
        "- grant UANA operator orders-* (on call)",
        "+ grant UANA operator orders-* (holiday)",
    )


def test_a_part_that_is_not_wanted_in_any_way_stays():
    """A file with rules alone does not take everybody's grants away."""
    before = wanted(give(), Rule("*", approvals=1))
    rules = DesiredAccess(rules=frozenset())
    assert plan(before, rules) == (DropRule("*"),)
    assert once_made(before, rules) == wanted(give())
    assert plan(before, DesiredAccess(grants=frozenset())) == (RevokeRole(ANA, Role.OPERATOR, "orders-*"),)


def test_grants_that_lapsed_are_no_part_of_it():
    lapsed = grant(ONCALL, expires_at=START, note="x")
    assert as_it_stands([grant(), lapsed], [], START) == wanted(give())
    assert wanted(give(), give(BEN, expires_at=START)).at(START) == wanted(give())


PRINCIPALS = st.sampled_from([ANA, BEN, ONCALL])
GIVES = st.builds(
    GrantRole,
    PRINCIPALS,
    st.sampled_from([Role.OPERATOR, Role.APPROVER]),
    st.sampled_from(["*", "orders-*"]),
    st.sampled_from([None, SOON]),
    st.sampled_from(["", "on call"]),
)
RULES = st.lists(
    st.builds(Rule, st.sampled_from(["*", "orders-*"]), st.integers(0, 5)),
    unique_by=lambda rule: rule.pattern,
)
ARRANGEMENTS = st.builds(DesiredAccess, st.none() | st.frozensets(GIVES), st.none() | RULES.map(frozenset))
STANDING = st.builds(DesiredAccess, st.frozensets(GIVES), RULES.map(frozenset))


@given(STANDING, ARRANGEMENTS)
def test_the_plan_leads_to_what_is_wanted_and_the_lines_say_what_differs(before, after):
    grants, rules = set(before.grants), {rule.pattern: rule for rule in before.rules}
    for change in plan(before, after):
        match change:
            case GrantRole():
                grants.add(change)
            case RevokeRole(principal, role, pattern):
                grants -= {
                    one
                    for one in grants
                    if (one.principal, one.role, one.pattern) == (principal, role, pattern)
                }
            case SetRule(rule):
                rules[rule.pattern] = rule
            case DropRule(pattern):
                del rules[pattern]
    made = DesiredAccess(frozenset(grants), frozenset(rules.values()))
    assert made == once_made(before, after)
    assert len(differences(before, after)) == len(before.grants ^ made.grants) + len(
        before.rules ^ made.rules
    )
