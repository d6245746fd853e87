"""The stop window: between the last approval and the request everybody who has a say can stop it."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_the_window(workspace: Workspace) -> None:
    """The preview tells of it, the card shows until when, and after it the request goes out."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    assert "🙋" in ana.asks("/pipeline clear orders").splitlines()[-2]
    assert workspace.sent == []
    ana.clicks("Ask for approval")
    ana.reads()
    ben.told("Approve")
    workspace.passes(seconds=20)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
⏳ To be sent Mar 2, 2026 at 3:00:30 AM, and can be stopped until then.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 1: @ben Mar 2, 2026 at 3:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:00:00 AM
⏳ Request to Feldera
○ Storage cleared
Id `ID1`
[Stop]\
""")
    assert workspace.sent == []
    workspace.passes(seconds=20)
    assert "[" not in workspace.card()
    assert workspace.timed_thread() == snapshot(
        [
            "0:00:01  👍 @ben approved (1 of 1). @ana",
            "0:00:30  📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:30 AM.",
            "0:00:30  ⏳ Feldera accepted it, Mar 2, 2026 at 3:00:30 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:00:32.500000  ✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )


@pytest.mark.parametrize("who", ["requester", "approver", "operator", "responder"])
def test_stopped_by_whoever_has_a_say(workspace: Workspace, who: str) -> None:
    """The requester, an approver, and whoever else may act on the pipeline."""
    workspace.rules("orders", "approvals=1 stop=30s")
    people = {
        "requester": workspace.requester("ana"),
        "approver": workspace.approver("ben"),
        "operator": workspace.operator("oli"),
        "responder": workspace.responder("rio"),
    }
    people["requester"].requests("orders")
    people["approver"].told("Approve")
    workspace.passes(seconds=10)
    stopper = people[who]
    assert stopper.told("Stop") == ["🛑 Stopped in time: nothing was sent, and `orders` is as it was."]
    workspace.passes(minutes=5)
    assert "[" not in workspace.card()
    assert "↩️ Stopped in time." in workspace.card()
    assert (
        workspace.thread()[-1]
        == f"↩️ Stopped by @{stopper.name} in time: nothing was sent. @ana (approved by @ben)"
    )
    assert workspace.sent == []


def test_a_stranger_cannot_stop_it(workspace: Workspace) -> None:
    """A viewer and somebody without any role are told no, and it goes on."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben, vic, dan = (
        workspace.requester("ana"),
        workspace.approver("ben"),
        workspace.viewer("vic"),
        workspace.stranger("dan"),
    )
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert vic.told("Stop") == snapshot(
        [
            "🚫 You may not stop a clear of `orders`: that takes the role *operator*, *requester*, *responder* or *approver* on it. An admin of this bot can grant it. You are `U04VIC`."
        ]
    )
    assert dan.told("Stop") == snapshot(
        [
            "🚫 You may not stop a clear of `orders`: that takes the role *operator*, *requester*, *responder* or *approver* on it. An admin of this bot can grant it. You are `U05DAN`."
        ]
    )
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("✅ Cleared")
    workspace.card()


def test_too_late_to_stop(workspace: Workspace) -> None:
    """After the window a click on *Stop* reads that it is under way; nothing can be taken back then."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.feldera.sticks_clearing("orders")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    button = ana.finds("Stop")
    workspace.passes(minutes=1)
    ana.presses(button)
    assert ana.reads() == snapshot(
        ["This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread."]
    )
    assert "⏳ Clearing" in workspace.card()
    workspace.thread()


def test_withdraw_is_stop_in_the_window(workspace: Workspace) -> None:
    """`withdraw ID` works as long as nothing was sent, although it is approved."""
    workspace.rules("orders", "approvals=1 stop=30s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert ana.types(f"/pipeline withdraw {workspace.request()}") == snapshot(
        "↩️ Taken back: nothing was sent, and `orders` is as it was."
    )
    workspace.passes(minutes=5)
    assert workspace.thread()[-1] == snapshot(
        "↩️ Stopped by @ana in time: nothing was sent. @ana (approved by @ben)"
    )
    assert workspace.sent == []
    workspace.card()


def test_an_operator_without_approvals_has_the_window_too(workspace: Workspace) -> None:
    """The window is the rule's, whoever clears."""
    workspace.rules("orders", "stop=30s")
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline clear orders").splitlines()[-2] == snapshot(
        "⏱️ It can be stopped for 30s before it is sent."
    )
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert ana.told("Stop") == snapshot(["🛑 Stopped in time: nothing was sent, and `orders` is as it was."])
    workspace.passes(minutes=5)
    assert workspace.thread() == snapshot(["↩️ Stopped by @ana in time: nothing was sent. @ana"])
    assert workspace.sent == []
    workspace.card()


def test_a_restart_in_the_window(workspace: Workspace) -> None:
    """The window is not lengthened, and the request goes out once."""
    workspace.rules("orders", "approvals=1 stop=60s")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=30)
    workspace.restarts()
    assert "[Stop]" in workspace.card()
    assert workspace.sent == []
    workspace.passes(seconds=40)
    assert "✅ Cleared." in workspace.card()
    assert workspace.timed_thread()[1:] == snapshot(
        [
            "0:01:00  📤 Sent the request to Feldera, Mar 2, 2026 at 3:01:00 AM.",
            "0:01:00  ⏳ Feldera accepted it, Mar 2, 2026 at 3:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "0:01:02.500000  ✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1
