"""Who is told where and when: the requester of every decision, and in a busy channel what waits to be sent goes first."""

import pytest
from inline_snapshot import snapshot

from bot.simulator.slack import Channel
from tests.workspace import Teammate, Workspace

ABOUT = "This is about the clear of `orders`: see its thread."
CLEARED = "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"


@pytest.fixture
def private(workspace: Workspace, ben: Teammate, cem: Teammate) -> Channel:
    """The approvers' channel, where the cards go."""
    private = workspace.slack.adds_channel("approvals", members=[ben.person, cem.person], private=True)
    workspace.rules("orders", f"approvals=2 channel={private.id}")
    return private


@pytest.fixture
def ana(workspace: Workspace, private: Channel) -> Teammate:
    """She asks; she cannot open the channel where the card goes."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    workspace.card(private)
    return ana


def test_approvals_and_the_end(
    workspace: Workspace, private: Channel, ana: Teammate, ben: Teammate, cem: Teammate
) -> None:
    """Each approval and the outcome come by direct message, with the way to the card; the thread has it all."""
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert ana.dms() == [f"👍 @ben approved the clear of `orders` (1 of 2). @ana\n{ABOUT}"]
    cem.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms()[1:] == [
        f"👍 @cem approved the clear of `orders` (2 of 2). @ana\n{ABOUT}",
        f"{CLEARED}\n{ABOUT}",
    ]
    assert [line.split()[0] for line in workspace.thread(private)] == ["👍", "👍", "📤", "⏳", "✅"]


def test_a_denial(workspace: Workspace, private: Channel, ana: Teammate, ben: Teammate) -> None:
    ben.opens("Deny…")
    ben.submits("not during the audit")
    workspace.passes(seconds=5)
    said = "❌ The clear of `orders` was denied by @ben: `not during the audit`. Nothing was sent to Feldera. @ana"
    assert ana.dms() == [f"{said}\n{ABOUT}"]
    assert workspace.thread(private) == [said]


def test_direct_messages_are_switched_off(
    workspace: Workspace, private: Channel, ana: Teammate, ben: Teammate, cem: Teammate
) -> None:
    """A workspace that takes no direct messages of a bot loses nothing else: the thread goes on."""
    workspace.slack.disables_messages_tab()
    for approver in (ben, cem):
        approver.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms() == []
    assert workspace.thread(private)[-1] == CLEARED


def test_the_bot_is_killed_and_slack_away(
    workspace: Workspace, private: Channel, ana: Teammate, ben: Teammate, cem: Teammate
) -> None:
    """What was not told yet is told by the next process, once Slack is back; a kill may repeat a message, never lose one."""
    ben.told("Approve")
    workspace.slack.rate_limits("chat.postMessage", retry_after=30)
    cem.told("Approve")
    workspace.restarts()
    workspace.passes(minutes=2)
    first = "👍 @ben approved the clear of `orders` (1 of 2). @ana"
    assert ana.dms() == [
        f"{first}\n{ABOUT}",
        f"{first}\n👍 @cem approved the clear of `orders` (2 of 2). @ana\n{CLEARED}\n{ABOUT}",
    ]
    assert [line.split()[0] for line in workspace.thread(private)] == ["👍", "👍", "📤", "⏳", "✅"]


def test_the_card_stands_where_it_was_asked_for(workspace: Workspace, ben: Teammate) -> None:
    workspace.rules("orders", f"approvals=1 channel={workspace.channel.id}")
    ana = workspace.requester("ana")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms() == []
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)"


def test_an_operator_waits_for_no_requests(workspace: Workspace) -> None:
    """However often others ask and withdraw at the same moment, a clear is sent as soon as its card can stand."""
    requesters = [workspace.requester(name) for name in ("rae", "rio")]
    ana = workspace.operator("ana")
    for requester in requesters:
        for number in range(6):
            name = f"{requester.name}-{number}"
            workspace.feldera.adds(name)
            requester.requests(name)
            requester.types(f"/pipeline withdraw {workspace.request(name)}")
            requester.reads()
    confirmed = workspace.clock.now()
    ana.clears("orders")
    workspace.passes(seconds=30)
    assert [(sent - confirmed).total_seconds() for sent in workspace.sent] == [1.0]
    ana.reads()
    assert len(workspace.threads()) == 2


def test_the_order_in_a_channel(workspace: Workspace) -> None:
    """Of what waits at one moment: sendable, news, requests; within a kind the longest waiting goes first."""
    ana, rae = workspace.operator("ana"), workspace.requester("rae")
    for name in ("payments", "users", "clicks"):
        workspace.feldera.adds(name)
    ana.clears("orders")
    for name in ("users", "clicks"):
        rae.requests(name)
        workspace.passes(milliseconds=1)
    ana.clears("payments")
    workspace.passes(seconds=10)
    posts = [" ".join(message.history[0].text.split()[:3]) for message in workspace.channel.messages]
    assert posts == snapshot(
        [
            "Clear orders: ⏳",
            "Clear payments: ⏳",
            "📤 Sent the",
            "📤 Sent the",
            "✅ Cleared `payments`",
            "Clear users: 🙋",
            "Clear clicks: 🙋",
        ]
    )
    ana.reads(), rae.reads()
    workspace.threads()


def test_a_request_that_was_withdrawn_before_its_card_could_be_posted(workspace: Workspace) -> None:
    """It is posted nowhere, and the answer that announced a card says so."""
    ana, rae = workspace.operator("ana"), workspace.requester("rae")
    workspace.feldera.adds("users")
    ana.clears("orders")
    assert rae.requests("users") == snapshot(
        [
            "🙋 Posting the request to clear `users` in #ops. It needs approval from 1 other person within 1 h, or it expires. I will tell you of every decision."
        ]
    )
    rae.types(f"/pipeline withdraw {workspace.request('users')}")
    workspace.passes(minutes=5)
    assert rae.reads() == snapshot(["↩️ Withdrawn before it was posted: the clear of `users` was not sent."])
    assert "orders" in workspace.card()
    workspace.thread()
    assert rae.types("/pipeline pending") == "Nothing waits for anybody."
