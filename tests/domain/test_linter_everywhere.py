"""What holds of every finding of the linter, and what it finds where there are several targets, or no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.lint.findings import Finding, Roster, Severity
from bot.domain.access.lint.linter import lint
from bot.domain.access.permissions import Action, Group, Kind, Membership, Role
from bot.domain.access.requests.request import Request
from bot.domain.access.rules import Freeze
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.targets import Targets
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, grant
from tests.domain.test_linter import (
    ASKS,
    ONCALL,
    RESPONDS,
    approver,
    everything,
    no_one_closes,
    requester,
    rule,
)

LEADS = Group(TeamId("T1"), GroupId("SLEADS"))
BOTH = Targets(("prod", "staging"))
PEOPLE = [Actor(TeamId("T1"), UserId(f"U{name}")) for name in "ABCD"]
PATTERNS = st.sampled_from(["*", "orders-*", "orders-a", "prod-*", "prod-b"])
NAMES = ["orders-a", "orders-x", "prod-b", "prod-y", "users"]
SETTINGS = {
    "grants": st.lists(
        st.builds(grant, st.sampled_from([*PEOPLE, ONCALL, LEADS]), st.sampled_from(list(Role)), PATTERNS),
        max_size=6,
    ),
    "rules": st.lists(
        st.builds(rule, PATTERNS, approvals=st.none() | st.integers(0, 3)),
        max_size=3,
        unique_by=lambda each: each.pattern,
    ),
    "members": st.fixed_dictionaries(
        {group: st.frozensets(st.sampled_from(PEOPLE)) for group in (ONCALL, LEADS)}
    ),
    "kinds": st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(list(Kind))),
}


@given(**SETTINGS)
def test_a_problem_is_never_a_false_alarm(grants, rules, members, kinds):
    """Where it says that nobody's request could be approved, not all the people together could approve one."""
    memberships = {}
    for person in PEOPLE:
        kind = kinds.get(person, Kind.MEMBER)
        groups = frozenset(group.group for group in members if person in members[group])
        memberships[person] = Membership(person, Kind.MEMBER if kind is Kind.UNKNOWN else kind, groups)
    access_data = AccessData(tuple(grants), tuple(rules), memberships=memberships, freezes=())
    stuck_on = [
        (
            finding.sentence.partition(" Grant approver on ")[2].split()[0],
            finding.sentence.startswith("Without a rule"),
        )
        for finding in lint(grants, rules, Roster(kinds, members), START, freezes=())
        if finding.severity is Severity.PROBLEM and "can approve there" in finding.sentence
    ]
    for name in NAMES:
        ruled = any(said.approvals is not None and _matches(said.pattern, name) for said in rules)
        if any(_matches(pattern, name) and not (ruled and elsewhere) for pattern, elsewhere in stuck_on):
            for person in PEOPLE:
                basis = authority_of(
                    Request(person, name, CLEAR, approved_by=frozenset(PEOPLE)), access_data, START
                )
                may_clear = access_data.may(person, Action.CLEAR, name, START).allowed
                assert (may_clear and not basis.approvals_needed) or not basis.is_enough


def _matches(pattern, name):
    return name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))


@given(**SETTINGS)
def test_every_finding_says_what_to_do_the_worst_come_first_and_none_twice(grants, rules, members, kinds):
    findings = lint(grants, rules, Roster(kinds, members), START, freezes=())
    assert len(set(findings)) == len(findings)
    order = [list(Severity).index(finding.severity) for finding in findings]
    assert order == sorted(order)
    for finding in findings:
        assert isinstance(finding, Finding)
        assert any(
            verb in finding.sentence for verb in ("rant", "evoke", "Add", "Make", "Try", "Fix", "Set", "keep")
        )


def with_targets(word, grants, rules, freezes=(), targets=BOTH):
    findings = lint(grants, rules, Roster(), START, targets, freezes=freezes)
    return [each.sentence for each in findings if word in each.sentence]


def test_what_holds_for_no_target_any_more_is_named():
    """From before a second Feldera: it looks as if it held."""
    grants = [requester(ANA, "prod/*"), approver(BEN, "orders-*"), approver(CLEO, "*/orders-*")]
    assert with_targets("TARGET", grants, [rule(approvals=1), rule("prod/*", approvals=1)]) == [
        "The rule on orders-* matches no pipeline: pipelines are named TARGET/NAME, and the targets are prod, staging. Replace it.",
        "UBEN is approver on orders-*, which matches no pipeline: pipelines are named TARGET/NAME, and the targets are prod, staging. Replace the grant.",
    ]


def test_what_matches_more_since_there_are_several_targets_is_named():
    grants = [approver(BEN, pattern) for pattern in ("p*", "*", "prod/*", "orders-*")]
    freezes = [Freeze(1, "*-eu", START, "why", "T1/UCLEO", START)]
    assert with_targets("which now", grants, [rule("s*")], freezes) == [
        "UBEN is approver on p*, which now matches every pipeline of prod. If that is not intended, grant prod/… instead.",
        "There is a rule on s*, which now matches every pipeline of staging. If that is not intended, set it on staging/… instead.",
        "There is a freeze on *-eu, which now matches pipelines of prod and staging. If that is not intended, freeze prod/… instead.",
    ]
    assert with_targets("which now", grants, [], freezes, Targets(())) == []


@pytest.mark.parametrize(
    ("grants", "members", "noticed"),
    [
        ([ASKS, requester(BEN, "orders-eu-*")], {}, ["orders-*"]),
        ([RESPONDS, approver(BEN)], {}, ["orders-*"]),
        ([ASKS, requester(BEN, "prod-*"), grant(CLEO, pattern="prod-*")], {}, ["orders-*"]),
        ([ASKS, grant(CLEO, pattern="*")], {}, []),
        ([ASKS, grant(ONCALL)], {ONCALL: frozenset()}, ["orders-*"]),
        ([ASKS, grant(ONCALL)], {}, []),
        ([approver(BEN)], {}, []),
    ],
    ids=[
        "one line for the widest pattern",
        "break-glass runs need attention, too",
        "an operator elsewhere",
        "an operator everywhere",
        "nobody is in the group",
        "nobody knows who is in the group",
        "nobody asks",
    ],
)
def test_it_is_noticed_where_no_one_could_close_a_request(grants, members, noticed):
    found = everything(grants, members=members)
    patterns = ("*", "orders-*", "orders-eu-*", "prod-*")
    assert {pattern for pattern in patterns if no_one_closes(pattern) in found} == set(noticed)
