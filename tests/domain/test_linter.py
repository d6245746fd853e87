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


NO_APPROVER = "but no one can approve there. Grant approver on orders-* to someone."


@pytest.mark.parametrize(
    ("grants", "rules", "roster", "said"),
    [
        (
            [ASKS],
            [rule(approvals=1)],
            {},
            f"problem: The rule on orders-* needs 1 approval, {NO_APPROVER}",
        ),
        (
            [approver(BEN), approver(BEN, "*"), approver(ONCALL)],
            [rule(approvals=2)],
            {"members": {ONCALL: frozenset({BEN})}},
            "problem: The rule on orders-* needs 2 approvals, but only UBEN can approve there. Grant approver on orders-* to more people, or lower the number of approvals.",
        ),
        (
            [approver(BEN, "orders-*")],
            [rule("*", approvals=2), rule(approvals=1)],
            {},
            "problem: The rule on * needs 2 approvals, but only UBEN can approve there. Grant approver on * to more people, or lower the number of approvals.",
        ),
        (
            [requester(ANA, "prod-*"), requester(BEN, "orders-*")],
            [rule("*", approvals=1)],
            {},
            "problem: The rule on * needs 1 approval, but no one can approve there. Grant approver on * to someone.",
        ),
        (
            [ASKS, approver(ANA)],
            [rule(approvals=1)],
            {},
            "warning: The rule on orders-* needs 1 approval, but requests of UANA can never get enough: people cannot approve their own requests, and too few others can. Grant approver on orders-* to more people.",
        ),
        (
            [ASKS],
            [],
            {},
            f"problem: Without a rule, a requester on orders-* needs 1 approval, {NO_APPROVER}",
        ),
        (
            [ASKS, approver(BEN)],
            [rule(approvals=1)],
            {"kinds": {ANA: Kind.MEMBER, BEN: Kind.UNKNOWN}},
            "warning: UBEN (approver on orders-*) could not be looked up in Slack, and has no access until that works. Try again; if it persists, check the app's scopes.",
        ),
        (
            [ASKS, approver(ONCALL)],
            [rule(approvals=3)],
            {"unread": {ONCALL: "this workspace's Slack plan has no user groups"}},
            "problem: The user group SONCALL (approver on orders-*) could not be read: this workspace's Slack plan has no user groups. Its grants have no effect until then. Fix the group, or grant its members directly.",
        ),
        (
            [grant(ONCALL)],
            [],
            {"members": {ONCALL: frozenset()}},
            "warning: The user group SONCALL (operator on orders-*) has no members. Add people to it in Slack, or revoke the grants.",
        ),
        (
            [grant(ANA, expires_at=START + EXPIRES_SOON)],
            [],
            {},
            "notice: UANA is operator on orders-* only until 2026-03-05 03:00 UTC. To extend it, grant it again.",
        ),
        (
            [RESPONDS, approver(ANA)],
            [GLASS],
            {},
            "warning: The rule on orders-* allows break-glass, but a run of UANA could be reviewed by no one else. Grant approver on orders-* to another person.",
        ),
        (
            [approver(BEN)],
            [rule(break_glass=True)],
            {},
            "notice: The rule on orders-* allows break-glass, but no one is responder there. Grant responder, or set break-glass=forbidden.",
        ),
        (
            [ASKS, approver(BEN)],
            [Rule("orders-*", approvals=1)],
            {},
            "warning: The rule on orders-* needs 1 approval but notifies no one: requests are posted where they were typed, and mention no approver. Add channel=… or group=… to it.",
        ),
        (
            [ASKS, approver(BEN)],
            [rule("*", ask_channel="C0ALL"), rule(approvals=1, ask_channel="C0ORDERS")],
            {},
            "notice: Requests on orders-* are posted in C0ALL, the channel of the rule on *, not in C0ORDERS. Set the same channel in both rules.",
        ),
        (
            [grant(ANA, Role.VIEWER, "prod/*")],
            [],
            {},
            "problem: UANA is viewer on prod/*, which matches no pipeline: there is one Feldera, and pipeline names have no target. Replace the grant.",
        ),
        (
            [ASKS, ASKS, approver(BEN), approver(CLEO)],
            [],
            {},
            "notice: UANA has 2 grants as requester on orders-*. One is enough: keep the one that lasts longest.",
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
        (Kind.OUTSIDER, "is not a member of this workspace"),
    ],
)
def test_people_who_never_pass_are_not_counted_and_named_with_what_they_hold(kind, what):
    """In a group it is a matter of Slack; only whoever holds a grant themselves is named."""
    grants = [grant(ANA), grant(ANA, Role.VIEWER, "*")]
    assert found(grants, kinds={ANA: kind}) == [
        f"warning: UANA {what}: the grant (operator on orders-*, viewer on *) has no effect. Revoke it."
    ]
    (finding,) = found([approver(ONCALL)], [rule(approvals=2)], members=TWO_OF_ONCALL, kinds={BEN: kind})
    assert "needs 2 approvals, but only UCLEO can approve there." in finding


def test_a_wide_rule_is_looked_at_where_people_ask():
    """It can be kept for orders, and for nobody who asks for prod."""
    grants = [requester(ANA, "prod-*"), approver(BEN, "orders-*")]
    assert found(grants, [rule("*", approvals=1)]) == [
        "problem: The rule on * needs 1 approval, also on prod-*, but no one can approve there. Grant approver on prod-* to someone.",
        "notice: The rule on * needs 1 approval, but on some names that it matches, too few people can approve. If there are such pipelines, grant approver on *.",
    ]


def test_grants_that_lapsed_help_nobody():
    problem, notice = found([ASKS, approver(BEN, id=7, expires_at=START)], [rule(approvals=1)])
    assert problem.startswith("problem:")
    assert notice == ("notice: Expired grants: #7. They have no effect; revoke them to clear the list.")


def test_a_break_glass_that_nobody_could_review():
    assert (
        "problem: The rule on orders-* allows break-glass, but no one can review it. Grant approver on orders-* to someone."
    ) in found([RESPONDS, approver(BEN, "users")], [GLASS])


def test_a_group_to_ask_that_is_not_there_or_empty():
    grants = [ASKS, approver(BEN)]
    assert found(grants, [ASKS_ONCALL], unread={ONCALL: "no such group"})[0] == (
        "problem: The rule on orders-* notifies the user group SONCALL, which could not be read: no such group. Name another group."
    )
    [finding] = found(grants, [ASKS_ONCALL], members={ONCALL: frozenset()})
    assert finding.startswith("warning:")
    assert "has no members" in finding


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
        "problem: U0FAR (approver on orders-*) is of the workspace T9, but the bot serves T1: the grant has no effect. Revoke it with --team T9."
    )
    assert "no one can approve there" in unmet
