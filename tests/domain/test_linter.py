"""What the linter finds wrong with grants and rules, and what it must not say."""

from datetime import timedelta

import pytest

from bot.domain.access.lint.findings import Roster
from bot.domain.access.lint.linter import NO_ONE_CLOSES, lint
from bot.domain.access.lint.principals import EXPIRES_SOON, NOBODY_IS_ADMIN
from bot.domain.access.permissions import Group, Kind, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, grant

ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))
OPS = ChannelId("COPS")


def rule(pattern="orders-*", **said):
    """A rule whose requests are seen in a channel."""
    return Rule(pattern, **{"ask_channel": OPS} | said)


def everything(grants, rules=(), **roster):
    findings = lint(grants, rules, Roster(**roster), START, freezes=())
    return [f"{each.severity.value}: {each.sentence}" for each in findings]


def found(grants, rules=(), **roster):
    """What is found, but that there is no admin and no operator: most of these have none."""
    usual = {f"notice: {NOBODY_IS_ADMIN}", *map(no_one_closes, ("orders-*", "prod-*"))}
    return [each for each in everything(grants, rules, **roster) if each not in usual]


def no_one_closes(pattern):
    return f"notice: {NO_ONE_CLOSES.format(pattern=pattern)}"


def approver(principal, pattern="orders-*", **differences):
    return grant(principal, Role.APPROVER, pattern, **differences)


def requester(principal, pattern="orders-*"):
    return grant(principal, Role.REQUESTER, pattern)


ASKS, RESPONDS = requester(ANA), grant(ANA, Role.RESPONDER)
GLASS = rule(approvals=0, break_glass=True)
ASKS_ONCALL = rule(approvals=1, ask_group=ONCALL.group)
TWO_OF_ONCALL = {ONCALL: frozenset({BEN, CLEO})}


@pytest.mark.parametrize(
    ("grants", "rules", "roster"),
    [
        ([ASKS, approver(BEN), approver(CLEO)], [rule(approvals=2, break_glass=False)], {}),
        ([], [], {}),
        ([ASKS, approver(ONCALL)], [rule(approvals=2)], {"members": TWO_OF_ONCALL}),
        ([grant(ANA), approver(ANA), approver(BEN), approver(CLEO)], [rule(approvals=2)], {}),
        ([grant(ANA)], [], {}),
        ([ASKS], [rule(approvals=0)], {}),
        ([ASKS, approver(ONCALL)], [rule(approvals=3)], {}),
        ([grant(ANA, expires_at=START + EXPIRES_SOON + timedelta(seconds=1))], [], {}),
        ([RESPONDS, approver(ANA), approver(BEN)], [GLASS], {}),
        ([], [rule(break_glass=True), rule("*", break_glass=False)], {}),
        ([ASKS, approver(BEN)], [Rule("orders-*", approvals=1), Rule("*", ask_group=ONCALL.group)], {}),
        ([ASKS, approver(BEN)], [ASKS_ONCALL], {"members": {ONCALL: frozenset({BEN})}}),
        ([ASKS, approver(BEN)], [rule(approvals=1, ask_channel="C01"), rule("*", ask_channel="C01")], {}),
        ([ASKS, approver(Actor(TeamId("T9"), UserId("U0FAR")))], [rule(approvals=1)], {}),
    ],
    ids=[
        "everybody gets their approvals",
        "a bot before its first grant",
        "members of a group count",
        "an approver who asks leaves enough",
        "an operator needs nobody",
        "no approval is asked for",
        "nobody asked about the group",
        "it ends in more than 72 hours",
        "another approver can review it",
        "a wider rule forbids break-glass",
        "another rule names a group",
        "the group has people",
        "both rules name one channel",
        "no workspace is known",
    ],
)
def test_nothing_is_wrong(grants, rules, roster):
    assert found(grants, rules, **roster) == []


NO_APPROVER = "and nobody may approve there. Grant approver on orders-* to somebody."


@pytest.mark.parametrize(
    ("grants", "rules", "roster", "said"),
    [
        (
            [ASKS],
            [rule(approvals=1)],
            {},
            f"problem: The rule on orders-* asks for 1 approval, {NO_APPROVER}",
        ),
        (
            [approver(BEN), approver(BEN, "*"), approver(ONCALL)],
            [rule(approvals=2)],
            {"members": {ONCALL: frozenset({BEN})}},
            "problem: The rule on orders-* asks for 2 approvals, and only UBEN may approve there. Grant approver on orders-* to more people, or ask for fewer.",
        ),
        (
            [approver(BEN, "orders-*")],
            [rule("*", approvals=2), rule(approvals=1)],
            {},
            "problem: The rule on * asks for 2 approvals, and only UBEN may approve there. Grant approver on * to more people, or ask for fewer.",
        ),
        (
            [requester(ANA, "prod-*"), requester(BEN, "orders-*")],
            [rule("*", approvals=1)],
            {},
            "problem: The rule on * asks for 1 approval, and nobody may approve there. Grant approver on * to somebody.",
        ),
        (
            [ASKS, approver(ANA)],
            [rule(approvals=1)],
            {},
            "warning: The rule on orders-* asks for 1 approval, which UANA can never get: nobody approves their own request, and without them too few are left. Grant approver on orders-* to more people.",
        ),
        (
            [ASKS],
            [],
            {},
            f"problem: Where no rule says otherwise, a requester on orders-* needs 1 approval, {NO_APPROVER}",
        ),
        (
            [ASKS, approver(BEN)],
            [rule(approvals=1)],
            {"kinds": {ANA: Kind.MEMBER, BEN: Kind.UNKNOWN}},
            "warning: UBEN (approver on orders-*) could not be looked up in Slack, and may do nothing until that works. Run this again; if it stays, check the app's scopes.",
        ),
        (
            [ASKS, approver(ONCALL)],
            [rule(approvals=3)],
            {"unread": {ONCALL: "this workspace's Slack plan has no user groups"}},
            "problem: The user group SONCALL (approver on orders-*) could not be read: this workspace's Slack plan has no user groups. What is granted to it counts for nobody until it can be. Fix the group, or grant its members directly.",
        ),
        (
            [grant(ONCALL)],
            [],
            {"members": {ONCALL: frozenset()}},
            "warning: Nobody is in the user group SONCALL (operator on orders-*). Add people to it in Slack, or revoke the grants.",
        ),
        (
            [grant(ANA, expires_at=START + EXPIRES_SOON)],
            [],
            {},
            "notice: UANA is operator on orders-* only until 2026-03-05 03:00 UTC. If that is too soon, grant it again.",
        ),
        (
            [RESPONDS, approver(ANA)],
            [GLASS],
            {},
            "warning: The rule on orders-* allows break-glass; if UANA uses it, nobody else can review that run. Grant approver on orders-* to somebody else, too.",
        ),
        (
            [approver(BEN)],
            [rule(break_glass=True)],
            {},
            "notice: The rule on orders-* allows break-glass, and nobody is responder there. Grant responder, or forbid it.",
        ),
        (
            [ASKS, approver(BEN)],
            [Rule("orders-*", approvals=1)],
            {},
            "warning: The rule on orders-* asks for 1 approval and names nobody to ask: requests stand where they were typed, and mention no approver. Add channel=… or group=… to it.",
        ),
        (
            [ASKS, approver(BEN)],
            [rule("*", ask_channel="C0ALL"), rule(approvals=1, ask_channel="C0ORDERS")],
            {},
            "notice: Requests on orders-* stand in C0ALL, which the rule on * names first, and not in C0ORDERS. Name one channel in both.",
        ),
        (
            [grant(ANA, Role.VIEWER, "prod/*")],
            [],
            {},
            "problem: UANA is viewer on prod/*, which matches no pipeline: there is one Feldera here, and pipelines go by their own names. Grant it anew, and revoke it.",
        ),
        (
            [ASKS, ASKS, approver(BEN), approver(CLEO)],
            [],
            {},
            "notice: UANA is requester on orders-* by 2 grants; the one that lasts longest is what counts. One is enough.",
        ),
    ],
)
def test_one_thing_is_wrong(grants, rules, roster, said):
    assert found(grants, rules, **roster) == [said]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.DEACTIVATED, "is deactivated"),
        (Kind.GUEST, "is a guest"),
        (Kind.BOT, "is a bot"),
        (Kind.OUTSIDER, "is nobody this workspace knows as its own"),
    ],
)
def test_people_who_never_pass_are_not_counted_and_named_with_what_they_hold(kind, what):
    """In a group it is a matter of Slack; only whoever holds a grant themselves is named."""
    grants = [grant(ANA), grant(ANA, Role.VIEWER, "*")]
    assert found(grants, kinds={ANA: kind}) == [
        f"warning: UANA {what}, and what is granted to them (operator on orders-*, viewer on *) never counts. Revoke it."
    ]
    (finding,) = found([approver(ONCALL)], [rule(approvals=2)], members=TWO_OF_ONCALL, kinds={BEN: kind})
    assert "asks for 2 approvals, and only UCLEO may approve there." in finding


def test_a_wide_rule_is_looked_at_where_people_ask():
    """It can be kept for orders, and for nobody who asks for prod."""
    grants = [requester(ANA, "prod-*"), approver(BEN, "orders-*")]
    assert found(grants, [rule("*", approvals=1)]) == [
        "problem: The rule on * asks for 1 approval, also on prod-*, and nobody may approve there. Grant approver on prod-* to somebody.",
        "notice: The rule on * asks for 1 approval; on some pipelines there, too few people may approve. If there are such pipelines, grant approver on *.",
    ]


def test_grants_that_lapsed_help_nobody():
    problem, notice = found([ASKS, approver(BEN, id=7, expires_at=START)], [rule(approvals=1)])
    assert problem.startswith("problem:")
    assert notice == (
        "notice: Grants that have lapsed: 7. They count for nothing; revoke them to be rid of them."
    )


def test_a_break_glass_that_nobody_could_review():
    assert (
        "problem: The rule on orders-* allows break-glass, and nobody could review it. Grant approver on orders-* to somebody."
    ) in found([RESPONDS, approver(BEN, "users")], [GLASS])


def test_a_group_to_ask_that_is_not_there_or_empty():
    grants = [ASKS, approver(BEN)]
    assert found(grants, [ASKS_ONCALL], unread={ONCALL: "no such group"})[0] == (
        "problem: The rule on orders-* asks the user group SONCALL, which could not be read: no such group. Name one that can be."
    )
    [finding] = found(grants, [ASKS_ONCALL], members={ONCALL: frozenset()})
    assert finding.startswith("warning:")
    assert "nobody is in it" in finding


@pytest.mark.parametrize(
    ("remind", "within", "late"), [(60, None, True), (59, None, False), (30, 30, True), (30, 31, False)]
)
def test_a_reminder_that_would_come_too_late(remind, within, late):
    within = None if within is None else timedelta(minutes=within)
    said = rule(remind_after=timedelta(minutes=remind), approve_within=within)
    assert [each.partition(":")[0] for each in found([], [said])] == (["notice"] if late else [])


def test_it_is_noticed_when_nobody_is_admin_any_more():
    """Of a bot that was set up: before the first grant there is nothing to notice. A lapsed admin is none."""
    notice = f"notice: {NOBODY_IS_ADMIN}"
    assert everything([approver(BEN)]) == [notice]
    assert everything([approver(BEN), grant(ANA, Role.ADMIN, "x-*")]) == []
    lapsed = grant(ANA, Role.ADMIN, "*", expires_at=START - timedelta(hours=1))
    assert notice in everything([approver(BEN), lapsed])


def test_grants_of_another_workspace_count_for_nobody_and_cannot_be_revoked_without_its_name():
    grants = [ASKS, approver(Actor(TeamId("T9"), UserId("U0FAR")))]
    problem, unmet = found(grants, [rule(approvals=1)], home=TeamId("T1"))
    assert problem == (
        "problem: U0FAR (approver on orders-*) is of the workspace T9, and the bot serves T1: that counts for nobody. Revoke it with --team T9."
    )
    assert "nobody may approve there" in unmet
