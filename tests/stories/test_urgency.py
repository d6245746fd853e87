"""What is told first in a busy channel: what waits to be sent, then news of what is under way, then requests for others."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def posts(workspace: Workspace) -> list[str]:
    """How the text of each message in the channel begins, in the order in which they were posted."""
    return [" ".join(message.history[0].text.split()[:3]) for message in workspace.channel.messages]


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
    assert len(workspace.cards()) == 2
    workspace.threads()


def test_the_order_in_a_channel(workspace: Workspace) -> None:
    """Of what waits at one moment; within a kind the longest waiting goes first."""
    ana, rae = workspace.operator("ana"), workspace.requester("rae")
    for name in ("payments", "users", "clicks"):
        workspace.feldera.adds(name)
    ana.clears("orders")
    for name in ("users", "clicks"):
        rae.requests(name)
        workspace.passes(milliseconds=1)
    ana.clears("payments")
    workspace.passes(seconds=10)
    assert posts(workspace) == snapshot(
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
    for person in (ana, rae):
        person.reads()
    workspace.cards()
    workspace.threads()


def test_a_request_that_was_withdrawn_before_its_card_could_be_posted(workspace: Workspace) -> None:
    """It is posted nowhere, and the answer that announced a card says so."""
    ana, rae = workspace.operator("ana"), workspace.requester("rae")
    workspace.feldera.adds("users")
    ana.clears("orders")
    assert rae.requests("users") == snapshot(
        ["🙋 Asked. The card of `users` goes up now; you hear of every decision."]
    )
    assert rae.types(f"/pipeline withdraw {workspace.request('users')}") == snapshot(
        "↩️ Taken back: nothing was sent, and `users` is as it was."
    )
    workspace.passes(minutes=5)
    assert rae.reads() == snapshot(
        ["↩️ Withdrawn before it was posted: nothing was sent, and `users` is as it was."]
    )
    assert "orders" in workspace.card()
    workspace.thread()
    assert rae.types("/pipeline pending") == "Nothing waits for anybody."
