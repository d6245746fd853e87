"""A grant that has no effect is told at once: refused if that is certain, made with a warning if Slack cannot say now."""

from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace


@pytest.fixture
def root(workspace: Workspace) -> Teammate:
    return workspace.admin("root")


def grants(root: Teammate, who: str, more: str = "") -> str:
    return root.types(f"/pipeline grant {who} operator orders {more}".strip())


NOT_GRANTED = "🚫 Not granted: *operator* on `orders` would have no effect, because "


@pytest.mark.parametrize(
    ("traits", "because"),
    [
        (
            {"guest": True},
            "@eve is a guest of this workspace, and guests cannot do anything here, even with a grant.",
        ),
        (
            {"single_channel_guest": True},
            "@eve is a guest of this workspace, and guests cannot do anything here, even with a grant.",
        ),
        ({"is_bot": True}, "@eve is a bot, and bots cannot do anything here, even with a grant."),
        ({"deactivated": True}, "the account of @eve is deactivated."),
        (
            {"team": "T0OTHER"},
            "`U03EVE` is not a member of this workspace. Type @ and pick the person from Slack's list.",
        ),
    ],
)
def test_people_who_may_do_nothing(
    workspace: Workspace, root: Teammate, traits: dict[str, Any], because: str
) -> None:
    """Nothing is stored: such a grant would wait until somebody makes them a member."""
    eve = workspace.adds_person("eve", **traits)
    workspace.slack.adds_channel("shared", members=[eve.person])
    assert grants(root, eve.id) == f"{NOT_GRANTED}{because}"
    assert root.types("/pipeline grants @root").count("#") == 1
    assert workspace.record() == []


def test_ids_of_nobody(workspace: Workspace, root: Teammate) -> None:
    """Typed by hand, they look like ids, and are those of no person and no group."""
    assert [grants(root, who) for who in ("U0NOBODY", "S0NONE")] == snapshot(
        [
            "🚫 Not granted: *operator* on `orders` would have no effect, because `U0NOBODY` is not a member of this workspace. Type @ and pick the person from Slack's list.",
            "🚫 Not granted: *operator* on `orders` would have no effect, because `S0NONE` is not a user group of this workspace (`there is no such user group, or it is disabled`). Type @ and pick the group from Slack's list, or grant the role to its members.",
        ]
    )
    assert workspace.record() == []


def test_a_group_that_is_switched_off(workspace: Workspace, root: Teammate) -> None:
    oncall = workspace.user_group("oncall", workspace.adds_person("eve"))
    oncall.is_disabled()
    assert grants(root, oncall.id) == snapshot(
        "🚫 Not granted: *operator* on `orders` would have no effect, because `S04ONCALL` is not a user group of this workspace (`there is no such user group, or it is disabled`). Type @ and pick the group from Slack's list, or grant the role to its members."
    )
    oncall.is_enabled()
    assert grants(root, "@oncall") == "✅ @oncall is *operator* on `orders`."


def test_a_plan_without_groups(workspace: Workspace, root: Teammate) -> None:
    oncall = workspace.user_group("oncall", workspace.adds_person("eve"))
    workspace.slack.downgrades_plan()
    assert grants(root, oncall.id) == snapshot(
        "🚫 Not granted: *operator* on `orders` would have no effect, because `S04ONCALL` is not a user group of this workspace (`this workspace's Slack plan has no user groups`). Type @ and pick the group from Slack's list, or grant the role to its members."
    )
    assert workspace.record(EventKind.GRANTED) == []


def test_a_group_without_members(workspace: Workspace, root: Teammate) -> None:
    """It is made, since groups fill; and again when it is typed a second time."""
    workspace.user_group("oncall")
    assert [grants(root, "@oncall") for _ in range(2)] == snapshot(
        [
            """\
✅ @oncall is *operator* on `orders`.
⚠️ @oncall has no members now. The grant has no effect until it has some.\
""",
            """\
Already granted: @oncall is *operator* on `orders` (grant #2 by @root, no expiry).
⚠️ @oncall has no members now. The grant has no effect until it has some.\
""",
        ]
    )
    assert len(workspace.record(EventKind.GRANTED)) == 1


def test_a_group_that_cannot_be_read(workspace: Workspace, root: Teammate) -> None:
    """The admin may be in it: an outage or a missing scope lets nobody grant something to themselves."""
    workspace.user_group("oncall", workspace.adds_person("eve"))
    workspace.slack.fails_next("usergroups.users.list", "missing_scope", times=2)
    assert grants(root, "@oncall") == snapshot(
        "🚫 You cannot raise your own access, and whether this would cannot be checked right now (`the Slack app lacks a scope`). Ask another admin, or the person who runs the bot."
    )
    workspace.slack.rate_limits("usergroups.users.list", retry_after=30)
    assert grants(root, "@oncall") == snapshot(
        "🚫 You cannot raise your own access, and whether this would cannot be checked right now (`Slack rate-limited me; retry in 30 s`). Try again in a minute, or ask another admin."
    )
    assert workspace.record(EventKind.GRANTED) == []


def test_somebody_whom_slack_does_not_tell_of(workspace: Workspace, root: Teammate) -> None:
    """The admin is known, and the other not: the grant is made, and what is not known is said."""
    eve = workspace.adds_person("eve")
    workspace.slack.answers_500("users.info", times=20, about=eve.id)
    assert grants(root, "@eve") == snapshot("""\
✅ @eve is *operator* on `orders`.
⚠️ Whether @eve is a member of this workspace cannot be checked right now (`Slack is in trouble`). If @eve is not one, the grant has no effect.\
""")


def test_whoever_may_not_grant_learns_nothing_of_others(workspace: Workspace) -> None:
    """The refusal is the same for a guest, a member and nobody."""
    ana = workspace.operator("ana")
    workspace.adds_person("gus", guest=True)
    told = {grants(ana, who).replace(who, "") for who in ("@gus", "@ana", "U0NOBODY")}
    assert len(told) == 1
    assert told.pop().startswith("🚫 You may not grant *operator* on `orders`")
    assert len(workspace.record(EventKind.REFUSED)) == 3


@pytest.mark.parametrize("lasts", ["for 0h", "for=0m"])
def test_a_grant_that_ends_at_once(root: Teammate, workspace: Workspace, lasts: str) -> None:
    workspace.adds_person("eve")
    assert grants(root, "@eve", lasts).startswith("🤔 ")
    assert workspace.record() == []


def test_the_shell_may_grant_ahead(workspace: Workspace) -> None:
    """Whoever runs the bot can: `whoami` says that it has no effect, and shows no key."""
    gus = workspace.adds_person("gus", guest=True)
    workspace.grants(gus, Role.OPERATOR, "orders")
    assert gus.types("/pipeline whoami").splitlines()[1:] == snapshot(
        ["🚫 *operator* on `orders` (grant #1, no expiry): has no effect, because you are a guest"]
    )
