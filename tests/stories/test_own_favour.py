"""Nobody raises their own rights in Slack: another admin can, and the shell can, and either way it is in the record."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace

OWN_FAVOUR = "🚫 You cannot raise your own access. Another admin can (@zoe), or the person who runs the bot."
ONLY_ADMIN = "🚫 You cannot raise your own access, and no other admin can. The person who runs the bot can."
LOOSER = (
    "approvals=1",
    "approvals=",
    "approvals=3 reason=",
    "within=3h",
    "reason=optional",
    "break-glass=allowed",
    "cancel-window=5s",
    "off",
)
NOT_TOLD = "🚫 You cannot raise your own access, and whether this would cannot be checked right now (`Slack is in trouble`)"


@pytest.fixture
def root(workspace: Workspace) -> Teammate:
    return workspace.admin("root")


@pytest.fixture
def zoe(workspace: Workspace) -> Teammate:
    return workspace.admin("zoe")


def test_nobody_grants_themselves_anything(workspace: Workspace, root: Teammate) -> None:
    """Whatever the role, even one they hold already."""
    for role in Role:
        assert root.types(f"/pipeline grant @root {role.value} orders") == ONLY_ADMIN
    assert workspace.record(EventKind.GRANTED) == []
    refused = "03:00 refused by root: action=granted grant=1 pattern=orders role={} team=T0ACME user=U02ROOT why=own_favour"
    assert workspace.record(EventKind.REFUSED) == [refused.format(role.value) for role in Role]


def test_another_admin_can(workspace: Workspace, root: Teammate, zoe: Teammate) -> None:
    assert zoe.types("/pipeline grant @root operator orders") == "✅ @root is *operator* on `orders`."
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert workspace.record(EventKind.GRANTED) == snapshot(
        [
            "03:00 granted by zoe: grant=2 number=3 pattern=orders role=operator team=T0ACME user=U02ROOT",
        ]
    )


def test_the_shell_can(workspace: Workspace, root: Teammate) -> None:
    """The person who runs the bot has its database; the record says that it was them."""
    workspace.grants(root, Role.OPERATOR, "orders")
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    granted = [entry.event for entry in workspace.entries() if entry.event.kind is EventKind.GRANTED]
    assert granted[-1].data["role"] == Role.OPERATOR
    assert granted[-1].by is None
    assert granted[-1].data["shell"] == "shell:owner"


def test_a_group_one_is_in_is_oneself(workspace: Workspace, root: Teammate, zoe: Teammate) -> None:
    """Also by way of a user group that nothing was granted to yet; another admin, who is not in it, can."""
    workspace.user_group("oncall", root)
    assert root.types("/pipeline grant @oncall operator orders") == OWN_FAVOUR
    assert zoe.types("/pipeline grant @oncall operator orders") == "✅ @oncall is *operator* on `orders`."
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_a_group_is_oneself_as_long_as_one_is_in_it(workspace: Workspace, root: Teammate) -> None:
    """Membership is looked up at the grant, not remembered from a minute ago; what cannot be read denies."""
    oncall = workspace.user_group("oncall")
    workspace.grants_group(oncall, Role.VIEWER, "orders")
    root.types("/pipeline whoami")
    oncall.joins(root)
    assert root.types("/pipeline grant @oncall operator orders") == ONLY_ADMIN
    root.types("/pipeline whoami")
    oncall.leaves(root)
    workspace.slack.fails_next("usergroups.users.list", "fatal_error")
    told = root.types("/pipeline grant @oncall operator orders")
    assert told == f"{NOT_TOLD}. Try again in a minute, or ask another admin."
    assert root.types("/pipeline grant @oncall operator orders").startswith("✅")


def test_nobody_loosens_a_rule_over_their_own_power(
    workspace: Workspace, root: Teammate, zoe: Teammate
) -> None:
    """Not for pipelines that they may clear, ask for or approve themselves; another admin may, and so may the shell."""
    workspace.grants(root, Role.REQUESTER, "prod-1")
    workspace.rules("prod-*", "approvals=2 reason=required cancel-window=30s")
    before = zoe.types("/pipeline rules")
    for loosened in LOOSER:
        assert root.types(f"/pipeline rule prod-* {loosened}") == OWN_FAVOUR
    assert zoe.types("/pipeline rules") == before
    for loosened in LOOSER:
        assert zoe.types(f"/pipeline rule prod-* {loosened}").startswith("✅")


def test_a_rule_may_be_tightened_over_ones_own_power(
    workspace: Workspace, root: Teammate, zoe: Teammate
) -> None:
    """More for oneself to ask is no favour; and an admin with no power there may loosen it."""
    workspace.grants(root, Role.OPERATOR, "prod-1")
    assert root.types("/pipeline rule prod-* approvals=2").startswith("✅")
    assert root.types("/pipeline rule prod-* approvals=3 reason=required").startswith("✅")
    assert zoe.types("/pipeline rule prod-* approvals=1").startswith("✅")
    assert workspace.record(EventKind.RULE_SET) == snapshot(
        [
            '03:00 rule_set by root: grant=1 pattern=prod-* rule={"approvals": "2"}',
            '03:00 rule_set by root: before={"approvals": "2"} grant=1 pattern=prod-* rule={"approvals": "3", "reason": "required"}',
            '03:00 rule_set by zoe: before={"approvals": "3", "reason": "required"} grant=2 pattern=prod-* rule={"approvals": "1", "reason": "required"}',
        ]
    )


def test_power_by_a_group_counts_for_the_rules(workspace: Workspace, root: Teammate) -> None:
    """What one holds through a group is one's own; while it cannot be looked up, it may be."""
    oncall = workspace.user_group("oncall", root)
    workspace.grants_group(oncall, Role.APPROVER, "prod-*")
    workspace.rules("prod-*", "approvals=2")
    assert root.types("/pipeline rule prod-* off") == ONLY_ADMIN
    oncall.leaves(root)
    workspace.slack.fails_next("usergroups.users.list", "fatal_error")
    assert root.types("/pipeline rule prod-* off").startswith(NOT_TOLD)
    assert root.types("/pipeline rule prod-* off").startswith("✅")


def test_two_admins_at_once(workspace: Workspace, root: Teammate, zoe: Teammate) -> None:
    """Each revokes the other at the same moment: the database lets one be first, and both are answered."""
    workspace.at_once(
        root.typing("/pipeline revoke @zoe admin *"), zoe.typing("/pipeline revoke @root admin *")
    )
    said = sorted([*root.reads(), *zoe.reads()], reverse=True)
    assert [line[0] for line in said] == ["🚫", "✅"]
    assert len(workspace.record(EventKind.REVOKED)) == 1
    assert len(workspace.record(EventKind.REFUSED)) == 1
