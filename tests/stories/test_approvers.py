"""Whose approval counts: it is looked up at the click, and what Slack does not tell counts for nothing."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_an_approver_by_two_groups_counts_once(workspace: Workspace) -> None:
    """Approvals count people: two groups and a grant of one's own make nobody two."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    for handle in ("oncall", "leads"):
        workspace.grants_group(workspace.user_group(handle, ben), Role.APPROVER)
    ana.requests("orders")
    ben.told("Approve")
    assert ben.told("Approve") == snapshot(["You approved it already: 1 of 2."])
    assert "1 of 2" in workspace.card()
    workspace.thread()


def test_somebody_without_the_role(workspace: Workspace) -> None:
    """Channel membership approves nothing; the answer is for the one who clicked, and names what it takes."""
    ana, dan = workspace.requester("ana"), workspace.stranger("dan")
    workspace.grants(dan, Role.OPERATOR)
    ana.requests("orders")
    assert dan.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
        ]
    )
    assert dan.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
    )
    assert dan.told("Deny") == snapshot(
        [
            "🚫 You may not deny a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03DAN`."
        ]
    )
    assert "🙋 Waiting for approval." in workspace.card()
    assert workspace.thread() == []


def test_an_approver_of_other_pipelines(workspace: Workspace) -> None:
    """The right to approve is per pipeline, also for the button of a card one sees."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="pay*")
    ana.requests("orders")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`."
        ]
    )
    assert "0 of 1" in workspace.card()


def test_people_who_never_pass_click(workspace: Workspace) -> None:
    """Guests, bots, people of other organisations and the deactivated approve nothing, whatever is granted to them."""
    ana = workspace.requester("ana")
    gil = workspace.stranger("gil", guest=True)
    eve = workspace.stranger("eve", team="T0OTHER")
    app = workspace.stranger("app", is_bot=True)
    for person in (gil, eve, app):
        workspace.grants(person, Role.APPROVER)
    ana.requests("orders")
    assert {person.name: person.told("Approve") for person in (gil, eve, app)} == snapshot(
        {
            "gil": [
                "🚫 You may not approve a clear of `orders`: guests of this workspace may do nothing here, whatever is granted to them."
            ],
            "eve": [
                "🚫 You may not approve a clear of `orders`: only members of this workspace may do anything here."
            ],
            "app": ["🚫 You may not approve a clear of `orders`: bots may do nothing here."],
        }
    )
    assert "0 of 1" in workspace.card()
    assert workspace.thread() == []


def test_an_approver_who_was_deactivated_since(workspace: Workspace) -> None:
    """Whose account is switched off while the request waits no longer counts: another approval is needed."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    ben.told("Approve")
    ben.person.is_deactivated()
    assert cem.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "👍 @cem approved (1 of 2). @ana Not counted any more, since they may no longer approve this: @ben.",
        ]
    )
    assert workspace.approver("dan").told("Approve") == snapshot(["👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @cem @dan)"
    )
    workspace.card()


def test_slack_does_not_say_who_clicks(workspace: Workspace) -> None:
    """What cannot be looked up denies, and says so; the same click counts once Slack answers."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.slack.fails_next("users.info", "internal_error")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
        ]
    )
    workspace.slack.answers_500("users.info")
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is in trouble`), and without knowing I say no. Try again in a minute."
        ]
    )
    workspace.slack.rate_limits("users.info", retry_after=30)
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: Slack did not tell who you are (`Slack is asked too often and wants 30 s of quiet`), and without knowing I say no. Try again in a minute."
        ]
    )
    assert "0 of 1" in workspace.card()
    workspace.passes(seconds=31)
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_slack_does_not_say_who_is_in_the_group(workspace: Workspace) -> None:
    """An approver by a group alone cannot approve while the group cannot be read, and hears that."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    ana.requests("orders")
    workspace.slack.downgrades_plan()
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: it depends on a user group, and Slack did not tell who is in it (`this workspace's Slack plan has no user groups`). Try again in a minute."
        ]
    )
    workspace.slack.upgrades_plan()
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_whoever_left_the_group_cannot_approve(workspace: Workspace) -> None:
    """Groups are looked up again at the click: a minute-old answer does not do."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER)
    ana.requests("orders")
    ben.types("/pipeline pending")
    leads.leaves(ben.person)
    assert ben.told("Approve") == snapshot(
        [
            "🚫 You may not approve a clear of `orders`: that takes the role *approver* on it. An admin of this bot can grant it. You are `U03BEN`."
        ]
    )
    assert "0 of 1" in workspace.card()
