"""Somebody who may not clear a pipeline themselves asks for it: the request's card, where it goes, and how many fit."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_a_request_from_the_command_to_the_last_line(workspace: Workspace) -> None:
    """Command, preview, question, card, approval, thread; the last line names the requester and who approved."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    assert ana.asks("/pipeline clear orders schema change") == snapshot("""\
*Clear `orders`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
🙋 It takes 1 approval by another person, within 1h.
[Ask for approval] [Never mind]\
""")
    ana.clicks("Ask for approval")
    assert ana.last_confirm == snapshot("""\
Ask to clear orders?
This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled once it is sent.
[Ask] [Go back]\
""")
    assert ana.reads() == snapshot(["🙋 Asked. Follow `orders` in its thread."])
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
Reason: schema change
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ 1 more approval
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    assert workspace.sent == []
    assert ben.told("Approve") == snapshot(["👍 Approved: 1 of 1."])
    assert ben.last_confirm == snapshot("""\
Approve the clear of orders?
It destroys the storage, with 3 checkpoints (7.0 MiB), and cannot be cancelled once it is sent.
[Approve] [Go back]\
""")
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
1 of 1: @ben Mar 2, 2026 at 3:00:00 AM
Reason: schema change
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Approved by @ben · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved (1 of 1). @ana",
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert workspace.feldera.clears["orders"] == 1


def test_the_card_goes_where_the_rule_says(workspace: Workspace) -> None:
    """The channel of the rule, with its group mentioned; whoever asked elsewhere is told where."""
    approvals = workspace.slack.adds_channel("approvals")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    oncall = workspace.user_group("oncall", ben)
    workspace.rules("ord*", f"approvals=2 channel={approvals.id} group={oncall.id} within=2h")
    assert ana.requests("orders", "schema change") == snapshot(["🙋 Asked. Follow `orders` in its thread."])
    assert ana.links() == [workspace.permalink(approvals)]
    assert workspace.cards() == []
    assert workspace.card(approvals) == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 2
*Until*
Mar 2, 2026 at 5:00:00 AM
*Asked*
@oncall
Reason: schema change
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ 2 more approvals
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    assert workspace.hears(approvals) == snapshot(
        [
            "Clear orders: 🙋 Waiting for approval. 0 of 2 approvals until Mar 2, 2026 at 5:00:00 AM. @oncall Requested by @ana: schema change"
        ]
    )


def test_the_bot_is_not_in_the_channel_of_the_rule(workspace: Workspace) -> None:
    """Then the card goes where it was asked for: a request is never invisible."""
    private = workspace.slack.adds_channel("approvals", private=True, bot_is_member=False)
    ana = workspace.requester("ana")
    workspace.rules("orders", f"channel={private.id}")
    ana.requests("orders")
    assert "🙋 Waiting for approval." in workspace.card()


def test_asked_where_the_bot_is_not_without_a_rule(workspace: Workspace) -> None:
    """The card can only stand where no approver is: it says so, and how somebody who may can approve all the same."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.channel.bot_leaves()
    ana.requests("orders")
    typed = workspace.request()
    assert workspace.card(ana.dm).replace(typed, "ID1").splitlines()[-2:] == snapshot(
        [
            "Id `ID1` · Here because I am not in #ops. Invite me to have it there next time. · Nobody else sees this card: tell somebody who may approve to type `/pipeline approve ID1`.",
            "[Approve] [Deny] [Withdraw]",
        ]
    )
    assert ben.types(f"/pipeline approve {typed}") == snapshot("👍 Approved: 1 of 1.")
    workspace.passes(seconds=10)
    assert "Nobody else sees" not in workspace.card(ana.dm)
    workspace.thread(ana.dm)


def test_what_was_cleared_last_is_on_the_card(workspace: Workspace) -> None:
    """Approvers see when this bot cleared the pipeline last."""
    ana = workspace.operator("ana")
    ana.clears("orders")
    workspace.passes(minutes=5)
    workspace.cards()
    workspace.thread()
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    workspace.requester("ben").requests("orders")
    assert workspace.cards()[-1] == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ben
*Destroys*
the storage; it has no checkpoints
*Last cleared*
Mar 2, 2026 at 3:00:02 AM
*Approvals*
0 of 1
*Until*
Mar 2, 2026 at 4:15:00 AM
✓ Asked for by @ben · Mar 2, 2026 at 3:15:00 AM
⏳ 1 more approval
○ Request to Feldera
○ Storage cleared
Id `ID2`
[Approve] [Deny] [Withdraw]\
""")


def test_an_operator_under_a_rule(workspace: Workspace) -> None:
    """Under a rule an operator's clear takes approvals like anybody's."""
    workspace.rules("orders", "approvals=1")
    ana, ben = workspace.operator("ana"), workspace.approver("ben")
    ana.requests("orders")
    workspace.passes(minutes=1)
    assert workspace.sent == []
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)")


def test_a_rule_that_asks_for_nothing(workspace: Workspace) -> None:
    """`approvals=0` lets a requester clear by themselves."""
    workspace.rules("orders", "approvals=0")
    ana = workspace.requester("ana")
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1].endswith("@ana")


def test_a_reason_that_a_rule_wants(workspace: Workspace) -> None:
    """Without one, or with one that does not match, nothing is asked, and the answer says what would do."""
    workspace.rules("orders", r"reason=required matching=INC-\d+")
    ana = workspace.requester("ana")
    assert ana.asks("/pipeline clear orders") == snapshot(
        "✍️ A clear of `orders` takes a reason, and the reason must contain something like `INC-\\d+`. Type `/pipeline clear orders reason…`."
    )
    assert ana.asks("/pipeline clear orders because") == snapshot(
        "✍️ Your reason must contain something like `INC-\\d+`. Type `/pipeline clear orders because…` with it."
    )
    ana.requests("orders", "INC-7 is over")
    assert "Reason: INC-7 is over" in workspace.card()


def test_a_reason_wanted_since_the_preview(workspace: Workspace) -> None:
    """The rules of the moment of the click hold."""
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    workspace.rules("orders", "reason=required")
    assert ana.told("Ask for approval") == snapshot(
        ["✍️ A clear of `orders` takes a reason. Type `/pipeline clear orders reason…`."]
    )
    assert workspace.cards() == []


def test_the_right_to_ask_is_lost_before_the_click(workspace: Workspace) -> None:
    """The preview of somebody who may no longer ask asks nobody."""
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders")
    workspace.revokes(ana)
    assert ana.told("Ask for approval") == snapshot(
        [
            "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02ANA`. Nothing was sent."
        ]
    )
    assert workspace.cards() == []


def test_a_role_becomes_more_before_the_click(workspace: Workspace) -> None:
    """Whoever became an operator since the preview pressed a button that asks: they are shown what acts instead."""
    ana = workspace.requester("ana")
    ana.asks("/pipeline clear orders schema change")
    workspace.grants(ana, Role.OPERATOR)
    assert ana.told("Ask for approval") == snapshot(
        [
            """\
*Clear `orders`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
[Clear orders] [Never mind]\
"""
        ]
    )
    workspace.passes(minutes=1)
    assert (workspace.sent, workspace.cards()) == ([], [])
    ana.told("Clear orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")
    workspace.card()
