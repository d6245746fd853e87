"""User groups: joining and leaving count within a minute, and at once where something is decided for good."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.stories.decided import approved

PREVIEW = "*Clear `orders`?*"
NO_ROLE = (
    "🚫 You may not clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`."
)
UNVERIFIED = "🚫 You may not clear `orders`: it depends on a user group that cannot be checked right now"
CLEAR = "/pipeline clear orders"


@pytest.fixture
def eva(workspace):
    """Somebody who may clear `orders` only as one of a user group."""
    return workspace.adds_person("eva")


@pytest.fixture
def oncall(workspace, eva):
    oncall = workspace.user_group("oncall", eva)
    workspace.grants_group(oncall, Role.OPERATOR, "orders")
    return oncall


@pytest.mark.usefixtures("oncall")
def test_who_is_in_the_group_holds_its_grant(workspace, eva):
    """And nobody else. Within a minute one look-up in Slack serves all commands."""
    bob = workspace.adds_person("bob")
    assert eva.types("/pipeline whoami") == snapshot("""\
You are @eva (`U02EVA` of the workspace `T0ACME`): a member of this workspace.
🔑 *operator* on `orders` through @oncall (grant #1, no expiry)\
""")
    for _ in range(4):
        eva.asks("/pipeline status orders")
    assert eva.asks(CLEAR).startswith(PREVIEW)
    asked = [call.method for call in workspace.slack.calls]
    assert asked.count("usergroups.users.list") == asked.count("users.info") == 1
    assert bob.types(CLEAR).startswith(NO_ROLE)
    assert bob.types("/pipeline whoami").splitlines()[1].startswith("You have no role here")


def test_a_group_is_granted_by_chat(workspace, eva):
    """`@oncall` is picked from Slack's list, as a person is."""
    root = workspace.admin("root")
    workspace.user_group("oncall", eva)
    said = root.types("/pipeline grant @oncall operator orders for 7d rota of week 10")
    assert said == "✅ @oncall is *operator* on `orders` until Mar 9, 2026 at 3:00 AM."
    assert eva.types("/pipeline grants") == snapshot(
        "🔑 @oncall: *operator* on `orders` (grant #2, until Mar 9, 2026 at 3:00 AM, note: `rota of week 10`)"
    )
    assert eva.asks(CLEAR).startswith(PREVIEW)
    said = root.types("/pipeline revoke @oncall operator orders")
    assert said.startswith("✅ @oncall is no longer *operator* on `orders`. Before: grant #2 by @root, ends")
    assert eva.types(CLEAR).startswith(NO_ROLE)
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == snapshot(
        [
            "03:00 granted by root: grant=1 group=S04ONCALL note=rota of week 10 number=2 pattern=orders role=operator team=T0ACME until=2026-03-09T03:00:00+00:00",
            '03:00 revoked by root: before=[{"by": "T0ACME/U03ROOT", "note": "rota of week 10", "number": 2, "role": "operator", "until": "2026-03-09T03:00:00+00:00"}] grant=1 group=S04ONCALL pattern=orders role=operator team=T0ACME',
        ]
    )


def test_joining_and_leaving_count_within_a_minute(workspace, eva, oncall):
    """For what only looks, an answer of Slack's may be up to 60 seconds old."""
    oncall.leaves(eva)
    assert eva.types(CLEAR).startswith(NO_ROLE)
    oncall.joins(eva)
    workspace.passes(seconds=61)
    assert eva.asks(CLEAR).startswith(PREVIEW)
    oncall.leaves(eva)
    workspace.passes(seconds=61)
    assert eva.types(CLEAR).startswith(NO_ROLE)


def test_leaving_counts_at_the_click(workspace, eva, oncall):
    """A preview shown while it was allowed is not enough: the confirmation looks the group up again."""
    eva.asks(CLEAR)
    oncall.leaves(eva)
    (said,) = eva.told("Clear orders")
    assert said.startswith(NO_ROLE)
    workspace.passes(minutes=1)
    assert workspace.sent == []


def test_leaving_counts_right_before_the_request(workspace, eva, oncall):
    """Confirmed, then out of the group while Feldera was away."""
    eva.asks(CLEAR)
    workspace.feldera_goes_down()
    eva.told("Clear orders")
    workspace.passes(seconds=20)
    oncall.leaves(eva)
    workspace.feldera_comes_back()
    workspace.passes(seconds=20)
    assert workspace.thread()[-1] == snapshot(
        "❌ `orders` was not cleared: @eva lost the role for it after confirming it. Nothing was sent to Feldera. Somebody who has the role can request it again with `/pipeline clear orders`: it first shows what would be deleted. @eva"
    )
    assert workspace.sent == []
    workspace.card()


def test_joining_and_leaving_count_at_the_approval(workspace, ana, eva):
    """Whoever joined a moment ago may approve, and whoever left may not; nor do approvals of those who leave later."""
    cora = workspace.adds_person("cora")
    leads = workspace.user_group("leads", eva)
    workspace.grants_group(leads, Role.APPROVER, "orders")
    for person in (eva, cora):  # what Slack says of them is remembered
        assert person.types("/pipeline pending").startswith(
            ("🚫 You cannot see any request, ", "Nothing that you can see waits: ")
        )
    ana.requests("orders")
    leads.leaves(eva)
    leads.joins(cora)
    assert eva.told("Approve")[0].startswith("🚫 You may not approve a clear of `orders`: you need the")
    workspace.feldera_goes_down()
    assert cora.told("Approve") == [approved()]
    workspace.passes(seconds=20)
    leads.leaves(cora)
    workspace.feldera_comes_back()
    workspace.passes(seconds=20)
    assert workspace.thread()[-1] == snapshot(
        "❌ `orders` was not cleared: there are no longer enough approvals (a rule was tightened, or an approver lost the role). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @cora)"
    )
    assert workspace.sent == []
    workspace.card()


@pytest.mark.usefixtures("oncall")
def test_a_plan_without_user_groups_denies(workspace, eva):
    """The reason is given, to the person alone; a grant of their own is not touched by it."""
    workspace.slack.downgrades_plan()
    plan = "(`this workspace's Slack plan has no user groups`)"
    assert eva.types(CLEAR) == f"{UNVERIFIED} {plan}. Try again in a minute."
    because = UNVERIFIED.partition(": ")[2]
    assert eva.types("/pipeline can-i clear orders") == (
        f"🚫 No, you cannot clear `orders`: {because} {plan}. Try again in a minute."
    )
    assert eva.types("/pipeline whoami").splitlines()[1:] == snapshot(
        [
            "Some of your user groups cannot be checked right now (`this workspace's Slack plan has no user groups`). Until they can be, grants through them have no effect.",
            "❔ *operator* on `orders` through @oncall (grant #1, no expiry): cannot be checked right now",
        ]
    )
    workspace.grants(eva, Role.VIEWER, "orders")
    assert eva.asks("/pipeline status orders").startswith("orders\n")
    workspace.slack.upgrades_plan()
    workspace.passes(seconds=61)
    assert eva.asks(CLEAR).startswith(PREVIEW)


@pytest.mark.usefixtures("oncall")
@pytest.mark.parametrize("error", ["fatal_error", "missing_scope", "no_such_subteam"])
def test_a_failing_look_up_denies(workspace, eva, error):
    """Whatever Slack says instead of who is in the group: no, with its reason, and it is in the record."""
    workspace.slack.fails_next("usergroups.users.list", error)
    assert eva.types(CLEAR).startswith(UNVERIFIED)
    (refusal,) = workspace.record(EventKind.REFUSED)
    assert refusal.endswith("action=request pipeline=orders why=unresolved")
    assert eva.asks(CLEAR).startswith(PREVIEW)


@pytest.mark.usefixtures("oncall")
def test_a_failing_look_up_denies_at_the_click(workspace, eva):
    """A remembered answer is not good enough there; the preview can be used once Slack answers again."""
    eva.asks(CLEAR)
    confirm = eva.finds("Clear orders")
    workspace.slack.rate_limits("usergroups.users.list", retry_after=30)
    eva.presses(confirm)
    quiet = "(`Slack rate-limited me; retry in 30 s`). Try again in a minute. Nothing was sent to Feldera."
    assert eva.reads() == [f"{UNVERIFIED} {quiet}"]
    workspace.passes(seconds=31)
    eva.presses(confirm)
    eva.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.follows() == "✅ Cleared"


def test_a_group_that_was_switched_off_grants_nothing(eva, oncall):
    """Slack keeps a disabled group's people and names none of them: nobody is in it."""
    oncall.is_disabled()
    assert eva.types(CLEAR).startswith(f"{UNVERIFIED} (`there is no such user group, or it is disabled`).")
    oncall.is_enabled()
    assert eva.asks(CLEAR).startswith(PREVIEW)
