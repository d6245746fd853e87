"""A request that nobody decides on: one reminder, and then its end, which the requester hears of."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_nobody_approves(workspace: Workspace) -> None:
    """After an hour it is over: the card loses its buttons and the requester is mentioned. Nothing is sent, ever."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    workspace.passes(minutes=59)
    assert "[Approve]" in workspace.card()
    workspace.passes(minutes=2)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Not cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 1
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✗ 1 approval missing
✗ Request not sent
✗ Storage not cleared by this
❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again.
Id `ID1`\
""")
    assert workspace.timed_thread() == snapshot(
        [
            "0:30:00  ⏰ Still waiting for approval until Mar 2, 2026 at 4:00:00 AM.",
            "1:00:00  ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana",
        ]
    )
    workspace.passes(days=1)
    assert workspace.sent == []


def test_one_reminder_before(workspace: Workspace) -> None:
    """It mentions the group that the rule asks, once."""
    ben = workspace.approver("ben")
    oncall = workspace.user_group("oncall", ben)
    workspace.rules("orders", f"group={oncall.id} within=2h remind=30m")
    workspace.requester("ana").requests("orders")
    workspace.passes(hours=3)
    assert workspace.timed_thread() == snapshot(
        [
            "0:30:00  ⏰ Still waiting for approval until Mar 2, 2026 at 5:00:00 AM. @oncall",
            "2:00:00  ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana",
        ]
    )
    workspace.card()


def test_no_reminder_of_what_is_decided(workspace: Workspace) -> None:
    """Whoever was quick is not reminded."""
    workspace.rules("orders", "remind=10m")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.types(f"/pipeline deny {workspace.request()} no")
    workspace.passes(hours=2)
    assert len(workspace.thread()) == 1
    workspace.card()


def test_a_stale_click_after_the_end(workspace: Workspace) -> None:
    """A click after the time reads that it was too late, by button and by command; nothing is sent."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    approve, deny, withdraw = ben.finds("Approve"), ben.finds("Deny"), ana.finds("Withdraw")
    workspace.passes(hours=2)
    ben.presses(approve)
    assert ben.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 4:00:00 AM. ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. See its thread."
        ]
    )
    ben.presses(deny)
    assert ben.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 4:00:00 AM. ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. See its thread."
        ]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 4:00:00 AM. ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. See its thread."
        ]
    )
    assert workspace.named(ben.types(f"/pipeline approve {workspace.request()}")) == snapshot(
        "This is over since Mar 2, 2026 at 4:00:00 AM. ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. See its thread."
    )
    assert workspace.sent == []
    workspace.card()
    workspace.thread()


def test_asleep_when_the_time_was_over(workspace: Workspace) -> None:
    """The bot was down at the end of the time: it says so when it is back, and a click at once counts nothing."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    button = ben.finds("Approve")
    workspace.dies()
    workspace.passes(hours=2)
    workspace.starts()
    assert workspace.timed_thread() == snapshot(
        [
            "2:00:00  ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana"
        ]
    )
    assert "❌ Not cleared." in workspace.card()
    ben.presses(button)
    assert ben.reads()[-1].startswith("This is over since")
    assert workspace.sent == []


def test_a_click_just_past_the_time(workspace: Workspace) -> None:
    """The time is over, and the bot has not come round to saying so: the click counts nothing, and is answered."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.clock.passes(hours=1)
    assert ben.told("Approve") == snapshot(
        [
            "This is over since Mar 2, 2026 at 4:00:00 AM. ❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. See its thread."
        ]
    )
    assert "❌ Not cleared." in workspace.card()
    assert workspace.thread() == snapshot(
        ["❌ Not approved in time. Nothing was sent. Type `/pipeline clear orders` to ask again. @ana"]
    )
    assert workspace.sent == []


def test_approved_in_the_last_second(workspace: Workspace) -> None:
    """In time is in time, even if the request is sent after the hour."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.rules("orders", "stop=60s")
    ana.requests("orders")
    workspace.passes(minutes=59, seconds=59)
    ben.told("Approve")
    workspace.passes(minutes=2)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")


def test_asked_again_after_the_end(workspace: Workspace) -> None:
    """What expired is asked anew, on a card of its own."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.passes(hours=2)
    workspace.thread()
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert [card.splitlines()[2] for card in workspace.cards()] == snapshot(
        ["❌ Not cleared.", "✅ Cleared."]
    )
    workspace.thread()
