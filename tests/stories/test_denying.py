"""An approver says no, with a reason that the requester reads."""

from inline_snapshot import snapshot

from bot.store.shell_store import Administration
from tests.workspace import Workspace


def test_denied_with_a_reason(workspace: Workspace) -> None:
    """*Deny* asks why in a modal; the card, the thread and the answer say who and why, and nothing is sent."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders", "schema change")
    assert ben.opens("Deny") == snapshot("""\
Deny the request
Why? The person who asked reads it.: ____
[Go back] [Deny]\
""")
    assert ben.submits("not during the <!channel> audit") == snapshot("""\
Answer
Denied. The clear of `orders` is off, and its requester reads why.
[Close]\
""")
    workspace.passes(seconds=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Denied.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 1
Reason: schema change
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✗ 1 approval missing
✗ Request not sent
✗ Storage not cleared by this
❌ Denied by @ben: `not during the <!channel> audit`. Nothing was sent.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        ["❌ Denied by @ben: `not during the <!channel> audit`. Nothing was sent. @ana"]
    )
    workspace.passes(hours=5)
    assert workspace.sent == []


def test_the_modal_is_closed(workspace: Workspace) -> None:
    """Closing the modal denies nothing: the request waits as before, and can be approved by the same person."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens("Deny")
    ben.closes_modal()
    workspace.passes(minutes=1)
    assert "🙋 Waiting for approval." in workspace.card()
    assert workspace.thread() == []
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")


def test_denied_by_command(workspace: Workspace) -> None:
    """`deny ID reason`; without a reason it asks for one, and denies nothing."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    assert ben.types(f"/pipeline deny {workspace.request()}") == snapshot(
        "🤔 Say why, for the person who asked. Type `/pipeline deny ID reason…`."
    )
    assert "🙋 Waiting for approval." in workspace.card()
    assert ben.types(f"/pipeline deny {workspace.request()} not today") == snapshot(
        "Denied. The clear of `orders` is off, and its requester reads why."
    )
    workspace.passes(seconds=5)
    assert "[" not in workspace.card()
    assert workspace.thread() == snapshot(["❌ Denied by @ben: `not today`. Nothing was sent. @ana"])


def test_a_stale_click_after_the_denial(workspace: Workspace) -> None:
    """Whoever comes later reads who denied it, and when: approver, requester, and who denies again."""
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    approve, deny, withdraw = cem.finds("Approve"), cem.finds("Deny"), ana.finds("Withdraw")
    ben.types(f"/pipeline deny {workspace.request()} not today")
    workspace.passes(minutes=2)
    cem.presses(approve)
    assert cem.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by @ben: `not today`. Nothing was sent. See its thread."
        ]
    )
    cem.presses(deny)
    assert cem.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by @ben: `not today`. Nothing was sent. See its thread."
        ]
    )
    ana.presses(withdraw)
    assert ana.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by @ben: `not today`. Nothing was sent. See its thread."
        ]
    )
    assert workspace.named(cem.types(f"/pipeline approve {workspace.request()}")) == snapshot(
        "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by @ben: `not today`. Nothing was sent. See its thread."
    )
    assert "❌ Denied." in workspace.card()
    assert len(workspace.thread()) == 1


def test_denied_after_the_first_of_two_approvals(workspace: Workspace) -> None:
    """One no ends it, however many said yes."""
    workspace.rules("orders", "approvals=2")
    ana, ben, cem = workspace.requester("ana"), workspace.approver("ben"), workspace.approver("cem")
    ana.requests("orders")
    ben.told("Approve")
    cem.opens("Deny")
    cem.submits("no")
    workspace.passes(seconds=5)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Denied.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 2: @ben Mar 2, 2026 at 3:00:00 AM
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:00:00 AM
✗ 1 approval missing
✗ Request not sent
✗ Storage not cleared by this
❌ Denied by @cem: `no`. Nothing was sent.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 2). @ana",
            "❌ Denied by @cem: `no`. Nothing was sent. @ana (until then approved by @ben)",
        ]
    )


def test_an_approver_changes_their_mind(workspace: Workspace) -> None:
    """Whoever approved may still deny, as long as it waits for others."""
    workspace.rules("orders", "approvals=2")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.told("Approve")
    ben.opens("Deny")
    assert ben.submits("the audit starts today") == snapshot("""\
Answer
Denied. The clear of `orders` is off, and its requester reads why.
[Close]\
""")
    workspace.passes(seconds=5)
    assert "❌ Denied." in workspace.card()
    assert workspace.thread()[-1].startswith("❌ Denied by @ben")


def test_a_modal_submitted_twice(workspace: Workspace) -> None:
    """A double click in the modal denies once."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.opens("Deny")
    workspace.slack.delivers_twice()
    ben.submits("no")
    workspace.passes(seconds=5)
    assert "❌ Denied." in workspace.card()
    assert workspace.thread() == snapshot(["❌ Denied by @ben: `no`. Nothing was sent. @ana"])


def test_denied_and_asked_again(workspace: Workspace) -> None:
    """A denial is of one request: the next one is a new card."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    ben.types(f"/pipeline deny {workspace.request()} give a reason")
    workspace.passes(minutes=1)
    workspace.thread()
    ana.requests("orders", "schema change")
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert [card.splitlines()[2] for card in workspace.cards()] == snapshot(["❌ Denied.", "✅ Cleared."])
    assert workspace.thread()[-1].startswith("✅")


def test_denied_from_the_shell(workspace: Workspace) -> None:
    """Whoever runs the bot says no beside it: the buttons are gone ten seconds later, and a click meanwhile is told."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    approve = ben.finds("Approve")
    with Administration.open(workspace.database) as administration:
        administration.deny(
            administration.operation(workspace.request()).id,
            "audit <!here>",
            by="shell:owner",
            now=workspace.clock.now(),
        )
    ben.presses(approve)
    assert ben.reads() == snapshot(
        [
            "This is over since Mar 2, 2026 at 3:00:00 AM. ❌ Denied by whoever runs this bot: `audit <!here>`. Nothing was sent. See its thread."
        ]
    )
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
❌ Denied.
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
❌ Denied by whoever runs this bot: `audit <!here>`. Nothing was sent.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        ["❌ Denied by whoever runs this bot: `audit <!here>`. Nothing was sent. @ana"]
    )
    assert ana.types("/pipeline history orders") == snapshot(
        """\
*The record of orders*
🚫 Mar 2, 2026 at 3:00:00 AM: `orders`: refused @ben: to approve it (too late) · its thread
❌ Mar 2, 2026 at 3:00:00 AM: `orders`: ended (denied in shell) by `shell:owner`: reason `audit <!here>` · its thread
🙋 Mar 2, 2026 at 3:00:00 AM: `orders`: asked for by @ana · its thread
💬 Mar 2, 2026 at 3:00:00 AM: `orders`: previewed by @ana · its thread\
"""
    )
    workspace.passes(hours=5)
    assert workspace.sent == []
