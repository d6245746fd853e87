"""People approve what others asked for, by button and by command; whoever may not, or comes too late, hears why."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_two_approvals(workspace: Workspace) -> None:
    """Each counts once and is told to the requester; the buttons go away with the last one that was needed."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 2."])
    assert workspace.card() == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 2: @ben Mar 2, 2026 at 3:00:00 AM
*Until*
Mar 2, 2026 at 4:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:00:00 AM
⏳ 1 more approval
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert cem.told("Approve") == snapshot(["👍 Approved: 2 of 2."])
    workspace.passes(seconds=10)
    assert "[" not in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "👍 @cem approved (2 of 2). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:01:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:01:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben @cem)",
        ]
    )
    assert len(workspace.sent) == 1


def test_approved_by_command(workspace: Workspace) -> None:
    """`approve ID` is the button, for whoever types: the card's buttons go away at once."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    assert ben.types(f"/pipeline approve {workspace.request()}") == snapshot("👍 Approved: 1 of 1.")
    workspace.passes(seconds=10)
    assert "✓ Approved by @ben" in workspace.card()
    assert "[" not in workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")


def test_part_of_an_id_that_is_typed(workspace: Workspace) -> None:
    """Any beginning that means one request will do; one that means none, or that one may not see, is answered alike."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="payments")
    ana.requests("orders")
    request = workspace.request()
    assert workspace.named(ben.types(f"/pipeline approve {request}")) == snapshot(
        "❌ Nothing that waits, and that you may see, is `ID1`, or several are. `/pipeline pending` lists what waits."
    )
    assert ana.types("/pipeline approve zzzzzz") == snapshot(
        "❌ Nothing that waits, and that you may see, is `zzzzzz`, or several are. `/pipeline pending` lists what waits."
    )
    assert ana.types("/pipeline approve") == snapshot(
        "🤔 Which request? Its card shows its id, and so does `/pipeline pending`. Type `/pipeline approve ID`."
    )
    assert workspace.approver("cem").types(f"/pipeline approve {request[:4]}") == snapshot(
        "👍 Approved: 1 of 1."
    )
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_a_stale_click_on_approve(workspace: Workspace) -> None:
    """A click on a button that is gone hears who approved, and when; it changes nothing."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    buttons = [cem.finds(label) for label in ("Approve", "Deny")]
    withdraw = ana.finds("Withdraw")
    ben.told("Approve")
    workspace.passes(minutes=2)
    cem.presses(buttons[0])
    assert cem.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    cem.presses(buttons[1])
    assert cem.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        [
            "This was already approved by @ben Mar 2, 2026 at 3:00:00 AM, and is over. ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    assert "✅ Cleared." in workspace.card()
    assert len(workspace.thread()) == 4


def test_a_stale_click_while_it_is_cleared(workspace: Workspace) -> None:
    """The same, as long as the clear goes on: who approved is what counts."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    workspace.feldera.sticks_clearing("orders")
    ana.requests("orders")
    approve, withdraw = cem.finds("Approve"), ana.finds("Withdraw")
    ben.told("Approve")
    cem.presses(approve)
    assert cem.reads() == snapshot(
        ["This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread."]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        ["This was already approved by @ben Mar 2, 2026 at 3:00:00 AM: follow it in its thread."]
    )
    assert "⏳ Clearing" in workspace.card()
    workspace.thread()


def test_ones_own_request(workspace: Workspace) -> None:
    """Nobody approves or denies what they asked for, whatever roles they hold, by button or by command."""
    ana = workspace.requester("ana")
    for role in (Role.APPROVER, Role.OPERATOR, Role.ADMIN, Role.RESPONDER):
        workspace.grants(ana, role)
    workspace.rules("orders", "approvals=1")
    ana.requests("orders")
    assert ana.told("Approve") == snapshot(["🚫 You asked for it yourself: others decide."])
    assert ana.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "🚫 You asked for it yourself: others decide."
    )
    assert ana.told("Deny") == snapshot(["🚫 You asked for it yourself: others decide."])
    assert ana.types(f"/pipeline deny {workspace.request()} changed my mind") == snapshot(
        "🚫 You asked for it yourself: others decide."
    )
    workspace.passes(minutes=5)
    assert "🙋 Waiting for approval." in workspace.card()
    assert "0 of 1" in workspace.card()
    assert workspace.sent == []


def test_one_person_approves_twice(workspace: Workspace) -> None:
    """One person, one approval: by button, by command and by a double click."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    button = ben.finds("Approve")
    workspace.at_once(ben.pressing(button), ben.pressing(button))
    assert sorted(ben.reads()) == snapshot(["You approved it already: 1 of 2.", "👍 Approved: 1 of 2."])
    assert ben.types(f"/pipeline approve {workspace.request()}") == snapshot(
        "You approved it already: 1 of 2."
    )
    workspace.passes(minutes=1)
    assert "1 of 2" in workspace.card()
    assert workspace.thread() == snapshot(["👍 @ben approved (1 of 2). @ana"])
    assert workspace.sent == []


def test_another_clear_holds_the_pipeline(workspace: Workspace) -> None:
    """An operator clears what somebody else asked for: the approval is answered with who holds it, and counts nothing."""
    ana, ben, oli = workspace.requester("ana"), workspace.approver("ben"), workspace.operator("oli")
    ana.requests("orders")
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    assert ben.told("Approve") == snapshot(
        [
            "✋ Another operation holds `orders`: @oli asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
        ]
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    oli.reads()
    assert [card.splitlines()[2] for card in workspace.cards()] == snapshot(
        ["✅ Nothing to clear.", "✅ Cleared."]
    )
    assert workspace.threads()[0] == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "✅ Nothing to clear: the storage of `orders` was cleared already. Nothing was sent. @ana (approved by @ben)",
        ]
    )
    assert len(workspace.sent) == 1
