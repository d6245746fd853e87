"""Rules, rights and the pipeline as they are when the request is about to go out: what was approved may not hold then."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.stories.decided import approved, approved_first
from tests.workspace import Teammate, Workspace

Change = Callable[[Workspace, Teammate, Teammate], None]


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """She asks for a clear."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    return ana


def approved_while_feldera_is_down(workspace: Workspace, ben: Teammate) -> None:
    """Nothing could be sent yet."""
    workspace.feldera_goes_down()
    ben.told("Approve")
    workspace.passes(minutes=1)


def when_it_is_back(workspace: Workspace) -> str:
    """Feldera answers again; what the thread says last."""
    workspace.feldera_comes_back()
    workspace.passes(minutes=5)
    return workspace.thread()[-1]


@pytest.mark.usefixtures("ana")
def test_nothing_has_changed(workspace: Workspace, ben: Teammate) -> None:
    approved_while_feldera_is_down(workspace, ben)
    assert when_it_is_back(workspace).startswith("✅ Cleared `orders`")
    assert len(workspace.sent) == 1


NO_RIGHT = "❌ `orders` was not cleared: @ana lost the role for it after confirming it. Nothing was sent to Feldera. Somebody who has the role can request it again with `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"
NOT_ENOUGH = "❌ `orders` was not cleared: there are no longer enough approvals (a rule was tightened, or an approver lost the role). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (lambda workspace, ana, _: workspace.revokes(ana), NO_RIGHT),
        (lambda _workspace, ana, _: ana.person.is_deactivated(), NO_RIGHT),
        (lambda workspace, _, ben: workspace.revokes(ben), NOT_ENOUGH),
        (lambda _workspace, _, ben: ben.person.is_deactivated(), NOT_ENOUGH),
        (lambda _workspace, _, ben: ben.person.becomes_a_guest(), NOT_ENOUGH),
        (lambda workspace, *_: workspace.rules("orders", "approvals=2"), NOT_ENOUGH),
    ],
)
def test_what_carried_it_is_gone(
    workspace: Workspace, ana: Teammate, ben: Teammate, changes: Change, said: str
) -> None:
    """A right of the requester or the approver, their membership, a rule: Slack and the rules are asked again."""
    approved_while_feldera_is_down(workspace, ben)
    changes(workspace, ana, ben)
    assert when_it_is_back(workspace) == said
    assert workspace.sent == []


@pytest.mark.usefixtures("ana")
def test_the_approver_left_the_group(workspace: Workspace) -> None:
    ben = workspace.adds_person("ben")
    leads = workspace.user_group("leads", ben)
    workspace.grants_group(leads, Role.APPROVER)
    approved_while_feldera_is_down(workspace, ben)
    leads.leaves(ben.person)
    assert when_it_is_back(workspace) == NOT_ENOUGH
    assert workspace.sent == []


def test_an_operator_under_a_new_rule(workspace: Workspace) -> None:
    oli = workspace.operator("oli")
    oli.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    oli.told("Clear orders")
    workspace.rules("orders", "approvals=1")
    assert when_it_is_back(workspace).startswith(
        "❌ `orders` was not cleared: there are no longer enough approvals"
    )
    assert workspace.sent == []


@pytest.mark.usefixtures("ana")
def test_a_rule_was_tightened_while_it_waits(workspace: Workspace, ben: Teammate) -> None:
    """Its card asks for the new number within ten seconds, and the approval that would have been the last is not."""
    assert "0 of 1" in workspace.card()
    workspace.rules("orders", "approvals=2")
    workspace.passes(seconds=10)
    assert "0 of 2" in workspace.card()
    assert ben.told("Approve") == [approved_first()]
    assert workspace.approver("cem").told("Approve") == [approved(2)]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"


def test_a_rule_was_loosened_while_it_waits(workspace: Workspace, ben: Teammate) -> None:
    workspace.rules("orders", "approvals=2")
    workspace.requester("ana").requests("orders")
    workspace.rules("orders", "approvals=1")
    workspace.passes(seconds=10)
    assert "0 of 2" in workspace.card()
    assert ben.told("Approve") == [approved_first()]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.thread()


def test_the_strictest_of_several_rules(workspace: Workspace) -> None:
    """Each field by itself: the most approvals of one, the shortest time of another, the longest window of a third."""
    workspace.rules("*", "approvals=1 within=30m cancel-window=10s")
    workspace.rules("ord*", "approvals=2 within=4h")
    workspace.rules("orders", "approvals=0 reason=required cancel-window=30s")
    ana = workspace.requester("ana")
    assert ana.asks("/pipeline clear orders").startswith("✍️")
    assert ana.asks("/pipeline clear orders schema change").splitlines()[-2] == snapshot(
        "🙋 Needs approval from 2 other people within 30 min, or it expires. After the last approval it waits 30 s before it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card."
    )


def recreated(workspace: Workspace) -> None:
    workspace.feldera.someone_clears("orders")
    workspace.passes(minutes=1)
    workspace.feldera.someone_deletes("orders")
    workspace.feldera.adds("orders")


def started(workspace: Workspace) -> None:
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)


def run_and_stopped(workspace: Workspace) -> None:
    started(workspace)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (
            recreated,
            "somebody deleted `orders` and created it again after @ana's preview. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted.",
        ),
        (
            run_and_stopped,
            "somebody ran or changed `orders` after @ana's preview. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted.",
        ),
        (
            started,
            "somebody has started `orders`, so it is no longer stopped. Nothing was sent to Feldera. To stop and clear it anyway, type `/pipeline clear orders --stop`.",
        ),
    ],
)
@pytest.mark.usefixtures("ana")
def test_another_pipeline_than_the_one_that_was_reviewed(
    workspace: Workspace, ben: Teammate, happens: Callable[[Workspace], None], said: str
) -> None:
    happens(workspace)
    ben.told("Approve")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == f"❌ Not cleared: {said} @ana (approved by @ben)"
    assert "\n❌ Not cleared: " in workspace.card()
    assert workspace.sent == []


def test_slack_does_not_tell_who_is_in_the_group_when_it_is_sent(workspace: Workspace) -> None:
    """An approver by a group that cannot be read does not count, and the thread says that this is why."""
    ana, ben = workspace.requester("ana"), workspace.adds_person("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    workspace.rules("orders", "approvals=1 cancel-window=30s")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    workspace.slack.downgrades_plan()
    workspace.passes(minutes=2)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "❌ `orders` was not cleared: I could not check whether the requester and the approvers still have their roles (`this workspace's Slack plan has no user groups`). Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`: it first shows what would be deleted. @ana (approved by @ben)"
    )


def test_a_restart_while_it_waits_for_approval(workspace: Workspace, ben: Teammate) -> None:
    """Its card may not be posted yet; the buttons work as before, and each approval counts once."""
    workspace.rules("orders", "approvals=2")
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    workspace.run(ana.clicking("Ask for approval"))
    workspace.restarts()
    workspace.passes(seconds=10)
    ana.reads()
    assert "[Approve] [Deny…] [Withdraw]" in workspace.card()
    ben.told("Approve")
    workspace.restarts()
    assert ben.told("Approve") == ["You already approved the clear of `orders`: 1 of 2 approvals so far."]
    cem = workspace.approver("cem")
    workspace.run(cem.clicking("Approve"))
    workspace.restarts()
    workspace.passes(seconds=10)
    cem.reads()
    assert [line.split()[0] for line in workspace.thread()] == ["👍", "👍", "📤", "⏳", "✅"]
    assert workspace.thread()[-1].endswith("@ana (approved by @ben @cem)")
    assert len(workspace.sent) == 1
