"""What the bot asks of Slack about people stays within what Slack allows a minute, and is asked once for each deed."""

from collections import Counter

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace

GROUPS = "usergroups.users.list"  # Slack takes 20 of these a minute
THREE = ((Role.REQUESTER, "engineers"), (Role.APPROVER, "leads"), (Role.RESPONDER, "oncall"))


def production(workspace: Workspace) -> list[Teammate]:
    """The second set-up of docs/access.md: three groups, two approvals, 30 seconds to stop it; an engineer, and two who may approve."""
    ana, lea, leo, rio = (workspace.adds_person(name) for name in ("ana", "lea", "leo", "rio"))
    members = {"engineers": (ana,), "leads": (lea, leo), "oncall": (rio,)}
    for role, handle in THREE:
        workspace.grants_group(workspace.user_group(handle, *members[handle]), role)
    workspace.rules("*", "approvals=2 within=2h remind=30m cancel-window=30s break-glass=allowed")
    return [ana, lea, leo]


def asked(workspace: Workspace) -> Counter[str]:
    """How often each look-up was made, if Slack took them all."""
    calls = [call for call in workspace.slack.calls if call.method in {GROUPS, "users.info"}]
    assert [call.error for call in calls if call.error] == []
    return Counter(call.method for call in calls)


def approved_by(*approvers: Teammate) -> None:
    for approver in approvers:
        approver.told("Approve")


def is_cleared(workspace: Workspace, *, within: int) -> None:
    workspace.passes(seconds=within)
    assert "✅ Cleared after" in workspace.card()
    workspace.thread()


def test_a_request_in_production(workspace: Workspace) -> None:
    """From the command to the end of it: half of what Slack allows in the minute that it takes."""
    ana, lea, leo = production(workspace)
    ana.requests("orders", "schema change")
    approved_by(lea, leo)
    is_cleared(workspace, within=40)
    assert workspace.thread()[-1].endswith("@ana (approved by @lea @leo)")
    assert asked(workspace) == snapshot(Counter({"users.info": 8, "usergroups.users.list": 9}))


def test_groups_of_other_pipelines_are_not_asked_for(workspace: Workspace) -> None:
    """A company has more of them than Slack tells in a minute; only those that matter here are looked up."""
    ana, lea, leo = production(workspace)
    for number in range(30):
        team = workspace.user_group(f"team{number}", workspace.adds_person(f"tom{number}"))
        workspace.grants_group(team, Role.OPERATOR, f"team{number}-*")
    ana.requests("orders", "schema change")
    lea.approves(workspace.request())
    leo.told("Approve")
    is_cleared(workspace, within=40)
    assert len(workspace.thread()) == 5
    assert asked(workspace)[GROUPS] == snapshot(10)


def test_four_requests_at_once(workspace: Workspace) -> None:
    """Within the minute they rest on what was looked up in it, and Slack is asked once more before all is sent."""
    ana, lea, leo = production(workspace)
    names = ["orders", "payments", "reports", "sessions"]
    for name in names:
        if name != "orders":
            workspace.feldera.adds(name)
        ana.requests(name, "schema change")
    workspace.passes(seconds=4)
    ana.reads()
    for name in names:
        for approver in (lea, leo):
            assert approver.approves(workspace.request(name))[0].startswith("👍")
    workspace.passes(minutes=3)
    assert asked(workspace)[GROUPS] == snapshot(18)
    assert all("✅ Cleared after" in card for card in workspace.cards())
    lines = [line for thread in workspace.threads() for line in thread]
    assert sum(line.startswith("✅ Cleared") for line in lines) == 4
    assert [line for line in lines if line.startswith("⏸️")] == []


def test_looks_at_a_silent_feldera_ask_slack_for_nothing(workspace: Workspace) -> None:
    """People's rights are looked up once before the request that may be made, and not at each look that fails after that."""
    ana, lea, leo = production(workspace)
    ana.requests("orders", "schema change")
    approved_by(lea, leo)
    workspace.feldera_goes_down()
    workspace.passes(minutes=1)
    before = asked(workspace)
    workspace.passes(minutes=5)
    assert asked(workspace) == before
    workspace.feldera_comes_back()
    is_cleared(workspace, within=60)


def test_clicks_of_somebody_without_a_right_keep_nobody_from_approving(workspace: Workspace) -> None:
    """They are refused by what is remembered for a minute, however often they click: Slack's look-ups are for others."""
    ana, lea, leo = production(workspace)
    eve = workspace.adds_person("eve")
    ana.requests("orders", "schema change")
    before = asked(workspace)
    for _ in range(30):
        eve.clicks("Approve")
    assert len(eve.reads()) == 30
    assert asked(workspace) - before == Counter({"users.info": 1, GROUPS: 1})
    approved_by(lea, leo)
    is_cleared(workspace, within=40)


def test_access_commands_of_somebody_without_a_right(workspace: Workspace) -> None:
    """The same for whoever types what only an admin may; `adam`, whom the refusal names, is looked up once."""
    eve, adam = workspace.adds_person("eve"), workspace.adds_person("adam")
    for number in range(5):
        workspace.grants_group(workspace.user_group(f"admins{number}", adam), Role.ADMIN)
    for _ in range(10):
        assert eve.types("/pipeline grant @eve viewer orders").endswith("@adam can give you that role.")
    assert asked(workspace) == Counter({GROUPS: 5, "users.info": 2})


def test_clicks_of_somebody_with_the_right_leave_something_to_others(workspace: Workspace) -> None:
    """After so many in a minute they rest on what is remembered of that minute; before it is sent, Slack is asked anew."""
    ana, ben = workspace.adds_person("ana"), workspace.adds_person("ben")
    workspace.grants_group(workspace.user_group("engineers", ana), Role.REQUESTER)
    workspace.grants_group(workspace.user_group("leads", ben, ana), Role.APPROVER)
    workspace.rules("*", "approvals=1")
    ana.requests("orders", "schema change")
    before = asked(workspace)[GROUPS]
    for _ in range(30):
        assert len(ana.told("Approve")) == 1
    assert asked(workspace)[GROUPS] - before <= 6
    ben.told("Approve")
    is_cleared(workspace, within=10)


def test_a_429_for_clicks_does_not_hold_up_what_was_approved(workspace: Workspace) -> None:
    """Slack's wait counts for the kind of caller that got it: what is to be sent asks for itself."""
    ana, ben, eve = workspace.adds_person("ana"), workspace.approver("ben"), workspace.adds_person("eve")
    workspace.grants_group(workspace.user_group("engineers", ana), Role.REQUESTER)
    workspace.rules("*", "approvals=1 cancel-window=5s")
    ana.requests("orders", "schema change")
    ben.told("Approve")
    workspace.slack.rate_limits("users.info", retry_after=300)
    eve.types("/pipeline status orders")
    is_cleared(workspace, within=20)


def test_what_is_shown_leaves_look_ups_to_approvers(workspace: Workspace) -> None:
    """More groups than Slack tells in a minute: somebody who only looks uses a part of it, and not the last of it."""
    ana, ben, eve = workspace.requester("ana"), workspace.adds_person("ben"), workspace.adds_person("eve")
    for number in range(17):
        team = workspace.user_group(f"team{number}", workspace.adds_person(f"tom{number}"))
        workspace.grants_group(team, Role.OPERATOR, f"team{number}-*")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER, "orders")
    workspace.rules("*", "approvals=1")
    eve.types("/pipeline whoami")
    ana.requests("orders", "schema change")
    ben.told("Approve")
    is_cleared(workspace, within=10)
    assert asked(workspace)[GROUPS] <= 15
