"""Somebody who may not clear a pipeline themselves asks for it: the request's card, where it goes, and how many fit."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.stories.decided import approved


def test_a_request_from_the_command_to_the_last_line(workspace, ana, ben):
    """Command, preview, question, card, approval, thread; the last line names the requester and who approved."""
    preview = ana.asks("/pipeline clear orders schema change").splitlines()
    assert preview[-2:] == snapshot(
        [
            "🙋 Needs approval from 1 other person within 1 h, or it expires.",
            "[Ask for approval] [Never mind]",
        ]
    )
    ana.clicks("Ask for approval")
    assert ana.last_confirm == snapshot("""\
Ask to clear orders?
Once approved, this deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone.
[Ask] [Go back]\
""")
    assert ana.reads() == ["🙋 Requested. Follow the clear of `orders` in its thread."]
    assert workspace.card() == snapshot("""\
Clear orders
🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM).
Deletes: the storage, with 3 checkpoints (7.0 MiB)
Requested by @ana: `schema change`
Approvals: 0 of 1
Expires: Mar 2, 2026 at 4:00 AM
Id `ID1`
[Approve] [Deny…] [Withdraw]\
""")
    assert workspace.sent == []
    assert ben.told("Approve") == [approved()]
    assert ben.last_confirm == snapshot("""\
Approve the clear of orders?
Once approved, it deletes the storage, with 3 checkpoints (7.0 MiB), and cannot be undone. Yours is the last approval: it is sent then.
[Approve] [Go back]\
""")
    workspace.passes(seconds=10)
    assert "Approvals: 1 of 1, by @ben some time ago (Mar 2, 2026 at 3:00 AM)\n" in workspace.card()
    assert workspace.thread() == snapshot(
        [
            "👍 @ben approved the clear of `orders` (1 of 1). @ana",
            "📤 Sent the clear of `orders` to Feldera at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00 AM: `orders` is being cleared. This cannot be cancelled any more.",
            "✅ Cleared `orders` after 2 seconds. @ana (approved by @ben)",
        ]
    )
    assert workspace.feldera.clears["orders"] == 1


def test_the_card_goes_where_the_rule_says(workspace, ana, ben):
    """The channel of the rule, with its group mentioned; whoever asked elsewhere is told where."""
    approvals = workspace.slack.adds_channel("approvals")
    oncall = workspace.user_group("oncall", ben)
    workspace.rules("ord*", f"approvals=2 channel={approvals.id} group={oncall.id} within=2h")
    assert ana.requests("orders", "schema change") == [
        "🙋 Requested. Follow the clear of `orders` in its thread."
    ]
    assert ana.links() == [workspace.permalink(approvals)]
    assert workspace.cards() == []
    assert "Approvals: 0 of 2; asked: @oncall\nExpires: Mar 2, 2026 at 5:00 AM\n" in workspace.card(approvals)
    assert workspace.hears(approvals) == snapshot(
        [
            "Clear orders: 🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM). 0 of 2 approvals, expires Mar 2, 2026 at 5:00 AM. @oncall Requested by @ana: schema change"
        ]
    )


def test_where_the_bot_is_not_in_the_channel_of_the_rule_the_card_goes_where_it_was_asked_for(workspace, ana):
    private = workspace.slack.adds_channel("approvals", private=True, bot_is_member=False)
    workspace.rules("orders", f"channel={private.id}")
    ana.requests("orders")
    assert "🙋 Waiting for approval, requested" in workspace.card()


def test_asked_where_the_bot_is_not_without_a_rule(workspace, ana, ben):
    """The card can only stand where no approver is: it says so, and how somebody who may can approve all the same."""
    workspace.channel.bot_leaves()
    ana.requests("orders")
    typed = workspace.request()
    assert workspace.card(ana.dm).replace(typed, "ID1").splitlines()[-2] == snapshot(
        "Id `ID1` · Here because I am not in #ops. Invite me to have it there next time. · Nobody else sees this card: tell somebody who may approve to type `/pipeline approve ID1`."
    )
    assert ben.approves(typed) == [approved().removesuffix(" Follow it in its thread.")]
    workspace.passes(seconds=10)
    assert "Nobody else sees" not in workspace.card(ana.dm)
    workspace.thread(ana.dm)


def test_what_was_cleared_last_is_on_the_card(workspace, ana):
    """`approvals=0` lets a requester clear by themselves; an operator under a rule takes approvals like anybody."""
    workspace.rules("orders", "approvals=0")
    ana.clears("orders")
    workspace.passes(minutes=5)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    workspace.rules("orders", "approvals=1")
    workspace.feldera.someone_starts("orders")
    workspace.passes(minutes=5)
    workspace.feldera.someone_stops("orders")
    workspace.passes(minutes=5)
    workspace.operator("oli").requests("orders")
    workspace.passes(minutes=1)
    assert len(workspace.sent) == 1
    card = workspace.cards()[-1]
    assert "Deletes: all its state; it has no checkpoint\nRequested by @oli" in card
    assert "Last cleared some time ago (Mar 2, 2026 at 3:00 AM)" in card
    assert "\nApprovals: 0 of 1\n" in card


def test_a_reason_that_a_rule_wants(workspace, ana):
    """Without one, or with one that does not match, nothing is asked; a rule of after the preview counts as well."""
    ana.asks("/pipeline clear orders")
    workspace.rules("orders", r"reason=required matching=INC-\d+")
    wanted = (
        "✍️ A clear of `orders` needs a reason that contains a match for the regular expression `INC-\\d+`. "
        "Nothing was sent to Feldera. "
        "Type the command again with one: `/pipeline clear orders reason…`."
    )
    assert ana.told("Ask for approval") == [wanted]
    assert ana.asks("/pipeline clear orders") == wanted
    assert ana.asks("/pipeline clear orders because") == snapshot(
        "✍️ The reason for the clear of `orders` must contain a match for the regular expression `INC-\\d+`. Yours does not. Nothing was sent to Feldera. Type the command again with a reason that does: `/pipeline clear orders reason…`."
    )
    assert workspace.cards() == []
    ana.requests("orders", "INC-7 is over")
    assert ": `INC-7 is over`\n" in workspace.card()


def test_a_role_becomes_more_before_the_click(workspace, ana):
    """Whoever became an operator since the preview pressed a button that asks: they are shown what acts instead."""
    ana.asks("/pipeline clear orders schema change")
    workspace.grants(ana, Role.OPERATOR)
    (said,) = ana.told("Ask for approval")
    assert "\nReason: schema change\n" in said
    assert said.endswith("[Clear orders] [Never mind]")
    workspace.passes(minutes=1)
    assert (workspace.sent, workspace.cards()) == ([], [])
    ana.told("Clear orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    workspace.card()
