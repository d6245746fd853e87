"""Where an operation is shown: where it was asked for, else to the requester directly, else nowhere and not at all."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

FOLLOW = "⏳ Confirmed. Follow the clear of `orders` in its thread."
AGAIN = "Posted again: an older copy of this card, if there is one, is not kept up to date."


def clearing(workspace: Workspace, oli: Teammate) -> None:
    """Oli's clear of a pipeline that will not come clear has been going on for a few seconds."""
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    workspace.threads()


def noted(card: str) -> str:
    """The card's last line, where its notes are."""
    return card.rpartition("\n")[2]


def bot_leaves(workspace: Workspace) -> None:
    workspace.channel.bot_leaves()


def is_archived(workspace: Workspace) -> None:
    workspace.channel.archive()


def restricts_posting(workspace: Workspace) -> None:
    workspace.channel.restricts_posting()


def refuses_by_a_word_that_nobody_foresaw(workspace: Workspace) -> None:
    workspace.expected_errors.add("slack_refused")
    workspace.slack.fails_next("chat.postMessage", "quite_a_new_word")


@pytest.mark.parametrize(
    ("happens", "why", "more"),
    [
        (bot_leaves, "I am not in #ops.", " Invite me to have it there next time."),
        (is_archived, "#ops is archived.", ""),
        (restricts_posting, "I may not post in #ops.", ""),
        (refuses_by_a_word_that_nobody_foresaw, "I cannot post in #ops (`quite_a_new_word`).", ""),
    ],
)
def test_the_channel_does_not_take_the_card(
    workspace: Workspace, oli: Teammate, happens: Callable[[Workspace], None], why: str, more: str
) -> None:
    """It goes to the requester's direct messages, and both the answer and the card say why."""
    oli.asks("/pipeline clear orders")
    happens(workspace)
    assert oli.told("Clear orders") == [f"{FOLLOW[:-1]} in our direct messages: {why}"]
    assert oli.links() == [workspace.permalink(oli.dm)]
    workspace.passes(seconds=10)
    assert "\n✅ Cleared after" in workspace.card(oli.dm)
    assert noted(workspace.card(oli.dm)) == f"Id `ID1` · Here because {why}{more}"
    assert [line[0] for line in workspace.thread(oli.dm)] == ["📤", "⏳", "✅"]
    assert workspace.cards() == []


def test_a_private_channel_without_the_bot(workspace: Workspace, oli: Teammate) -> None:
    """A private channel that the bot is not in does not exist for it: the same way out."""
    secret = workspace.slack.adds_channel("secret", private=True, bot_is_member=False)
    (answer,) = oli.clears("orders", channel=secret)
    assert answer.endswith(" in our direct messages: I am not in #secret.")
    workspace.passes(seconds=10)
    note = "Id `ID1` · Here because I am not in #secret. Invite me to have it there next time."
    assert noted(workspace.card(oli.dm)) == note
    workspace.thread(oli.dm)


def test_asked_for_in_the_direct_messages_with_the_bot(workspace: Workspace, oli: Teammate) -> None:
    """The card goes up right there, and nothing needs an excuse."""
    workspace.slack.rate_limits("chat.postMessage", retry_after=1)
    assert oli.clears("orders", channel=oli.dm) == [
        "⏳ Posting the request to clear `orders`. When the message is visible, the clear is sent to Feldera."
    ]
    workspace.passes(seconds=10)
    assert oli.reads() == [FOLLOW]
    assert oli.links() == [workspace.permalink(oli.dm)]
    assert "✅ Cleared after 2 seconds" in workspace.card(oli.dm)
    assert noted(workspace.card(oli.dm)) == "Id `ID1`"
    assert workspace.thread(oli.dm)[-1] == "✅ Cleared `orders` after 2 seconds. @oli"


def test_no_place_takes_the_card(workspace: Workspace, oli: Teammate) -> None:
    """Nothing is cleared that nobody can see: the person is told, and the pipeline is free again."""
    workspace.expected_errors.add("no_place_takes_the_card")
    workspace.channel.bot_leaves()
    workspace.slack.disables_messages_tab()
    assert oli.clears("orders") == snapshot(
        [
            "❌ `orders` was *not* cleared: I am not in #ops, and Slack does not let me write to you directly (`messages_tab_disabled`). Nothing was sent to Feldera: I clear a pipeline only where somebody can follow it. Add me to #ops, then request it again."
        ]
    )
    workspace.passes(minutes=10)
    assert oli.reads() == []
    assert workspace.sent == []
    workspace.channel.bot_joins()
    assert oli.clears("orders") == [FOLLOW]
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.threads()


def test_no_place_in_the_direct_messages_either(workspace: Workspace, oli: Teammate) -> None:
    """Typed in the bot's own messages tab just before it was switched off: told the same."""
    workspace.expected_errors.add("no_place_takes_the_card")
    oli.asks("/pipeline clear orders", channel=oli.dm)
    workspace.slack.disables_messages_tab()
    assert oli.told("Clear orders") == snapshot(
        [
            "❌ `orders` was *not* cleared: I cannot post in the conversation in which it was requested (`messages_tab_disabled`), and Slack does not let me write to you directly (`messages_tab_disabled`). Nothing was sent to Feldera: I clear a pipeline only where somebody can follow it. Request it again in a channel in which I can post."
        ]
    )
    workspace.passes(minutes=10)
    assert workspace.sent == []


@pytest.mark.parametrize("error", ["missing_scope", "invalid_auth", "invalid_blocks"])
def test_slack_refuses_the_card_itself(workspace: Workspace, oli: Teammate, error: str) -> None:
    """Only the person who runs the bot can mend that; the person hears it at once, and is not kept waiting for four hours."""
    workspace.expected_errors |= {"slack_refused", "no_place_takes_the_card"}
    workspace.slack.fails_next("chat.postMessage", error, times=2)
    assert oli.clears("orders") == [
        (
            f"❌ `orders` was *not* cleared: I cannot post in #ops (`{error}`), and Slack does not let me write to you "
            f"directly (`{error}`). Nothing was sent to Feldera: I clear a pipeline only where somebody can follow it. Request it again in a channel in which I can post."
        )
    ]
    workspace.passes(minutes=10)
    assert workspace.sent == []
    assert oli.clears("orders") == [FOLLOW]
    workspace.passes(seconds=10)
    workspace.card()
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @oli"


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (bot_leaves, "I am not in #ops. Invite me to have it there next time."),
        (is_archived, "#ops is archived."),
    ],
)
def test_the_channel_is_lost_in_the_middle(
    workspace: Workspace, oli: Teammate, happens: Callable[[Workspace], None], why: str
) -> None:
    """It goes on in direct messages, to its last line: a card that lies for ever is not the last word."""
    clearing(workspace, oli)
    happens(workspace)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert "\n✅ Cleared after" in workspace.card(oli.dm)
    assert noted(workspace.card(oli.dm)) == f"Id `ID1` · Here because {why} · {AGAIN}"
    assert workspace.thread(oli.dm) == ["✅ Cleared `orders` after 8 seconds. @oli"]
    workspace.threads()
    assert workspace.feldera.clears["orders"] == 1


def test_the_card_is_deleted_in_the_middle(workspace: Workspace, oli: Teammate) -> None:
    """Somebody deleted the card: a new one goes up in the same channel, with what is still to be said."""
    clearing(workspace, oli)
    (card, *_replies) = workspace.channel.messages
    workspace.slack.workspace.deletes(card)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    (new_card,) = [message for message in workspace.channel.messages if message.thread_ts is None]
    assert "\n✅ Cleared after" in workspace.reads(new_card)
    assert noted(workspace.reads(new_card)) == f"Id `ID1` · {AGAIN}"
    lines = [workspace.reads(line) for line in workspace.slack.thread(new_card)[1:]]
    assert lines == ["✅ Cleared `orders` after 8 seconds. @oli"]
    assert workspace.feldera.clears["orders"] == 1


def test_the_place_is_where_it_was_asked_for(workspace: Workspace, oli: Teammate) -> None:
    other = workspace.slack.adds_channel("payload-alerts")
    oli.clears("orders", channel=other)
    workspace.passes(seconds=10)
    assert workspace.card(other).startswith("Clear orders")
    assert workspace.cards() == []
    workspace.thread(other)
