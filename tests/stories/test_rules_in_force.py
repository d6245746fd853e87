"""Rules, rights and the pipeline as they are when the request is about to go out: what was approved may not hold then."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace


def approved_while_feldera_is_down(workspace: Workspace) -> tuple[Teammate, Teammate]:
    """Requester and approver; nothing could be sent yet."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.feldera_goes_down()
    ben.told("Approve")
    workspace.passes(minutes=1)
    return ana, ben


def when_it_is_back(workspace: Workspace) -> str:
    """Feldera answers again; what the thread says last."""
    workspace.feldera_comes_back()
    workspace.passes(minutes=5)
    workspace.card()
    return workspace.thread()[-1]


def test_nothing_has_changed(workspace: Workspace) -> None:
    """An approval outlives an outage of a few minutes."""
    approved_while_feldera_is_down(workspace)
    assert when_it_is_back(workspace).startswith("✅ Cleared `orders`")
    assert len(workspace.sent) == 1


def test_the_requester_lost_the_right(workspace: Workspace) -> None:
    """Whoever may no longer ask has nothing carried out."""
    ana, _ = approved_while_feldera_is_down(workspace)
    workspace.revokes(ana)
    assert when_it_is_back(workspace) == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana (approved by @ben)"
    )
    assert workspace.sent == []


def test_the_approver_lost_the_right(workspace: Workspace) -> None:
    """The approval of somebody who may no longer approve does not count."""
    _, ben = approved_while_feldera_is_down(workspace)
    workspace.revokes(ben)
    assert when_it_is_back(workspace) == snapshot(
        "❌ Not cleared: the approvals do not suffice any more (a rule was tightened, or an approver lost the right). Nothing was sent. Type `/pipeline clear orders` to ask again. @ana (approved by @ben)"
    )
    assert workspace.sent == []


@pytest.mark.parametrize("how", ["deactivated", "guest"])
def test_the_approver_is_no_member_any_more(workspace: Workspace, how: str) -> None:
    """Slack is asked again just before the request."""
    _, ben = approved_while_feldera_is_down(workspace)
    ben.person.is_deactivated() if how == "deactivated" else ben.person.becomes_a_guest()
    assert when_it_is_back(workspace).startswith("❌ Not cleared: the approvals do not suffice any more")
    assert workspace.sent == []


def test_the_requester_was_deactivated(workspace: Workspace) -> None:
    """What somebody asked for who has left is not carried out."""
    ana, _ = approved_while_feldera_is_down(workspace)
    ana.person.is_deactivated()
    assert when_it_is_back(workspace).startswith("❌ Not cleared: @ana may no longer clear `orders`.")
    assert workspace.sent == []


def test_the_approver_left_the_group(workspace: Workspace) -> None:
    """A right by a group ends with the membership, also between approval and request."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER)
    ana.requests("orders")
    workspace.feldera_goes_down()
    ben.told("Approve")
    workspace.passes(minutes=1)
    leads.leaves(ben.person)
    assert when_it_is_back(workspace).startswith("❌ Not cleared: the approvals do not suffice any more")
    assert workspace.sent == []


def test_a_rule_was_tightened(workspace: Workspace) -> None:
    """One approval was enough; two are wanted by now: it is not sent."""
    approved_while_feldera_is_down(workspace)
    workspace.rules("orders", "approvals=2")
    assert when_it_is_back(workspace).startswith("❌ Not cleared: the approvals do not suffice any more")
    assert workspace.sent == []


def test_a_rule_was_tightened_while_it_waits(workspace: Workspace) -> None:
    """The approval that would have been the last is not: the card counts to the new number."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    workspace.rules("orders", "approvals=2")
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    workspace.passes(seconds=5)
    assert "1 of 2" in workspace.card()
    assert cem.told("Approve") == snapshot(["👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"
    )
    workspace.card()


def test_a_rule_was_loosened_while_it_waits(workspace: Workspace) -> None:
    """What was asked of two people is still asked of two."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.rules("orders", "approvals=1")
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.card()
    workspace.thread()


def test_an_operator_under_a_new_rule(workspace: Workspace) -> None:
    """Confirmed without approvals, and a rule wants one before it was sent: it is not sent."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=1)
    workspace.rules("orders", "approvals=1")
    assert when_it_is_back(workspace).startswith("❌ Not cleared: the approvals do not suffice any more")
    assert workspace.sent == []


def test_the_strictest_of_several_rules(workspace: Workspace) -> None:
    """Each field by itself: the most approvals of one, the shortest time of another, the longest window of a third."""
    workspace.rules("*", "approvals=1 within=30m stop=10s")
    workspace.rules("ord*", "approvals=2 within=4h")
    workspace.rules("orders", "approvals=0 reason=required stop=30s")
    ana = workspace.requester("ana")
    assert ana.asks("/pipeline clear orders").startswith("✍️")
    assert ana.asks("/pipeline clear orders schema change").splitlines()[-2] == snapshot(
        "🙋 It takes 2 approvals by other people, within 30m. It can be stopped for 30s before it is sent."
    )


def test_recreated_since_it_was_reviewed(workspace: Workspace) -> None:
    """An approval is of the pipeline that was reviewed: another one of that name is not cleared."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_deletes("orders")
    workspace.feldera.adds("orders")
    ben.told("Approve")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: `orders` is another pipeline than the one reviewed: it was deleted and created again. Nothing was sent. Type `/pipeline clear orders` to look again. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    assert workspace.card().splitlines()[2] == snapshot("❌ Not cleared.")


def test_restarted_since_it_was_reviewed(workspace: Workspace) -> None:
    """Run and stopped again it holds other storage than was reviewed: ask again."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    ben.told("Approve")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: `orders` has been run or changed since it was reviewed. Nothing was sent. Type `/pipeline clear orders` to look again. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    workspace.card()


def test_running_when_it_is_approved(workspace: Workspace) -> None:
    """A pipeline that runs is not cleared."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    ben.told("Approve")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: `orders` is not stopped any more. Nothing was sent. Stop it, then type `/pipeline clear orders`. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    workspace.card()


def test_slack_does_not_tell_who_is_in_the_group_when_it_is_sent(workspace: Workspace) -> None:
    """An approver by a group that cannot be read does not count, and the thread says that this is why."""
    ana, ben = workspace.requester("ana"), workspace.stranger("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    workspace.rules("orders", "approvals=1 stop=30s")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    workspace.slack.downgrades_plan()
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: Slack did not tell whether the people behind this may still do it (`this workspace's Slack plan has no user groups`), and without knowing I send nothing. Type `/pipeline clear orders` to ask again. @ana (approved by @ben)"
    )
    workspace.card()


def test_a_restart_while_it_waits_for_approval(workspace: Workspace) -> None:
    """Card, buttons and the hour are as before; the approval counts once."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    ben.told("Approve")
    workspace.restarts()
    assert ben.told("Approve") == snapshot(["You approved it already: 1 of 2."])
    workspace.restarts()
    cem.told("Approve")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"
    )
    assert len(workspace.sent) == 1


def test_gone_right_after_the_last_approval(workspace: Workspace) -> None:
    """The process died with the approval stored and nothing said: the next one carries on, once."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.run(ben.clicking("Approve"))
    workspace.restarts()
    workspace.passes(seconds=10)
    ben.reads()
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1


def test_gone_right_after_the_question(workspace: Workspace) -> None:
    """The process died with the request stored and its card not posted: the next one posts it, once."""
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Ask for approval"))
    workspace.restarts()
    workspace.passes(seconds=10)
    ana.reads()
    assert "[Approve] [Deny] [Withdraw]" in workspace.card()


def test_a_rule_tightened_while_a_request_waits_is_seen_on_its_card(workspace: Workspace) -> None:
    """Within ten seconds, whoever put it: the card asks for as many as it will take. Less is asked of nobody new."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    assert "0 of 1" in workspace.card()
    workspace.rules("orders", "approvals=3")
    workspace.passes(seconds=10)
    assert "0 of 3" in workspace.card()
    workspace.rules("orders", "approvals=0")
    workspace.passes(seconds=20)
    assert "0 of 3" in workspace.card()
