"""A freeze: nothing new starts, what is ready waits or lapses, what runs goes on; everybody sees it."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_nothing_new_starts(workspace: Workspace) -> None:
    """Whoever asks, operator or requester, reads until when, why, and by whom."""
    workspace.freezes("ord*", "release day", hours=4)
    ana, ben = workspace.operator("ana"), workspace.requester("ben")
    assert ana.asks("/pipeline clear orders") == snapshot(
        "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze ord*`."
    )
    assert ben.asks("/pipeline clear orders") == ana.asks("/pipeline clear orders")
    assert workspace.cards() == []


def test_put_by_chat(workspace: Workspace) -> None:
    """Whoever is stopped reads who put it there."""
    ada, ana = workspace.admin("ada"), workspace.operator("ana")
    ada.types("/pipeline freeze ord* for 4h release day")
    assert ana.asks("/pipeline clear orders") == snapshot(
        "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day` (by @ada). An admin can lift it: `/pipeline unfreeze ord*`."
    )


def test_put_since_the_preview(workspace: Workspace) -> None:
    """A preview from before the freeze starts nothing."""
    ana, ben = workspace.operator("ana"), workspace.requester("ben")
    ana.asks("/pipeline clear orders")
    ben.asks("/pipeline clear orders")
    workspace.freezes("orders", hours=4)
    assert ana.told("Clear orders") == snapshot(
        [
            "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze orders`."
        ]
    )
    assert ben.told("Ask for approval") == snapshot(
        [
            "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze orders`."
        ]
    )
    assert workspace.cards() == []


def test_what_waits_for_approval(workspace: Workspace) -> None:
    """It may be approved; it is held until the freeze ends, and sent then. The card says so at every moment."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", "release day", hours=2)
    workspace.passes(minutes=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 1
*Until*
Mar 2, 2026 at 4:00:00 AM
*Frozen*
🧊 until Mar 2, 2026 at 5:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ 1 more approval
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(minutes=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ Held by a freeze, not sent.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 1: @ben Mar 2, 2026 at 3:05:00 AM
*Frozen*
🧊 until Mar 2, 2026 at 5:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:05:00 AM
⏳ Request to Feldera
○ Storage cleared
Id `ID1`
[Stop]\
""")
    assert workspace.sent == []
    workspace.leaps(hours=1, minutes=50)
    workspace.passes(minutes=10)
    assert "✅ Cleared." in workspace.card()
    assert workspace.timed_thread() == snapshot(
        [
            "0:05:00  👍 @ben approved (1 of 1). @ana",
            "0:05:00  🧊 A freeze on `orders` holds it until Mar 2, 2026 at 5:00:00 AM (`release day`). It goes on when the freeze ends, or lapses.",
            "2:00:00  📤 Sent the request to Feldera, Mar 2, 2026 at 5:00:00 AM.",
            "2:00:00  ⏳ Feldera accepted it, Mar 2, 2026 at 5:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "2:00:02.500000  ✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1


def test_a_ready_one_lapses(workspace: Workspace) -> None:
    """A freeze that lasts longer than an approval is good for: it ends, and the requester is told."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", hours=12)
    ben.told("Approve")
    workspace.passes(minutes=1)
    workspace.leaps(hours=3, minutes=55)
    workspace.passes(minutes=10)
    assert "❌" in workspace.card()
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  👍 @ben approved (1 of 1). @ana",
            "0:00:01  🧊 A freeze on `orders` holds it until Mar 2, 2026 at 3:00:00 PM (`release day`). It goes on when the freeze ends, or lapses.",
            "4:00:00  ❌ Not cleared: the request could not be sent within 4 hours of the confirmation. Nothing was sent. Type `/pipeline clear orders` to look again. @ana (approved by @ben)",
        ]
    )
    assert workspace.sent == []


def test_lifted_early(workspace: Workspace) -> None:
    """Once it is lifted, what was ready goes on."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", hours=4)
    ben.told("Approve")
    workspace.passes(minutes=10)
    assert workspace.sent == []
    workspace.unfreezes("orders")
    workspace.passes(minutes=5)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_lifted_by_chat(workspace: Workspace) -> None:
    """Lifted in Slack it goes on at once."""
    ana, ben, ada = workspace.requester("ana"), workspace.approver("ben"), workspace.admin("ada")
    ana.requests("orders")
    ada.types("/pipeline freeze orders for 4h release day")
    ben.told("Approve")
    workspace.passes(minutes=10)
    ada.types("/pipeline unfreeze orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_one_that_is_held_can_be_stopped(workspace: Workspace) -> None:
    """The *Stop* button stands as long as nothing was sent, for whoever has a say."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", hours=4)
    ben.told("Approve")
    workspace.passes(minutes=1)
    assert ana.told("Stop") == snapshot(["🛑 Stopped in time: nothing was sent, and `orders` is as it was."])
    workspace.passes(hours=5)
    assert workspace.thread()[-1] == snapshot(
        "↩️ Stopped by @ana in time: nothing was sent. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    workspace.card()


def test_what_runs_goes_on(workspace: Workspace) -> None:
    """What has been sent is not touched by a freeze: it cannot be cancelled."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=10)
    workspace.freezes("orders", hours=4)
    workspace.passes(seconds=30)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_between_the_confirmation_and_the_request(workspace: Workspace) -> None:
    """Feldera was down when it was confirmed; the freeze that came meanwhile holds it."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(minutes=1)
    workspace.freezes("orders", hours=1)
    workspace.feldera_comes_back()
    workspace.passes(minutes=20)
    assert workspace.sent == []
    workspace.passes(hours=1)
    assert len(workspace.sent) == 1
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "🔌 I cannot ask Feldera (`No connection to Feldera at feldera.example.`). The request has not been sent yet. I keep trying.",
            "🔌 Feldera answers again, after 1 minute and 11 seconds.",
            "🧊 A freeze on `orders` holds it until Mar 2, 2026 at 4:01:00 AM (`release day`). It goes on when the freeze ends, or lapses.",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 4:01:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 4:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )


def test_it_is_in_the_status(workspace: Workspace) -> None:
    """`status` of a frozen pipeline says until when and why; of another pipeline it says nothing."""
    ana = workspace.viewer("ana")
    workspace.feldera.adds("payments")
    workspace.freezes("ord*", hours=4)
    assert ana.asks("/pipeline status orders").splitlines()[-7:-5] == snapshot(
        ["*Frozen*", "🧊 until Mar 2, 2026 at 7:00:00 AM: `release day`"]
    )
    assert "Frozen" not in ana.asks("/pipeline status payments")


def test_other_pipelines(workspace: Workspace) -> None:
    """A freeze is on its pattern."""
    workspace.freezes("pay*", hours=4)
    workspace.operator("ana").clears("orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    workspace.thread()


def test_a_restart_while_it_is_held(workspace: Workspace) -> None:
    """The freeze, and what it holds, outlive the process."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", hours=1)
    ben.told("Approve")
    workspace.passes(minutes=5)
    workspace.restarts()
    workspace.passes(minutes=5)
    assert workspace.sent == []
    workspace.passes(hours=1)
    assert len(workspace.sent) == 1
    assert len([line for line in workspace.thread() if line.startswith("🧊")]) == 1
    workspace.card()


def test_right_lost_while_it_is_held(workspace: Workspace) -> None:
    """When the freeze ends, the requester's right is what it is then."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.freezes("orders", hours=1)
    ben.told("Approve")
    workspace.passes(minutes=5)
    workspace.revokes(ana)
    workspace.grants(ana, Role.VIEWER)
    workspace.passes(hours=2)
    assert workspace.sent == []
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: @ana may no longer clear `orders`. The permission ended after the confirmation; nothing was sent. @ana (approved by @ben)"
    )
    workspace.card()


def test_put_while_it_can_still_be_stopped(workspace: Workspace) -> None:
    """The card says that the freeze will hold it, not that it is about to be sent."""
    workspace.rules("orders", "approvals=1 stop=60s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert "To be sent" in workspace.card()
    workspace.freezes("orders", hours=1)
    workspace.passes(seconds=10)
    assert "⏳ Held by a freeze, not sent." in workspace.card()
    workspace.unfreezes("orders")
    workspace.passes(seconds=10)
    assert "To be sent" in workspace.card()
    workspace.passes(minutes=1)
    assert len(workspace.sent) == 1
    workspace.card()
    workspace.thread()
