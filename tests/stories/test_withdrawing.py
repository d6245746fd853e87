"""The requester takes it back, while it waits or while it can still be stopped."""

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_withdrawn(workspace: Workspace) -> None:
    """*Withdraw* ends the request; the card and the thread say so, and the buttons are gone."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    assert ana.told("Withdraw") == snapshot(["↩️ Taken back: nothing was sent, and `orders` is as it was."])
    workspace.passes(seconds=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
↩️ Taken back.
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
↩️ Taken back by @ana: nothing was sent.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(["↩️ Taken back by @ana: nothing was sent. @ana"])
    workspace.passes(hours=5)
    assert workspace.sent == []


def test_withdrawn_by_command(workspace: Workspace) -> None:
    """`withdraw ID`, and again: the second one hears that it is over."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    assert ana.types(f"/pipeline withdraw {workspace.request()}") == snapshot(
        "↩️ Taken back: nothing was sent, and `orders` is as it was."
    )
    assert "[" not in workspace.card()
    assert workspace.named(ana.types(f"/pipeline withdraw {workspace.request()}")) == snapshot(
        "This is over since Mar 2, 2026 at 3:00:00 AM. ↩️ Taken back by @ana: nothing was sent. See its thread."
    )
    workspace.thread()


def test_others_cannot_withdraw_it(workspace: Workspace) -> None:
    """Not an approver and not an admin: whoever wants it gone denies it."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    assert ben.told("Withdraw") == snapshot(
        ["🚫 Only @ana, who asked for the clear of `orders`, can take it back."]
    )
    assert ben.types(f"/pipeline withdraw {workspace.request()}") == snapshot(
        "🚫 Only @ana, who asked for the clear of `orders`, can take it back."
    )
    assert "🙋 Waiting for approval." in workspace.card()
    assert workspace.thread() == []


def test_a_double_click_on_withdraw(workspace: Workspace) -> None:
    """It ends once, and each click is answered."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    button = ana.finds("Withdraw")
    workspace.at_once(ana.pressing(button), ana.pressing(button))
    workspace.passes(seconds=5)
    assert sorted(ana.reads()) == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ↩️ Taken back by @ana: nothing was sent. See its thread.",
            "↩️ Taken back: nothing was sent, and `orders` is as it was.",
        ]
    )
    assert len(workspace.thread()) == 1
    workspace.card()


def test_a_click_after_it_was_withdrawn(workspace: Workspace) -> None:
    """The approver whose screen was slow reads who took it back, and when."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    approve, deny = ben.finds("Approve"), ben.finds("Deny")
    ana.told("Withdraw")
    workspace.passes(minutes=1)
    ben.presses(approve)
    assert ben.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ↩️ Taken back by @ana: nothing was sent. See its thread."
        ]
    )
    ben.presses(deny)
    assert ben.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ↩️ Taken back by @ana: nothing was sent. See its thread."
        ]
    )
    assert "↩️ Taken back." in workspace.card()
    workspace.thread()


def test_whoever_lost_the_right_can_still_withdraw(workspace: Workspace) -> None:
    """Taking one's own request back needs no right."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    request = workspace.request()
    workspace.revokes(ana)
    assert ana.types(f"/pipeline withdraw {request}") == snapshot(
        "↩️ Taken back: nothing was sent, and `orders` is as it was."
    )
    workspace.card()
    workspace.thread()
