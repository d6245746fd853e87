"""Nobody raises their own rights in Slack: another admin can, and the shell can, and either way it is in the record."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Workspace

OWN_FAVOUR = (
    "🚫 That would be in your own favour, and nobody can raise their own rights in Slack. "
    "Another admin can, or whoever runs the bot."
)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_grants_themselves_anything(workspace: Workspace, role: Role) -> None:
    """Whatever the role, even one they hold already."""
    root = workspace.admin("root")
    assert root.types(f"/pipeline grant @root {role.value} orders") == OWN_FAVOUR
    assert workspace.record(EventKind.GRANTED) == []
    (refusal,) = workspace.record(EventKind.REFUSED)
    assert f"action=granted grant=1 pattern=orders role={role.value}" in refusal
    assert "why=own_favour" in refusal


def test_another_admin_can(workspace: Workspace) -> None:
    """Two admins can grant each other: both names stand in the record."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    assert root.types("/pipeline grant @root operator orders") == OWN_FAVOUR
    assert zoe.types("/pipeline grant @root operator orders") == snapshot(
        "✅ @root is *operator* on `orders`."
    )
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert workspace.record(EventKind.GRANTED, EventKind.REFUSED) == snapshot(
        [
            "03:00 refused by root: action=granted grant=1 pattern=orders role=operator team=T0ACME user=U02ROOT why=own_favour",
            "03:00 granted by zoe: grant=2 number=3 pattern=orders role=operator team=T0ACME user=U02ROOT",
        ]
    )


def test_the_shell_can(workspace: Workspace) -> None:
    """Whoever runs the bot has its database; the record says that it was them."""
    root = workspace.admin("root")
    workspace.grants(root, Role.OPERATOR, "orders")
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    (entry,) = [
        entry
        for entry in workspace.entries()
        if entry.event.kind is EventKind.GRANTED and entry.event.data["role"] == Role.OPERATOR
    ]
    assert entry.event.by is None
    assert entry.event.data["shell"] == "shell:owner"


def test_a_group_one_is_in_is_oneself(workspace: Workspace) -> None:
    """Also by way of a user group that nothing was granted to yet; another admin, who is not in it, can."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    workspace.user_group("oncall", root)
    assert root.types("/pipeline grant @oncall operator orders") == OWN_FAVOUR
    assert zoe.types("/pipeline grant @oncall operator orders") == snapshot(
        "✅ @oncall is *operator* on `orders`."
    )
    assert root.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_a_group_one_has_just_joined_is_oneself(workspace: Workspace) -> None:
    """Membership is looked up at the grant, not remembered from a minute ago."""
    root = workspace.admin("root")
    oncall = workspace.user_group("oncall")
    workspace.grants_group(oncall, Role.VIEWER, "orders")
    root.types("/pipeline whoami")
    oncall.joins(root)
    assert root.types("/pipeline grant @oncall operator orders") == OWN_FAVOUR


def test_a_group_one_has_left_is_others(workspace: Workspace) -> None:
    """Who is out of it gains nothing by it, as it stands."""
    root = workspace.admin("root")
    oncall = workspace.user_group("oncall", root)
    workspace.grants_group(oncall, Role.VIEWER, "orders")
    root.types("/pipeline whoami")
    oncall.leaves(root)
    assert root.types("/pipeline grant @oncall operator orders").startswith("✅")


def test_a_group_that_cannot_be_looked_up_may_be_oneself(workspace: Workspace) -> None:
    """What cannot be read denies."""
    root = workspace.admin("root")
    workspace.user_group("oncall")
    workspace.slack.fails_next("usergroups.users.list", "fatal_error")
    assert root.types("/pipeline grant @oncall operator orders") == snapshot(
        "🚫 That may be in your own favour: Slack did not tell who is in a user group (`Slack is in trouble`), and nobody can raise their own rights in Slack. Try again in a minute, or ask another admin."
    )
    assert root.types("/pipeline grant @oncall operator orders").startswith("✅")


def test_an_admin_may_give_to_others_and_step_down(workspace: Workspace) -> None:
    """Less for oneself is no favour."""
    root = workspace.admin("root")
    ana = workspace.stranger("ana")
    assert root.types("/pipeline grant @ana admin *").startswith("✅")
    assert root.types("/pipeline revoke @root admin *").startswith("✅")
    assert root.types("/pipeline grant @ana operator *").startswith("🚫 You may not grant *operator* on `*`")
    assert ana.types("/pipeline grant @root operator *").startswith("✅")


@pytest.mark.parametrize(
    "loosened",
    [
        "approvals=1",
        "approvals=0",
        "reason=required",
        "approvals=2 within=3h reason=required",
        "approvals=2 reason=optional",
        "approvals=2 reason=required break-glass=allowed",
        "approvals=2 reason=required stop=5s",
        "off",
    ],
)
def test_nobody_loosens_a_rule_over_their_own_power(workspace: Workspace, loosened: str) -> None:
    """Not for pipelines that they may clear, ask for or approve themselves; another admin may, and so may the shell."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    workspace.grants(root, Role.REQUESTER, "prod-1")
    workspace.rules("prod-*", "approvals=2 reason=required stop=30s")
    before = zoe.types("/pipeline rules")
    assert root.types(f"/pipeline rule prod-* {loosened}") == OWN_FAVOUR
    assert zoe.types("/pipeline rules") == before
    assert zoe.types(f"/pipeline rule prod-* {loosened}").startswith("✅")


def test_a_rule_may_be_tightened_over_ones_own_power(workspace: Workspace) -> None:
    """More for oneself to ask is no favour; and an admin with no power there may loosen it."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    workspace.grants(root, Role.OPERATOR, "prod-1")
    assert root.types("/pipeline rule prod-* approvals=2").startswith("✅")
    assert root.types("/pipeline rule prod-* approvals=3 reason=required").startswith("✅")
    assert zoe.types("/pipeline rule prod-* approvals=1").startswith("✅")
    assert workspace.record(EventKind.RULE_SET) == snapshot(
        [
            '03:00 rule_set by root: grant=1 pattern=prod-* rule={"approvals": "2"}',
            '03:00 rule_set by root: before={"approvals": "2"} grant=1 pattern=prod-* rule={"approvals": "3", "reason": "required"}',
            '03:00 rule_set by zoe: before={"approvals": "3", "reason": "required"} grant=2 pattern=prod-* rule={"approvals": "1"}',
        ]
    )


def test_power_by_a_group_counts_for_the_rules(workspace: Workspace) -> None:
    """What one holds through a group is one's own; while it cannot be looked up, it may be."""
    root = workspace.admin("root")
    oncall = workspace.user_group("oncall", root)
    workspace.grants_group(oncall, Role.APPROVER, "prod-*")
    workspace.rules("prod-*", "approvals=2")
    assert root.types("/pipeline rule prod-* off") == OWN_FAVOUR
    oncall.leaves(root)
    workspace.slack.fails_next("usergroups.users.list", "fatal_error")
    assert root.types("/pipeline rule prod-* off").startswith(
        "🚫 That may be in your own favour: Slack did not"
    )
    assert root.types("/pipeline rule prod-* off").startswith("✅")


def test_two_admins_at_once(workspace: Workspace) -> None:
    """Each revokes the other at the same moment: the database lets one be first, and both are answered."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    workspace.at_once(
        root.typing("/pipeline revoke @zoe admin *"), zoe.typing("/pipeline revoke @root admin *")
    )
    said = sorted([*root.reads(), *zoe.reads()], reverse=True)
    assert [line[0] for line in said] == ["🚫", "✅"]
    assert len(workspace.record(EventKind.REVOKED)) == 1
    assert len(workspace.record(EventKind.REFUSED)) == 1


def test_a_lapsed_admin_is_none(workspace: Workspace) -> None:
    """An admin for a day is one for that day alone."""
    root = workspace.stranger("root")
    workspace.stranger("ana")
    workspace.administers(
        GrantRole(root.actor, Role.ADMIN, "*", workspace.clock.now().replace(hour=4), note="hand-over")
    )
    assert root.types("/pipeline grant @ana viewer orders").startswith("✅")
    workspace.passes(hours=1)
    assert root.types("/pipeline grant @ana operator orders") == snapshot(
        "🚫 You may not grant *operator* on `orders`: that takes the role *admin* on it. Your *admin* on `*` ended Mar 2, 2026 at 4:00:00 AM. An admin of this bot can grant it. You are `U02ROOT`."
    )
