"""Whose Home shows what: nobody's more than they may see at this moment, and how to get in to whoever may see nothing."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_a_role_for_a_while(workspace: Workspace) -> None:
    """The page says when it ends; then whatever it showed is gone, though nobody did anything."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    workspace.grants(ben, Role.APPROVER, "orders", minutes=10)
    ana.requests("orders")
    assert "*approver* on `orders` until Mar 2, 2026 at 3:10:00 AM" in ben.opens_home()
    workspace.passes(minutes=9, seconds=59)
    assert "[Approve] [Deny]" in ben.home()
    workspace.passes(seconds=2)
    assert ben.home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
You have no role here now. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, and the role and the pipeline that you need. This page shows the rest then.
`/pipeline help` shows all that I can do.\
""")
    workspace.card()


def test_a_pipeline_whose_grant_ended(workspace: Workspace) -> None:
    """Of two grants one ends: its pipeline disappears, the other stays."""
    workspace.feldera.adds("payments")
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="orders")
    workspace.grants(ben, Role.APPROVER, "payments", minutes=10)
    ana.requests("orders")
    ana.requests("payments")
    workspace.passes(seconds=5)
    ana.reads()
    assert "Clear payments" in ben.opens_home()
    workspace.passes(minutes=11)
    assert "payments" not in ben.home()
    assert "Clear orders" in ben.home()
    workspace.cards()


def test_a_role_that_is_taken_away(workspace: Workspace) -> None:
    """By a command in Slack at once; in the shell, of which nobody tells the bot, within a minute."""
    root, ana, ben = workspace.admin("root"), workspace.viewer("ana"), workspace.viewer("ben")
    ana.opens_home()
    ben.opens_home()
    root.types("/pipeline revoke @ana viewer *")
    workspace.passes(seconds=1)
    assert "You have no role here now." in ana.home()
    workspace.revokes(ben)
    workspace.passes(minutes=1)
    assert "You have no role here now." in ben.home()


def test_a_role_that_is_given(workspace: Workspace) -> None:
    """Whoever waits at their Home for a role sees what comes with it."""
    root, eve = workspace.admin("root"), workspace.stranger("eve")
    assert eve.opens_home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
You have no role here now. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, and the role and the pipeline that you need. This page shows the rest then.
`/pipeline help` shows all that I can do.\
""")
    root.types("/pipeline grant @eve viewer orders")
    workspace.passes(seconds=1)
    assert "*viewer* on `orders`" in eve.home()


@pytest.mark.parametrize("what", ["guest", "stranger", "nobody known"])
def test_whoever_may_see_nothing(workspace: Workspace, what: str) -> None:
    """Guests, strangers and whom Slack does not tell of are greeted, told how to get in, and shown nothing else."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    match what:
        case "guest":
            gus = workspace.stranger("gus", guest=True)
            workspace.grants(gus, Role.APPROVER)
            assert gus.opens_home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
Guests of this workspace may do nothing here, whatever is granted to them. Ask a member of the team to do it for you, or an admin of the workspace to make you a member.\
""")
        case "stranger":
            fay = workspace.stranger("fay", team="T0OTHER")
            workspace.grants(fay, Role.APPROVER)
            assert fay.opens_home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
Only members of this workspace may do anything here. Ask somebody of the team to do it for you.\
""")
        case _:
            ben = workspace.approver("ben")
            workspace.slack.fails_next("users.info", "internal_error")
            assert ben.opens_home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
Slack did not tell who you are (`Slack is in trouble`), and without knowing I show nothing. I look again in a minute.\
""")
            workspace.passes(minutes=1)
            assert "Clear orders" in ben.home()
    workspace.card()


def test_a_role_through_a_user_group(workspace: Workspace) -> None:
    """Where Slack does not tell who is in it, the page says so instead of saying no; a minute later it is right."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER, "orders")
    ana.requests("orders")
    workspace.passes(minutes=2)
    workspace.slack.fails_next("usergroups.users.list", "internal_error")
    assert ben.opens_home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for whoever may, with the approvals that the team wants, and everybody sees what came of it.
Whether you have a role here depends on a user group, and Slack did not tell who is in it (`Slack is in trouble`). I look again in a minute.
`/pipeline help` shows all that I can do.\
""")
    workspace.passes(minutes=1)
    assert "[Approve] [Deny]" in ben.home()
    assert "*approver* on `orders` through @leads" in ben.home()
    workspace.card()


def test_some_of_ones_roles_cannot_be_read(workspace: Workspace) -> None:
    """What is known is shown, and that there may be more is said."""
    ben = workspace.viewer("ben", pattern="orders")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    workspace.slack.fails_next("usergroups.users.list", "internal_error")
    assert ben.opens_home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Your access
🔑 number 1, *viewer* on `orders`
Slack did not tell everything about you (`Slack is in trouble`): what depends on it is not shown. · Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
