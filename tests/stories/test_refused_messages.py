"""A message that Slack refuses for good is its own trouble: others overtake it; it is told elsewhere, or given up."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.simulator.slack import Channel
from tests.workspace import Teammate, Workspace

WORDS = ["msg_too_long", "external_channel_migrating", "cannot_reply_to_message", "nobody_has_heard_of_it"]
POST, EDIT = "chat.postMessage", "chat.update"


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


def below_the_card(channel: Channel) -> Callable[[Mapping[str, Any]], object]:
    """Lines in the thread of the newest card that stands there now."""
    card = [message.ts for message in channel.messages if message.thread_ts is None][-1]
    return lambda args: args.get("thread_ts") == card


def refused(workspace: Workspace, error: str) -> list[float]:
    """When something was refused with `error`, in seconds since the first time."""
    moments = [call.at for call in workspace.slack.calls if call.error == error]
    return [(moment - moments[0]).total_seconds() for moment in moments]


def given_up(workspace: Workspace) -> int:
    """How many messages were given up, by the log."""
    return sum(line.startswith("message_given_up") for line in workspace.logged)


def is_clearing(workspace: Workspace, ana: Teammate) -> None:
    """A clear of hers that goes on and on, with its first lines in its thread."""
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=5)


def others_are_quick(workspace: Workspace, ana: Teammate) -> None:
    """A clear asked for in the same channel, and one in another, are told of from the card to the end within seconds."""
    other = workspace.slack.adds_channel("elsewhere")
    for name, channel in (("payments", workspace.channel), ("users", other)):
        workspace.feldera.adds(name)
        ana.clears(name, channel=channel)
    workspace.passes(seconds=4)
    assert workspace.thread()[-1].startswith("✅ Cleared `payments`")
    assert workspace.thread(other)[-1].startswith("✅ Cleared `users`")
    assert "✅ Cleared." in workspace.cards()[-1]
    assert "✅ Cleared." in workspace.card(other)


@pytest.mark.parametrize("error", WORDS)
def test_a_line_that_is_refused_for_good(workspace: Workspace, ana: Teammate, error: str) -> None:
    """Nobody waits for it; after 5 s, 30 s and 2 min it is told below a new card, in the same channel.

    The line of the end has its own tries, and takes the place of the line of the progress.
    """
    is_clearing(workspace, ana)
    workspace.slack.refuses(POST, error, where=below_the_card(workspace.channel))
    workspace.passes(seconds=26)
    assert refused(workspace, error) == [0.0]
    others_are_quick(workspace, ana)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=5)
    assert [round(at) for at in refused(workspace, error)] == [0, 5, 8, 13, 43, 163]
    assert workspace.thread() == ["✅ Cleared `orders` after 38 seconds. @ana"]
    card = workspace.cards()[-1]
    assert "✅ Cleared." in card
    assert "Posted again" in card
    workspace.threads()


def test_a_line_that_no_place_takes(workspace: Workspace, ana: Teammate) -> None:
    """Tried in its thread, below a new card, and below one in the direct messages: then it is given up, logged once."""
    workspace.expected_errors.add("message_given_up")
    is_clearing(workspace, ana)
    workspace.slack.refuses(
        POST, "msg_too_long", where=lambda args: "Cleared" in args["text"] and args.get("thread_ts")
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(hours=1)
    assert given_up(workspace) == 1
    assert len(refused(workspace, "msg_too_long")) == 12
    assert len(workspace.cards()) == 2
    assert "✅ Cleared." in workspace.card(ana.dm)
    assert workspace.settles() is None
    workspace.threads()


@pytest.mark.parametrize("pause", [0, 1])
def test_a_line_that_is_refused_wherever_it_stands(workspace: Workspace, pause: int) -> None:
    """It alone is given up. The others of the same clear are told at once, even if they were refused as one message with it."""
    workspace.expected_errors.add("message_given_up")
    workspace.rules("orders", "approvals=2")
    rae, ben, cem = workspace.requester("rae"), workspace.approver("ben"), workspace.approver("cem")
    rae.requests("orders")
    workspace.passes(seconds=5)
    workspace.slack.refuses(POST, "msg_too_long", where=lambda args: "approved (1 of 2)" in args["text"])
    for approver in (ben, cem):
        approver.told("Approve")
        workspace.passes(seconds=pause)
    workspace.passes(seconds=10)
    lines = [line for text in workspace.thread() for line in text.splitlines()]
    assert lines[0] == "👍 @cem approved (2 of 2). @rae"
    assert lines[-1] == "✅ Cleared `orders` after 2 seconds. @rae (approved by @ben @cem)"
    workspace.passes(hours=1)
    assert given_up(workspace) == 1
    assert workspace.settles() is None
    assert len(workspace.cards()) == 2
    workspace.card(rae.dm)


def test_an_edit_that_is_refused_for_good(workspace: Workspace, ana: Teammate) -> None:
    """Other cards are edited as ever; this one is posted anew."""
    is_clearing(workspace, ana)
    ts = workspace.channel.messages[0].ts
    workspace.slack.refuses(EDIT, "msg_too_long", where=lambda args: args["ts"] == ts)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=12)
    assert refused(workspace, "msg_too_long") == [0.0, 5.0]
    others_are_quick(workspace, ana)
    workspace.passes(minutes=5)
    assert "✅ Cleared." in workspace.cards()[-1]
    assert len(workspace.cards()) == 3
    workspace.threads()


def test_every_edit_is_refused(workspace: Workspace, ana: Teammate) -> None:
    """A new card tells how it stands; one that has changed again since stays as it is, and its thread tells the rest."""
    workspace.expected_errors.add("message_given_up")
    is_clearing(workspace, ana)
    workspace.slack.refuses(EDIT, "nobody_has_heard_of_it")
    workspace.passes(minutes=6)
    assert len(workspace.cards()) == 2
    workspace.feldera.unsticks("orders")
    workspace.passes(hours=1)
    assert given_up(workspace) == 0
    workspace.card(ana.dm)
    workspace.thread(ana.dm)
    workspace.threads()


def test_a_requester_who_cannot_be_written_to(workspace: Workspace) -> None:
    """The approvals' thread goes on without their direct messages, which are tried again, and given up in the end."""
    workspace.expected_errors.add("message_given_up")
    rae, ben = workspace.requester("rae"), workspace.approver("ben")
    approvals = workspace.slack.adds_channel("approvals")
    workspace.rules("orders", f"approvals=1 channel={approvals.id}")
    rae.requests("orders")
    workspace.slack.refuses(POST, "user_disabled", where=lambda args: args["channel"] == rae.id)
    ben.told("Approve")
    workspace.passes(seconds=10)
    assert workspace.thread(approvals)[-1].startswith("✅ Cleared `orders`")
    workspace.passes(hours=1)
    assert refused(workspace, "user_disabled") == snapshot([0.0, 5.0, 35.0, 155.0])
    assert given_up(workspace) == 1
    assert rae.dms() == []
    assert workspace.settles() is None
    workspace.cards(approvals)


def test_a_requester_who_can_be_written_to_again(workspace: Workspace) -> None:
    """What was refused for a moment is told then, in the order in which it happened."""
    rae, ben, cem = workspace.requester("rae"), workspace.approver("ben"), workspace.approver("cem")
    approvals = workspace.slack.adds_channel("approvals")
    workspace.rules("orders", f"approvals=2 channel={approvals.id}")
    rae.requests("orders")
    is_open: list[bool] = []
    workspace.slack.refuses(
        POST, "user_disabled", where=lambda args: args["channel"] == rae.id and not is_open
    )
    ben.told("Approve")
    cem.told("Approve")
    workspace.passes(seconds=20)
    assert rae.dms() == []
    is_open.append(True)
    workspace.passes(minutes=1)
    assert rae.dms() == snapshot(
        [
            """\
👍 @ben approved (1 of 2). @rae
👍 @cem approved (2 of 2). @rae
✅ Cleared `orders` after 2 seconds. @rae (approved by @ben @cem)
This is about the clear of `orders`: see its thread.\
"""
        ]
    )
    workspace.cards(approvals)
    workspace.thread(approvals)


def test_a_connection_that_breaks_at_one_message(workspace: Workspace, ana: Teammate) -> None:
    """It holds nothing up in another channel: there a card stands at once."""
    other = workspace.slack.adds_channel("elsewhere")
    workspace.feldera.adds("users")
    is_clearing(workspace, ana)
    workspace.slack.loses_the_next_reply(POST)
    workspace.passes(seconds=25)
    assert workspace.slack.calls[-1].is_lost
    assert ana.clears("users", channel=other) == ["⏳ Confirmed. Follow `users` in its thread."]
    workspace.passes(seconds=5)
    assert workspace.thread()[-2:] == ["⏳ Still clearing after 30 seconds."] * 2
    workspace.cards()
    workspace.cards(other)
    workspace.threads(other)


def test_slack_hangs_in_one_channel(workspace: Workspace, ana: Teammate) -> None:
    """Another channel does not wait for it: its card stands, and its clear is sent, while the answer is still out."""
    other = workspace.slack.adds_channel("elsewhere")
    workspace.feldera.adds("users")
    is_clearing(workspace, ana)
    ana.types("/pipeline clear users", channel=other)
    ana.reads()
    workspace.bot.announcements.lanes.patience = 0.0
    workspace.slack.hangs(POST)

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(workspace.transient(seconds=26))
            await workspace.slack.until(lambda: workspace.slack.hanging == 1)
            await ana.clicking("Clear users")
            await workspace.slack.until(lambda: bool(other.messages))
            assert workspace.slack.hanging == 1
            workspace.slack.lets_go()

    workspace.run(story())
    workspace.passes(seconds=5)
    assert ana.reads() == ["⏳ Confirmed. Follow `users` in its thread."]
    assert workspace.thread(other)[-1].startswith("✅ Cleared `users`")
    assert workspace.thread()[-1] == "⏳ Still clearing after 30 seconds."
    workspace.cards()
    workspace.cards(other)


def test_slack_breaks_at_one_message(workspace: Workspace, ana: Teammate) -> None:
    """It is tried once a minute at last, and never instead of others."""
    is_clearing(workspace, ana)
    workspace.slack.refuses(POST, "internal_error", where=below_the_card(workspace.channel))
    workspace.passes(seconds=26)
    others_are_quick(workspace, ana)
    workspace.passes(minutes=4)
    assert refused(workspace, "internal_error") == snapshot([0.0, 5.0, 15.0, 35.0, 75.0, 135.0, 195.0])
    workspace.cards()
    workspace.threads()
