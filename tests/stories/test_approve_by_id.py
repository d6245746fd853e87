"""`approve ID` shows what the button on the card shows, and approves nothing before it is confirmed there."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.stories.decided import DENIED, approved, approved_first


def test_approved_by_the_beginning_of_its_id(workspace, ana, ben):
    """One that is too short, that means none, or several: three answers; one that they may not see is none."""
    dan = workspace.approver("dan", pattern="payments")
    ana.requests("orders")
    request = workspace.request()
    unknown = "❌ You can see no request whose id begins with "
    assert dan.types(f"/pipeline approve {request}").startswith(f"{unknown}`ID1`.")
    assert ana.types("/pipeline approve zzzzzz").startswith(f"{unknown}`zzzzzz`.")
    assert ana.types("/pipeline approve").startswith("🤔 Which request?")
    for verb in ("approve abc", "deny abc no", "withdraw abc", "sign-off abc"):
        assert ana.types(f"/pipeline {verb}").startswith(
            "🤔 The id `abc` is too short: type at least its first 4 characters."
        )
    assert ben.approves(request[:4]) == [approved()]
    workspace.passes(seconds=10)
    assert ", by @ben" in workspace.card()
    assert "[" not in workspace.card()
    workspace.thread()


def test_the_confirm_step(workspace, ana, ben):
    """What is lost, who asked and why, what is missing and until when; the button asks as the card's does."""
    ana.requests("orders", "schema change")
    on_card = ben.finds("Approve")
    workspace.passes(minutes=18)
    assert ben.types(f"/pipeline approve {workspace.request()}") == snapshot("""\
*Approve the clear of `orders`?* Nothing is approved until you press *Approve*. Only you see this.
Requested by @ana: `schema change`. See its thread.
It deletes the storage, with 3 checkpoints (7.0 MiB). This cannot be undone.
Approvals: 0 of 1. Expires in 42 min, Mar 2, 2026 at 4:00 AM.
[Approve] [Never mind]\
""")
    assert ben.hears() == snapshot(
        "Approve the clear of `orders`? Requested by @ana: `schema change`. See its thread. It deletes the storage, with 3 checkpoints (7.0 MiB). This cannot be undone. Approvals: 0 of 1. Expires in 42 min, Mar 2, 2026 at 4:00 AM."
    )
    assert ben.links() == [workspace.permalink()]
    assert "0 of 1" in workspace.card()
    assert ben.finds("Approve").element["confirm"] == on_card.element["confirm"]
    assert ben.finds("Approve").element["style"] == "primary"
    assert ben.told("Approve") == [approved()]
    workspace.passes(seconds=10)
    assert workspace.thread()[-1].endswith("@ana (approved by @ben)")


def test_it_is_declined_in_the_dialog_or_beside_it(workspace, ana, ben):
    ana.requests("orders")
    request = workspace.request()
    ben.types(f"/pipeline approve {request}")
    ben.clicks("Approve", confirms=False)
    assert ben.reads() == []
    assert ben.told("Never mind") == [
        f"You approved nothing. `/pipeline approve {request}` shows the request again."
    ]
    workspace.passes(minutes=5)
    assert "0 of 1" in workspace.card()
    assert workspace.thread() == []
    assert ben.approves(request) == [approved()]
    workspace.passes(seconds=10)
    workspace.thread()


def test_a_right_that_is_gone_at_the_click(workspace, ana, ben):
    """The click is checked like that on the card, whatever held at the command."""
    ana.requests("orders")
    ben.types(f"/pipeline approve {workspace.request()}")
    workspace.revokes(ben)
    (said,) = ben.told("Approve")
    assert said.startswith("🚫 You may not approve a clear of `orders`")
    assert "0 of 1" in workspace.card()
    assert workspace.sent == []


def test_somebody_was_faster(workspace, ana, ben, cem):
    ana.requests("orders")
    ben.types(f"/pipeline approve {workspace.request()}")
    assert cem.types(f"/pipeline deny {workspace.request()} not today") == DENIED
    assert ben.told("Approve")[0].startswith("This ended some time ago")
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert "❌ Denied by @cem" in workspace.card()
    workspace.thread()


def test_who_may_not_approve_is_told_so_at_the_command(workspace, ana, ben, cem):
    """There is no button then; each no is recorded as that of a click."""
    oli = workspace.operator("oli")
    workspace.grants(ana, Role.APPROVER)
    workspace.rules("orders", "approvals=2")
    ana.requests("orders")
    typed = f"/pipeline approve {workspace.request()}"
    assert ben.approves(workspace.request()) == [approved_first()]
    assert oli.types(typed).startswith("🚫 You may not approve a clear of `orders`")
    assert ana.types(typed).startswith("🚫 You requested the clear of `orders` yourself")
    assert ben.types(typed).startswith("You already approved the clear of `orders`")
    assert len(workspace.record(EventKind.REFUSED)) == 3
    assert "Approvals: 1 of 2, by @ben." in cem.types(typed)
    assert cem.told("Approve") == [approved(2)]
    assert oli.types(typed).startswith("🚫 You may not approve a clear of `orders`")
    assert ben.types(typed).startswith("The clear of `orders` was already approved by @cem")
    workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()


def test_what_happens_after_an_approval(workspace, ana, ben):
    """With a cancel window it says until when it can be cancelled."""
    workspace.rules("orders", "approvals=1 cancel-window=30s")
    ana.requests("orders")
    assert ben.told("Approve") == snapshot(
        [
            "👍 You approved the clear of `orders` requested by @ana: 1 of 1 approval. After 30 s and one more check it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card. Follow it in its thread."
        ]
    )
    workspace.passes(minutes=1)
    assert "✅ Cleared after" in workspace.card()
    workspace.thread()


def test_a_last_check_may_end_it(workspace, ana, ben):
    """The requester's right is looked up before sending: the answer to the approval promises no more than that."""
    ana.requests("orders")
    workspace.revokes(ana)
    assert ben.told("Approve") == [approved()]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.card()
    workspace.thread()
