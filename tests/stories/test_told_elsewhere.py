"""Whoever asked hears of every decision, also where the card stands in a channel that they are not in."""

from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace


def asked_in_private(
    workspace: Workspace, requirements: str = "approvals=2"
) -> tuple[Teammate, Teammate, Teammate]:
    """Ana asks; the card goes to a private channel of the approvers, which she cannot open."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    private = workspace.slack.adds_channel("approvals", members=[ben.person, cem.person], private=True)
    workspace.rules("orders", f"{requirements} channel={private.id}")
    ana.requests("orders")
    return ana, ben, cem


def reads_the_channel(workspace: Workspace) -> list[str]:
    channel = next(each for each in workspace.slack.workspace.channels.values() if each.name == "approvals")
    workspace.cards(channel)
    return workspace.thread(channel)


def test_approvals_and_the_end(workspace: Workspace) -> None:
    """Each approval and the outcome come by direct message, with the way to the card; the thread has it all."""
    ana, ben, cem = asked_in_private(workspace)
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert ana.dms() == snapshot(
        [
            """\
👍 @ben approved (1 of 2). @ana
This is about the clear of `orders`: see its thread.\
"""
        ]
    )
    cem.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms() == snapshot(
        [
            """\
👍 @ben approved (1 of 2). @ana
This is about the clear of `orders`: see its thread.\
""",
            """\
👍 @cem approved (2 of 2). @ana
This is about the clear of `orders`: see its thread.\
""",
            """\
✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)
This is about the clear of `orders`: see its thread.\
""",
        ]
    )
    assert reads_the_channel(workspace) == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "👍 @cem approved (2 of 2). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:05 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:05 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)",
        ]
    )


def test_a_denial(workspace: Workspace) -> None:
    ana, ben, _ = asked_in_private(workspace)
    ben.opens("Deny")
    ben.submits("not during the audit")
    workspace.passes(seconds=5)
    assert ana.dms() == snapshot(
        [
            """\
❌ Denied by @ben: `not during the audit`. Nothing was sent. @ana
This is about the clear of `orders`: see its thread.\
"""
        ]
    )
    reads_the_channel(workspace)


def test_nobody_decided(workspace: Workspace) -> None:
    ana, _, _ = asked_in_private(workspace)
    workspace.passes(hours=1)
    assert ana.dms() == snapshot(
        [
            """\
❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana
This is about the clear of `orders`: see its thread.\
"""
        ]
    )
    reads_the_channel(workspace)


def test_direct_messages_are_switched_off(workspace: Workspace) -> None:
    """A workspace that takes no direct messages of a bot loses nothing else: the thread goes on."""
    ana, ben, cem = asked_in_private(workspace)
    workspace.slack.disables_messages_tab()
    ben.told("Approve")
    cem.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms() == []
    assert reads_the_channel(workspace)[-1] == snapshot(
        "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)"
    )


def test_the_bot_is_killed_and_slack_away(workspace: Workspace) -> None:
    """What was not told yet is told by the next process, once Slack is back; a kill may repeat a message, never lose one."""
    ana, ben, cem = asked_in_private(workspace)
    ben.told("Approve")
    workspace.slack.rate_limits("chat.postMessage", retry_after=30)
    cem.told("Approve")
    workspace.restarts()
    workspace.passes(minutes=2)
    assert ana.dms() == snapshot(
        [
            """\
👍 @ben approved (1 of 2). @ana
This is about the clear of `orders`: see its thread.\
""",
            """\
👍 @ben approved (1 of 2). @ana
👍 @cem approved (2 of 2). @ana
✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)
This is about the clear of `orders`: see its thread.\
""",
        ]
    )
    assert reads_the_channel(workspace) == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "👍 @cem approved (2 of 2). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)",
        ]
    )


def test_the_card_stands_where_it_was_asked_for(workspace: Workspace) -> None:
    """No second message: the thread mentions whoever asked."""
    workspace.rules("orders", f"approvals=1 channel={workspace.channel.id}")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert ana.dms() == []
    assert workspace.card().startswith("Clear orders")
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")
