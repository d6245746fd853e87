"""What the linter finds wrong with grants and rules, and what it must not say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData, authority_of
from bot.domain.access.lint.findings import Finding, Roster, Severity
from bot.domain.access.lint.linter import lint
from bot.domain.access.lint.principals import EXPIRES_SOON, NOBODY_IS_ADMIN
from bot.domain.access.permissions import Action, Group, Kind, Membership, Role
from bot.domain.access.request import Request
from bot.domain.access.rules import Freeze, Rule
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId
from bot.domain.operations.plans import CLEAR
from bot.domain.pipelines.targets import Targets
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, grant

ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))
LEADS = Group(TeamId("T1"), GroupId("SLEADS"))
OPS = ChannelId("COPS")


def rule(pattern="orders-*", **said):
    """A rule whose requests are seen in a channel."""
    return Rule(pattern, **{"ask_channel": OPS} | said)


def everything(grants, rules=(), **roster):
    return [
        (each.severity.value, each.sentence)
        for each in lint(grants, rules, Roster(**roster), START, freezes=())
    ]


def found(grants, rules=(), **roster):
    """What is found, but that nobody is admin: most of these casts have none."""
    return [each for each in everything(grants, rules, **roster) if each != ("notice", NOBODY_IS_ADMIN)]


def approver(principal, pattern="orders-*", **differences):
    return grant(principal, Role.APPROVER, pattern, **differences)


def requester(principal, pattern="orders-*"):
    return grant(principal, Role.REQUESTER, pattern)


def test_a_set_up_in_which_everybody_gets_their_approvals_is_left_in_peace():
    """Two approvers besides the requester, a channel to ask in, a rule that can be kept."""
    grants = [requester(ANA), approver(BEN), approver(CLEO)]
    assert found(grants, [rule(approvals=2, break_glass=False)]) == []


def test_nothing_granted_and_nothing_ruled_is_nothing_wrong():
    """A bot before its first grant."""
    assert found([]) == []


def test_a_rule_that_nobody_may_satisfy():
    assert found([requester(ANA)], [rule(approvals=1)]) == [
        (
            "problem",
            (
                "The rule on orders-* asks for 1 approval, and nobody may approve there. "
                "Grant approver on orders-* to somebody."
            ),
        )
    ]


def test_more_approvals_than_people_who_may_give_one():
    """People count once, whatever grants and groups they hold it by."""
    grants = [approver(BEN), approver(BEN, "*"), approver(ONCALL)]
    assert found(grants, [rule(approvals=2)], members={ONCALL: frozenset({BEN})}) == [
        (
            "problem",
            (
                "The rule on orders-* asks for 2 approvals, and only UBEN may approve there. "
                "Grant approver on orders-* to more people, or ask for fewer."
            ),
        )
    ]


def test_the_members_of_a_group_count():
    members = {ONCALL: frozenset({BEN, CLEO})}
    assert found([requester(ANA), approver(ONCALL)], [rule(approvals=2)], members=members) == []


@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.DEACTIVATED, Kind.BOT, Kind.OUTSIDER])
def test_whoever_never_passes_is_not_counted(kind):
    """In a group it is a matter of Slack; only whoever holds a grant themselves is named."""
    members = {ONCALL: frozenset({BEN, CLEO})}
    (finding,) = found([approver(ONCALL)], [rule(approvals=2)], members=members, kinds={BEN: kind})
    assert finding[1].startswith(
        "The rule on orders-* asks for 2 approvals, and only UCLEO may approve there."
    )


def test_the_only_approver_cannot_approve_their_own_request():
    assert found([requester(ANA), approver(ANA)], [rule(approvals=1)]) == [
        (
            "warning",
            (
                "The rule on orders-* asks for 1 approval, which UANA can never get: nobody approves their own request, "
                "and without them too few are left. Grant approver on orders-* to more people."
            ),
        )
    ]


def test_an_approver_who_asks_leaves_one_less():
    grants = [grant(ANA), approver(ANA), approver(BEN)]
    (finding,) = found(grants, [rule(approvals=2)])
    assert "which UANA can never get" in finding[1]
    assert found([*grants, approver(CLEO)], [rule(approvals=2)]) == []


def test_without_a_rule_a_requester_needs_one_approval():
    assert found([requester(ANA)]) == [
        (
            "problem",
            (
                "Where no rule says otherwise, a requester on orders-* needs 1 approval, and nobody may approve there. "
                "Grant approver on orders-* to somebody."
            ),
        )
    ]


def test_without_a_rule_an_operator_needs_nobody():
    assert found([grant(ANA)]) == []


def test_a_rule_that_asks_for_no_approval_needs_nobody():
    assert found([requester(ANA)], [rule(approvals=0)]) == []


def test_a_wide_rule_is_looked_at_where_people_ask():
    """It can be kept for orders, and for nobody who asks for prod."""
    grants = [requester(ANA, "prod-*"), approver(BEN, "orders-*")]
    assert found(grants, [rule("*", approvals=1)]) == [
        (
            "problem",
            (
                "The rule on * asks for 1 approval, also on prod-*, and nobody may approve there. "
                "Grant approver on prod-* to somebody."
            ),
        ),
        (
            "notice",
            (
                "The rule on * asks for 1 approval; on some pipelines there, too few people may approve. "
                "If there are such pipelines, grant approver on *."
            ),
        ),
    ]


def test_the_strictest_rule_counts():
    rules = [rule("*", approvals=2), rule("orders-*", approvals=1)]
    (finding,) = found([approver(BEN, "orders-*")], rules)
    assert finding[1].startswith("The rule on * asks for 2 approvals, and only UBEN may approve there.")


def test_what_is_hopeless_as_a_whole_is_not_said_of_its_parts():
    grants = [requester(ANA, "prod-*"), requester(BEN, "orders-*")]
    assert len(found(grants, [rule("*", approvals=1)])) == 1


def test_grants_that_lapsed_help_nobody():
    grants = [requester(ANA), approver(BEN, id=7, expires_at=START)]
    assert [finding[0] for finding in found(grants, [rule(approvals=1)])] == ["problem", "notice"]
    assert found(grants, [rule(approvals=1)])[1][1] == (
        "Grants that have lapsed: 7. They count for nothing; revoke them to be rid of them."
    )


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.DEACTIVATED, "is deactivated"),
        (Kind.GUEST, "is a guest"),
        (Kind.BOT, "is a bot"),
        (Kind.OUTSIDER, "is nobody this workspace knows as its own"),
    ],
)
def test_people_who_never_pass_are_named_with_what_they_hold(kind, what):
    grants = [grant(ANA), grant(ANA, Role.VIEWER, "*")]
    assert found(grants, kinds={ANA: kind}) == [
        (
            "warning",
            f"UANA {what}, and what is granted to them (operator on orders-*, viewer on *) never counts. Revoke it.",
        )
    ]


def test_people_who_could_not_be_looked_up_are_named_and_still_counted():
    """A Slack in trouble is one finding, not a finding about every rule."""
    grants = [requester(ANA), approver(BEN)]
    assert found(grants, [rule(approvals=1)], kinds={ANA: Kind.MEMBER, BEN: Kind.UNKNOWN}) == [
        (
            "warning",
            (
                "UBEN (approver on orders-*) could not be looked up in Slack, and may do nothing until that works. "
                "Run this again; if it stays, check the app's scopes."
            ),
        )
    ]


def test_a_group_that_could_not_be_read_is_named_with_the_reason():
    """Nothing is claimed about the number of its people."""
    grants = [requester(ANA), approver(ONCALL)]
    why = "this workspace's Slack plan has no user groups"
    assert found(grants, [rule(approvals=3)], unread={ONCALL: why}) == [
        (
            "problem",
            (
                f"The user group SONCALL (approver on orders-*) could not be read: {why}. What is granted to it counts for "
                "nobody until it can be. Mend that, or grant to its people instead."
            ),
        )
    ]


def test_of_a_group_that_nobody_asked_about_nothing_is_said():
    assert found([requester(ANA), approver(ONCALL)], [rule(approvals=3)]) == []


def test_a_group_without_anybody_in_it():
    assert found([grant(ONCALL)], members={ONCALL: frozenset()}) == [
        (
            "warning",
            "Nobody is in the user group SONCALL (operator on orders-*). Add people to it in Slack, or revoke the grants.",
        )
    ]


@pytest.mark.parametrize(
    ("left", "said"), [(EXPIRES_SOON, True), (EXPIRES_SOON + timedelta(seconds=1), False)]
)
def test_a_grant_about_to_expire(left, said):
    """72 hours ahead."""
    sentence = f"UANA is operator on orders-* only until {START + left:%Y-%m-%d %H:%M} UTC. If that is too soon, grant it again."
    assert found([grant(ANA, expires_at=START + left)]) == ([("notice", sentence)] if said else [])


def test_a_broken_glass_that_nobody_could_sign_off():
    grants = [grant(ANA, Role.RESPONDER), approver(BEN, "users")]
    assert ("problem", _NO_SIGNER) in found(grants, [rule(approvals=0, break_glass=True)])


_NO_SIGNER = (
    "The rule on orders-* allows to break the glass, and nobody could sign it off. "
    "Grant approver on orders-* to somebody."
)


def test_a_broken_glass_that_only_its_breaker_could_sign_off():
    """Nobody signs off their own."""
    grants = [grant(ANA, Role.RESPONDER), approver(ANA)]
    assert found(grants, [rule(approvals=0, break_glass=True)]) == [
        (
            "warning",
            (
                "The rule on orders-* allows to break the glass; if UANA breaks it, nobody else can sign that off. "
                "Grant approver on orders-* to somebody else, too."
            ),
        )
    ]
    assert found([*grants, approver(BEN)], [rule(approvals=0, break_glass=True)]) == []


def test_a_glass_that_nobody_may_break():
    assert found([approver(BEN)], [rule(break_glass=True)]) == [
        (
            "notice",
            "The rule on orders-* allows to break the glass, and nobody is responder there. Grant responder, or forbid it.",
        )
    ]


def test_a_glass_that_a_wider_rule_forbids_to_break_is_none():
    assert found([], [rule(break_glass=True), rule("*", break_glass=False)]) == []


def test_a_rule_that_names_nobody_to_ask():
    grants = [requester(ANA), approver(BEN)]
    assert found(grants, [Rule("orders-*", approvals=1)]) == [
        (
            "warning",
            (
                "The rule on orders-* asks for 1 approval and names nobody to ask: requests stand where they were typed, "
                "and mention no approver. Add channel=… or group=… to it."
            ),
        )
    ]
    assert found(grants, [Rule("orders-*", approvals=1), Rule("*", ask_group=ONCALL.group)]) == []


def test_a_group_to_ask_that_is_not_there_or_empty():
    """Requests would mention nobody."""
    ruled = [rule(approvals=1, ask_group=ONCALL.group)]
    grants = [requester(ANA), approver(BEN)]
    assert found(grants, ruled, unread={ONCALL: "no such group"})[0] == (
        "problem",
        (
            f"The rule on orders-* asks the user group {ONCALL.group}, which could not be read: no such group. "
            "Name one that can be."
        ),
    )
    [(severity, sentence)] = found(grants, ruled, members={ONCALL: frozenset()})
    assert (severity, "nobody is in it" in sentence) == ("warning", True)
    assert found(grants, ruled, members={ONCALL: frozenset({BEN})}) == []


def test_two_rules_that_name_different_channels():
    """A card stands in one place: which, should surprise nobody."""
    ruled = [rule("*", ask_channel="C0ALL"), rule(approvals=1, ask_channel="C0ORDERS")]
    assert found([requester(ANA), approver(BEN)], ruled) == [
        (
            "notice",
            (
                "Requests on orders-* stand in C0ALL, which the rule on * names first, and not in C0ORDERS. "
                "Name one channel in both."
            ),
        )
    ]
    assert found([requester(ANA), approver(BEN)], [ruled[1], rule("*", ask_channel="C0ORDERS")]) == []


@pytest.mark.parametrize(
    ("remind", "within", "late"), [(60, None, True), (59, None, False), (30, 30, True), (30, 31, False)]
)
def test_a_reminder_that_would_come_too_late(remind, within, late):
    """An hour, where no rule says otherwise."""
    within = None if within is None else timedelta(minutes=within)
    said = rule(remind_after=timedelta(minutes=remind), approve_within=within)
    assert [severity for severity, _ in found([], [said])] == (["notice"] if late else [])


PEOPLE = [Actor(TeamId("T1"), UserId(f"U{name}")) for name in "ABCD"]
PATTERNS = ["*", "orders-*", "orders-a", "prod-*", "prod-b"]
NAMES = ["orders-a", "orders-x", "prod-b", "prod-y", "users"]
SETTINGS = {
    "grants": st.lists(
        st.builds(
            grant,
            st.sampled_from([*PEOPLE, ONCALL, LEADS]),
            st.sampled_from(list(Role)),
            st.sampled_from(PATTERNS),
        ),
        max_size=6,
    ),
    "rules": st.lists(
        st.builds(rule, st.sampled_from(PATTERNS), approvals=st.none() | st.integers(0, 3)),
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
    roster = Roster(kinds, members)
    kinds = {person: kinds.get(person, Kind.MEMBER) for person in PEOPLE}
    transient = {person: Kind.MEMBER if kind is Kind.UNKNOWN else kind for person, kind in kinds.items()}
    memberships = {
        person: Membership(
            person,
            transient[person],
            groups=frozenset(group.group for group in members if person in members[group]),
        )
        for person in PEOPLE
    }
    access_data = AccessData(tuple(grants), tuple(rules), memberships=memberships, freezes=())
    stuck_on = [
        (
            finding.sentence.partition(" Grant approver on ")[2].split()[0],
            finding.sentence.startswith("Where no rule says otherwise"),
        )
        for finding in lint(grants, rules, roster, START, freezes=())
        if finding.severity is Severity.PROBLEM and "may approve there" in finding.sentence
    ]
    for name in NAMES:
        ruled = any(said.approvals is not None and _matches(said.pattern, name) for said in rules)
        if any(_matches(pattern, name) and not (ruled and elsewhere) for pattern, elsewhere in stuck_on):
            for person in PEOPLE:
                basis = authority_of(
                    Request(person, name, CLEAR, approved_by=frozenset(PEOPLE)), access_data, START
                )
                free = (
                    access_data.may(person, Action.CLEAR, name, START).allowed and not basis.approvals_needed
                )
                assert free or not basis.is_enough


def _matches(pattern, name):
    return name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))


@given(**SETTINGS)
def test_every_finding_is_a_sentence_that_says_what_to_do(grants, rules, members, kinds):
    """The worst come first, and nothing is said twice."""
    findings = lint(grants, rules, Roster(kinds, members), START, freezes=())
    assert len(set(findings)) == len(findings)
    order = [list(Severity).index(finding.severity) for finding in findings]
    assert order == sorted(order)
    for finding in findings:
        assert isinstance(finding, Finding)
        assert any(verb in finding.sentence for verb in ("rant", "evoke", "Add", "Make", "Run", "Mend"))


def test_what_holds_for_no_target_any_more_is_named():
    """From before a second Feldera: it looks as if it held."""
    grants = [requester(ANA, "prod/*"), approver(BEN, "orders-*"), approver(CLEO, "*/orders-*")]
    rules = [rule(approvals=1), rule("prod/*", approvals=1)]
    said = [
        each
        for each in lint(grants, rules, Roster(), START, Targets(("prod", "staging")), freezes=())
        if "TARGET" in each.sentence
    ]
    assert [(each.severity.value, each.sentence) for each in said] == [
        (
            "problem",
            (
                "The rule on orders-* holds for no pipeline: pipelines are called TARGET/NAME here, and the targets are "
                "prod, staging. Write it anew, and drop it."
            ),
        ),
        (
            "problem",
            (
                "UBEN is approver on orders-*, which matches no pipeline: pipelines are called TARGET/NAME here, and the "
                "targets are prod, staging. Grant it anew, and revoke it."
            ),
        ),
    ]


def test_what_held_for_a_target_of_before_is_named():
    """From before there was one Feldera again."""
    assert found([grant(ANA, Role.VIEWER, "prod/*")]) == [
        (
            "problem",
            (
                "UANA is viewer on prod/*, which matches no pipeline: there is one Feldera here, and pipelines go by their own "
                "names. Grant it anew, and revoke it."
            ),
        )
    ]


def test_what_matches_more_since_there_are_several_targets_is_named():
    """Written for plain names; what is meant for everything or for a target is left in peace."""
    grants = [approver(BEN, pattern) for pattern in ("p*", "*", "prod/*", "orders-*")]
    freezes = [Freeze(1, "*-eu", START, "why", "T1/UCLEO", START)]
    targets = Targets(("prod", "staging"))
    said = lint(grants, [rule("s*")], Roster(), START, targets, freezes=freezes)
    assert [each.sentence for each in said if "by now" in each.sentence] == [
        "UBEN is approver on p*, which matches every pipeline of prod by now. Grant prod/… if that is not meant.",
        "There is a rule on s*, which matches every pipeline of staging by now. Add one on staging/… if that is not meant.",
        (
            "There is a freeze on *-eu, which matches pipelines of prod and staging by now. "
            "Add one on prod/… if that is not meant."
        ),
    ]
    assert not [
        each for each in lint(grants, [], Roster(), START, freezes=freezes) if "by now" in each.sentence
    ]
