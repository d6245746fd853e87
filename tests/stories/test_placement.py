"""Where an operation is shown: where it was asked for, else to the requester directly, else nowhere and not at all."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace


def test_the_bot_is_not_in_the_channel(workspace: Workspace) -> None:
    """The card goes to the requester's direct messages, and both the answer and the card say why."""
    ana = workspace.operator("ana")
    workspace.channel.bot_leaves()
    assert ana.clears("orders") == snapshot(
        ["⏳ Confirmed. Follow `orders` in its thread, in our direct messages, because I am not in #ops."]
    )
    assert ana.links() == [workspace.permalink(ana.dm)]
    workspace.passes(seconds=10)
    assert workspace.card(ana.dm) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1` · Here because I am not in #ops. Invite me to have it there next time.\
""")
    assert workspace.thread(ana.dm) == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert workspace.cards() == []


def test_a_private_channel_without_the_bot(workspace: Workspace) -> None:
    """A private channel that the bot is not in does not exist for it: the same way out."""
    ana = workspace.operator("ana")
    secret = workspace.slack.adds_channel("secret", private=True, bot_is_member=False)
    assert ana.clears("orders", channel=secret) == snapshot(
        ["⏳ Confirmed. Follow `orders` in its thread, in our direct messages, because I am not in #secret."]
    )
    workspace.passes(seconds=10)
    assert noted(workspace.card(ana.dm)) == snapshot(
        "Id `ID1` · Here because I am not in #secret. Invite me to have it there next time."
    )
    workspace.thread(ana.dm)


def test_a_channel_archived_after_the_preview(workspace: Workspace) -> None:
    """Whoever confirms in a channel that was archived meanwhile follows it in direct messages."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.channel.archive()
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        ["⏳ Confirmed. Follow `orders` in its thread, in our direct messages, because #ops is archived."]
    )
    workspace.passes(seconds=10)
    assert noted(workspace.card(ana.dm)) == snapshot("Id `ID1` · Here because #ops is archived.")
    workspace.thread(ana.dm)


def test_a_channel_where_only_admins_may_post(workspace: Workspace) -> None:
    """Restricted posting holds for bots too."""
    ana = workspace.operator("ana")
    workspace.channel.restricts_posting()
    assert ana.clears("orders") == snapshot(
        [
            "⏳ Confirmed. Follow `orders` in its thread, in our direct messages, because I may not post in #ops."
        ]
    )
    workspace.passes(seconds=10)
    assert noted(workspace.card(ana.dm)) == snapshot("Id `ID1` · Here because I may not post in #ops.")
    workspace.thread(ana.dm)


def test_asked_for_in_the_direct_messages_with_the_bot(workspace: Workspace) -> None:
    """The card goes up right there, and nothing needs an excuse."""
    ana = workspace.operator("ana")
    workspace.slack.rate_limits("chat.postMessage", retry_after=1)
    assert ana.clears("orders", channel=ana.dm) == snapshot(
        ["⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands."]
    )
    workspace.passes(seconds=10)
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    assert ana.links() == [workspace.permalink(ana.dm)]
    assert workspace.card(ana.dm) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:01 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:03 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread(ana.dm) == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:01 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:01 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )


def test_no_place_takes_the_card(workspace: Workspace) -> None:
    """Nothing is cleared that nobody can see: the person is told, and the pipeline is free again."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("no_place_takes_the_card")
    workspace.channel.bot_leaves()
    workspace.slack.disables_messages_tab()
    assert ana.clears("orders") == snapshot(
        [
            "❌ `orders` was *not* cleared: I am not in #ops, and Slack does not let me write to you directly (`messages_tab_disabled`). I clear nothing that nobody can see."
        ]
    )
    workspace.passes(minutes=10)
    assert ana.reads() == []
    assert workspace.feldera.clears["orders"] == 0
    workspace.channel.bot_joins()
    assert ana.clears("orders") == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_no_place_in_the_direct_messages_either(workspace: Workspace) -> None:
    """Typed in the bot's own messages tab just before it was switched off: told the same."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("no_place_takes_the_card")
    ana.asks("/pipeline clear orders", channel=ana.dm)
    workspace.slack.disables_messages_tab()
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(
        [
            "❌ `orders` was *not* cleared: I cannot post in the conversation in which it was asked for (`messages_tab_disabled`), and Slack does not let me write to you directly (`messages_tab_disabled`). I clear nothing that nobody can see."
        ]
    )
    workspace.passes(minutes=10)
    assert workspace.feldera.clears["orders"] == 0


@pytest.mark.parametrize("error", ["missing_scope", "invalid_auth", "invalid_blocks"])
def test_slack_refuses_the_card_itself(workspace: Workspace, error: str) -> None:
    """Only whoever runs the bot can mend that; the person hears it at once, and is not kept waiting for four hours."""
    ana = workspace.operator("ana")
    workspace.expected_errors |= {"slack_refused", "no_place_takes_the_card"}
    workspace.slack.fails_next("chat.postMessage", error, times=2)
    assert ana.clears("orders") == [
        (
            f"❌ `orders` was *not* cleared: I cannot post in #ops (`{error}`), and Slack does not let me write to you "
            f"directly (`{error}`). I clear nothing that nobody can see."
        )
    ]
    workspace.passes(minutes=10)
    assert workspace.sent == []
    assert ana.clears("orders") == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.passes(seconds=10)
    workspace.card()
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")


def test_the_channel_refuses_for_a_reason_of_its_own(workspace: Workspace) -> None:
    """A word that nobody foresaw: the way out is the same."""
    ana = workspace.operator("ana")
    workspace.expected_errors.add("slack_refused")
    workspace.slack.fails_next("chat.postMessage", "quite_a_new_word")
    assert ana.clears("orders") == snapshot(
        [
            "⏳ Confirmed. Follow `orders` in its thread, in our direct messages, because I cannot post in #ops (`quite_a_new_word`)."
        ]
    )
    workspace.passes(seconds=10)
    assert noted(workspace.card(ana.dm)) == snapshot(
        "Id `ID1` · Here because I cannot post in #ops (`quite_a_new_word`)."
    )
    workspace.thread(ana.dm)


def test_kicked_out_in_the_middle(workspace: Workspace) -> None:
    """An operation under way goes on in the requester's direct messages, to its last line."""
    ana = clearing(workspace)
    workspace.channel.bot_leaves()
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert workspace.card(ana.dm) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:08 AM
✅ Cleared `orders` after 8 seconds.
Id `ID1` · Here because I am not in #ops. Invite me to have it there next time. · Posted again: an older copy of this card, if there is one, is not kept up to date.\
""")
    assert workspace.thread(ana.dm) == snapshot(["✅ Cleared `orders` after 8 seconds. @ana"])
    workspace.card()
    workspace.thread()
    assert workspace.feldera.clears["orders"] == 1


def test_the_channel_is_archived_in_the_middle(workspace: Workspace) -> None:
    """The same where the channel can no longer change: a card that lies for ever is not the last word."""
    ana = clearing(workspace)
    workspace.channel.archive()
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert workspace.card(ana.dm) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:08 AM
✅ Cleared `orders` after 8 seconds.
Id `ID1` · Here because #ops is archived. · Posted again: an older copy of this card, if there is one, is not kept up to date.\
""")
    assert workspace.thread(ana.dm) == snapshot(["✅ Cleared `orders` after 8 seconds. @ana"])
    workspace.card()
    workspace.thread()


def test_the_card_is_deleted_in_the_middle(workspace: Workspace) -> None:
    """Somebody deleted the card: a new one goes up in the same channel, with what is still to be said."""
    clearing(workspace)
    (card, *_replies) = workspace.channel.messages
    workspace.slack.workspace.deletes(card)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    (new_card,) = [message for message in workspace.channel.messages if message.thread_ts is None]
    assert workspace.reads(new_card) == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:08 AM
✅ Cleared `orders` after 8 seconds.
Id `ID1` · Posted again: an older copy of this card, if there is one, is not kept up to date.\
""")
    assert [workspace.reads(line) for line in workspace.slack.thread(new_card)[1:]] == snapshot(
        ["✅ Cleared `orders` after 8 seconds. @ana"]
    )
    assert workspace.feldera.clears["orders"] == 1


def test_the_place_is_where_it_was_asked_for(workspace: Workspace) -> None:
    """Each operation is shown in the channel in which it was typed, and in no other."""
    ana = workspace.operator("ana")
    other = workspace.slack.adds_channel("payload-alerts")
    ana.clears("orders", channel=other)
    workspace.passes(seconds=10)
    assert workspace.card(other).startswith("Clear orders")
    assert workspace.cards() == []
    workspace.thread(other)


def clearing(workspace: Workspace) -> Teammate:
    """Ana, whose clear of a pipeline that will not come clear has been going on for a few seconds."""
    ana = workspace.stranger("ana")
    workspace.grants(ana, Role.OPERATOR)
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=5)
    workspace.card()
    workspace.thread()
    return ana


def noted(card: str) -> str:
    """The card's last line, where its notes are."""
    return card.rpartition("\n")[2]
