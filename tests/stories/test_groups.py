"""User groups: joining and leaving count within a minute, and at once where something is decided for good."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace


def test_who_is_in_the_group_holds_its_grant(workspace: Workspace) -> None:
    """A grant to a group is one to everybody in it, and to nobody else."""
    ana, eve = workspace.stranger("ana"), workspace.stranger("eve")
    workspace.grants_group(workspace.user_group("oncall", ana), Role.OPERATOR, "orders")
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana, `U02ANA` of `T0ACME`: a member.
🔑 number 1, *operator* on `orders` through @oncall\
""")
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert eve.types("/pipeline clear orders").startswith("🚫 You may not clear `orders`")
    assert eve.types("/pipeline whoami") == snapshot("""\
You are @eve, `U03EVE` of `T0ACME`: a member.
Nothing is granted to you.\
""")


def test_a_group_is_granted_by_chat(workspace: Workspace) -> None:
    """`@oncall` is picked from Slack's list, as a person is."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    workspace.user_group("oncall", ana)
    assert root.types("/pipeline grant @oncall operator orders for 7d rota of week 10") == snapshot(
        "✅ @oncall is *operator* on `orders` until Mar 9, 2026 at 3:00:00 AM."
    )
    assert ana.types("/pipeline grants") == snapshot(
        "@oncall: number 2, *operator* on `orders` until Mar 9, 2026 at 3:00:00 AM through @oncall, `rota of week 10`"
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline revoke @oncall operator orders") == snapshot(
        "✅ @oncall is no longer *operator* on `orders`. Before: number 2 by @root, until Mar 9, 2026 at 3:00:00 AM (`rota of week 10`)."
    )
    assert ana.types("/pipeline clear orders").startswith("🚫 You may not clear `orders`")
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == snapshot(
        [
            "03:00 granted by root: grant=1 group=S04ONCALL note=rota of week 10 number=2 pattern=orders role=operator team=T0ACME until=2026-03-09T03:00:00+00:00",
            '03:00 revoked by root: before=[{"by": "T0ACME/U02ROOT", "note": "rota of week 10", "number": 2, "role": "operator", "until": "2026-03-09T03:00:00+00:00"}] grant=1 group=S04ONCALL pattern=orders role=operator team=T0ACME',
        ]
    )


def test_joining_and_leaving_count_within_a_minute(workspace: Workspace) -> None:
    """For what only looks, an answer of Slack's may be up to 60 seconds old."""
    ana = workspace.stranger("ana")
    oncall = workspace.user_group("oncall")
    workspace.grants_group(oncall, Role.OPERATOR, "orders")
    assert ana.types("/pipeline clear orders").startswith("🚫 You may not clear `orders`")
    oncall.joins(ana)
    workspace.passes(seconds=61)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    oncall.leaves(ana)
    workspace.passes(seconds=61)
    assert ana.types("/pipeline clear orders").startswith("🚫 You may not clear `orders`")


def test_slack_is_not_asked_for_every_command(workspace: Workspace) -> None:
    """Within the minute one look-up serves them all."""
    ana = workspace.stranger("ana")
    workspace.grants_group(workspace.user_group("oncall", ana), Role.OPERATOR, "orders")
    for _ in range(5):
        ana.asks("/pipeline status orders")
    asked = [call.method for call in workspace.slack.calls]
    assert asked.count("usergroups.users.list") == 1
    assert asked.count("users.info") == 1


def test_leaving_counts_at_the_click(workspace: Workspace) -> None:
    """A preview shown while it was allowed is not enough: the confirmation looks the group up again."""
    ana = workspace.stranger("ana")
    oncall = workspace.user_group("oncall", ana)
    workspace.grants_group(oncall, Role.OPERATOR, "orders")
    ana.asks("/pipeline clear orders")
    oncall.leaves(ana)
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        [
            "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02ANA`. Nothing was sent."
        ]
    )
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_leaving_counts_right_before_the_request(workspace: Workspace) -> None:
    """Confirmed, then out of the group while Feldera was away: nothing is sent."""
    ana = workspace.stranger("ana")
    oncall = workspace.user_group("oncall", ana)
    workspace.grants_group(oncall, Role.OPERATOR, "orders")
    ana.asks("/pipeline clear orders")
    workspace.run(workspace.feldera.goes_down())
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=20)
    oncall.leaves(ana)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(seconds=20)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana"
    )
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_joining_and_leaving_count_at_the_approval(workspace: Workspace) -> None:
    """Whoever joined a moment ago may approve; whoever left a moment ago may not."""
    ana, ben, cora = workspace.requester("ana"), workspace.stranger("ben"), workspace.stranger("cora")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER, "orders")
    assert ben.types("/pipeline pending") == "Nothing waits for anybody."
    assert cora.types("/pipeline pending") == "Nothing waits for anybody."
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    leads.leaves(ben)
    leads.joins(cora)
    ben.clicks("Approve")
    assert ben.reads() == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`."
        ]
    )
    cora.clicks("Approve")
    assert cora.reads() == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_an_approver_who_left_before_the_request(workspace: Workspace) -> None:
    """Approvals are counted again right before the request, by who is in the group then."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER, "orders")
    ana.asks("/pipeline clear orders")
    ana.clicks("Ask for approval")
    ana.reads()
    workspace.run(workspace.feldera.goes_down())
    ben.clicks("Approve")
    ben.reads()
    workspace.passes(seconds=20)
    leads.leaves(ben)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(seconds=20)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). Nothing was sent. Type `/pipeline clear orders` to ask again. @ana (approved by @ben)"
    )
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_a_plan_without_user_groups_denies(workspace: Workspace) -> None:
    """The reason is given, to the person alone; a grant of their own is not touched by it."""
    ana = in_a_group(workspace)
    workspace.slack.downgrades_plan()
    assert ana.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: it depends on a user group, and Slack did not tell who is in it (`this workspace's Slack plan has no user groups`). Try again in a minute."
    )
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana, `U02ANA` of `T0ACME`: a member.
Slack did not tell all: `this workspace's Slack plan has no user groups`. What depends on it counts as no.
🔑 number 1, *operator* on `orders` through @oncall\
""")
    assert ana.types("/pipeline can-i clear orders") == snapshot(
        "🚫 You may not clear `orders`: it depends on a user group, and Slack did not tell who is in it (`this workspace's Slack plan has no user groups`). Try again in a minute."
    )
    workspace.grants(ana, Role.VIEWER, "orders")
    assert ana.asks("/pipeline status orders").startswith("orders\n")
    workspace.slack.upgrades_plan()
    workspace.passes(seconds=61)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


@pytest.mark.parametrize("error", ["fatal_error", "missing_scope", "no_such_subteam"])
def test_a_failing_look_up_denies(workspace: Workspace, error: str) -> None:
    """Whatever Slack says instead of who is in the group: no, with its reason, and it is in the record."""
    ana = in_a_group(workspace)
    workspace.slack.fails_next("usergroups.users.list", error)
    assert ana.types("/pipeline clear orders").startswith(
        "🚫 You may not clear `orders`: it depends on a user group, and Slack did not tell who is in it"
    )
    (refusal,) = workspace.record(EventKind.REFUSED)
    assert refusal.endswith("action=request pipeline=orders why=unresolved")
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_a_failing_look_up_denies_at_the_click(workspace: Workspace) -> None:
    """A remembered answer is not good enough there; the preview can be used once Slack answers again."""
    ana = in_a_group(workspace)
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    workspace.slack.rate_limits("usergroups.users.list", retry_after=30)
    ana.presses(confirm)
    assert ana.reads() == snapshot(
        [
            "🚫 You may not clear `orders`: it depends on a user group, and Slack did not tell who is in it (`Slack is asked too often and wants 30 s of quiet`). Try again in a minute. Nothing was sent."
        ]
    )
    workspace.passes(seconds=31)
    ana.presses(confirm)
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_a_group_that_was_switched_off_grants_nothing(workspace: Workspace) -> None:
    """Slack keeps a disabled group's people and names none of them: nobody is in it."""
    ana = workspace.stranger("ana")
    oncall = workspace.user_group("oncall", ana)
    workspace.grants_group(oncall, Role.OPERATOR, "orders")
    oncall.is_disabled()
    assert ana.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: it depends on a user group, and Slack did not tell who is in it (`that user group was deleted or is disabled`). Try again in a minute."
    )
    oncall.is_enabled()
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def in_a_group(workspace: Workspace) -> Teammate:
    """Somebody who may clear `orders` only as one of a user group."""
    ana = workspace.stranger("ana")
    workspace.grants_group(workspace.user_group("oncall", ana), Role.OPERATOR, "orders")
    return ana
