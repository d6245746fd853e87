"""What the bot asks of Slack about people stays within what Slack allows a minute, and is asked once for each deed."""

from collections import Counter

from inline_snapshot import snapshot

from bot.domain.access import Role
from tests.workspace import Teammate, Workspace

GROUPS = "usergroups.users.list"  # Slack takes 20 of these a minute
THREE = ((Role.REQUESTER, "engineers"), (Role.APPROVER, "leads"), (Role.RESPONDER, "oncall"))


def production(workspace: Workspace, *engineers: Teammate) -> tuple[Teammate, Teammate]:
    """The README's second set-up: three groups, two approvals, 30 seconds to stop it; returns two who may approve."""
    lea, leo = workspace.stranger("lea"), workspace.stranger("leo")
    members = {"engineers": engineers, "leads": (lea, leo), "oncall": (workspace.stranger("rio"),)}
    for role, handle in THREE:
        workspace.grants_group(workspace.user_group(handle, *members[handle]), role)
    workspace.rules("*", "approvals=2 within=2h remind=30m stop=30s break-glass=allowed")
    return lea, leo


def asked(workspace: Workspace) -> Counter[str]:
    """How often each look-up was made, if Slack took them all."""
    calls = [call for call in workspace.slack.calls if call.method in {GROUPS, "users.info"}]
    assert [call.error for call in calls if call.error] == []
    return Counter(call.method for call in calls)


def test_a_request_in_production(workspace: Workspace) -> None:
    """From the command to the end of it: half of what Slack allows in the minute that it takes."""
    ana = workspace.stranger("ana")
    lea, leo = production(workspace, ana)
    ana.requests("orders", "schema change")
    lea.told("Approve")
    leo.told("Approve")
    workspace.passes(seconds=40)
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @lea @leo)"
    )
    workspace.card()
    assert asked(workspace) == snapshot(Counter({"users.info": 8, "usergroups.users.list": 9}))


def test_groups_of_other_pipelines_are_not_asked_for(workspace: Workspace) -> None:
    """A company has more of them than Slack tells in a minute; only those that matter here are looked up."""
    ana = workspace.stranger("ana")
    lea, leo = production(workspace, ana)
    for number in range(30):
        team = workspace.user_group(f"team{number}", workspace.stranger(f"tom{number}"))
        workspace.grants_group(team, Role.OPERATOR, f"team{number}-*")
    ana.requests("orders", "schema change")
    lea.types(f"/pipeline approve {workspace.request()}")
    leo.told("Approve")
    workspace.passes(seconds=40)
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.thread()) == 5
    assert asked(workspace)[GROUPS] == snapshot(10)


def test_four_requests_at_once(workspace: Workspace) -> None:
    """More than Slack takes in a minute: what is approved then waits for Slack, says so, and all is cleared."""
    ana = workspace.stranger("ana")
    lea, leo = production(workspace, ana)
    names = ["orders", "payments", "reports", "sessions"]
    for name in names:
        if name != "orders":
            workspace.feldera.adds(name)
        ana.requests(name, "schema change")
    workspace.passes(seconds=4)
    ana.reads()
    for name in names:
        for approver in (lea, leo):
            assert approver.types(f"/pipeline approve {workspace.request(name)}").startswith("👍")
    workspace.passes(minutes=3)
    refused = [call.at for call in workspace.slack.calls if call.error == "ratelimited"]
    assert 1 <= len(refused) <= 3, "once it was told to wait, it does"
    assert all("✅ Cleared." in card for card in workspace.cards())
    lines = [line for thread in workspace.threads() for line in thread]
    assert sum(line.startswith("✅ Cleared") for line in lines) == 4
    assert sum(line.startswith("⏸️ Slack did not tell") for line in lines) == 4


def test_looks_at_a_silent_feldera_ask_slack_for_nothing(workspace: Workspace) -> None:
    """People's rights are looked up before a request that may be made, and not each time that none may be."""
    ana = workspace.stranger("ana")
    lea, leo = production(workspace, ana)
    ana.requests("orders", "schema change")
    lea.told("Approve")
    leo.told("Approve")
    before = asked(workspace)
    workspace.feldera_goes_down()
    workspace.passes(minutes=30)
    assert asked(workspace) == before
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()
