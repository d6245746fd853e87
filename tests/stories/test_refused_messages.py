"""A message that Slack refuses for good is its own trouble: others overtake it; it is told elsewhere, or given up."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.simulator.slack import Channel
from tests.workspace import Teammate, Workspace

POST, EDIT = "chat.postMessage", "chat.update"


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """A clear of hers goes on and on, with its first lines in its thread."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=5)
    return ana


@pytest.fixture
def other(workspace: Workspace) -> Channel:
    workspace.feldera.adds("users")
    return workspace.slack.adds_channel("elsewhere")


def below_the_card(channel: Channel) -> Callable[[Mapping[str, Any]], object]:
    """Lines in the thread of the newest card that stands there now."""
    card = [message.ts for message in channel.messages if message.thread_ts is None][-1]
    return lambda args: args.get("thread_ts") == card


def refused(workspace: Workspace, error: str) -> list[int]:
    """When something was refused with `error`, in seconds since the first time."""
    moments = [call.at for call in workspace.slack.calls if call.error == error]
    return [round((moment - moments[0]).total_seconds()) for moment in moments]


def is_given_up(workspace: Workspace) -> bool:
    """Whether one message was given up, which is logged once, and nothing is tried any more."""
    said = [line for line in workspace.logged if line.startswith("message_given_up")]
    return len(said) == 1 and workspace.settles() is None


def others_are_quick(workspace: Workspace, ana: Teammate, other: Channel) -> None:
    """A clear asked for in the same channel, and one in another, are told of from the card to the end within seconds."""
    workspace.feldera.adds("payments")
    for name, channel in (("payments", workspace.channel), ("users", other)):
        ana.clears(name, channel=channel)
    workspace.passes(seconds=4)
    assert workspace.thread()[-1].startswith("✅ Cleared `payments`")
    assert workspace.thread(other)[-1].startswith("✅ Cleared `users`")
    assert "✅ Cleared after" in workspace.cards()[-1]
    assert "✅ Cleared after" in workspace.card(other)


@pytest.mark.parametrize("error", ["msg_too_long", "nobody_has_heard_of_it"])
def test_a_line_that_is_refused_for_good(
    workspace: Workspace, ana: Teammate, other: Channel, error: str
) -> None:
    """Nobody waits for it; after 5 s, 30 s and 2 min it is told below a new card, in the same channel.

    The line of the end has its own tries, and takes the place of the line of the progress.
    """
    workspace.slack.refuses(POST, error, where=below_the_card(workspace.channel))
    workspace.passes(seconds=26)
    assert refused(workspace, error) == [0]
    others_are_quick(workspace, ana, other)
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=5)
    assert refused(workspace, error) == [0, 5, 8, 13, 43, 163]
    assert workspace.thread() == ["✅ Cleared `orders` after 38 seconds. @ana"]
    assert "Posted again" in workspace.cards()[-1]
    workspace.threads()


def test_a_line_that_no_place_takes(workspace: Workspace, ana: Teammate) -> None:
    """Tried in its thread, below a new card, and below one in the direct messages: then it is given up, logged once."""
    workspace.expected_errors.add("message_given_up")
    workspace.slack.refuses(
        POST, "msg_too_long", where=lambda args: "Cleared" in args["text"] and args.get("thread_ts")
    )
    workspace.feldera.unsticks("orders")
    workspace.passes(hours=1)
    assert is_given_up(workspace)
    assert len(refused(workspace, "msg_too_long")) == 12
    assert len(workspace.threads()) == 2
    assert "✅ Cleared after" in workspace.card(ana.dm)


@pytest.mark.parametrize("pause", [0, 1])
def test_a_line_that_is_refused_wherever_it_stands(workspace: Workspace, pause: int) -> None:
    """It alone is given up. The others of the same clear are told at once, even if they were refused as one message with it."""
    workspace.expected_errors.add("message_given_up")
    workspace.rules("orders", "approvals=2")
    rae, ben, cem = workspace.requester("rae"), workspace.approver("ben"), workspace.approver("cem")
    rae.requests("orders")
    workspace.passes(seconds=5)
    workspace.slack.refuses(POST, "msg_too_long", where=lambda args: "(1 of 2)" in args["text"])
    for approver in (ben, cem):
        approver.told("Approve")
        workspace.passes(seconds=pause)
    workspace.passes(seconds=10)
    lines = workspace.thread()
    assert lines[0] == "👍 @cem approved the clear of `orders` (2 of 2). @rae"
    assert lines[-1] == "✅ Cleared `orders` after 2 seconds. @rae (approved by @ben @cem)"
    workspace.passes(hours=1)
    assert is_given_up(workspace)
    assert len(workspace.cards()) == 2
    workspace.card(rae.dm)


def test_an_edit_that_is_refused_for_good(workspace: Workspace, ana: Teammate, other: Channel) -> None:
    """Other cards are edited as ever; this one is posted anew."""
    ts = workspace.channel.messages[0].ts
    workspace.slack.refuses(EDIT, "msg_too_long", where=lambda args: args["ts"] == ts)
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=12)
    assert refused(workspace, "msg_too_long") == [0, 5]
    others_are_quick(workspace, ana, other)
    workspace.passes(minutes=5)
    assert "✅ Cleared after" in workspace.cards()[-1]
    assert len(workspace.threads()) == 3


def test_every_edit_is_refused(workspace: Workspace, ana: Teammate) -> None:
    """A new card tells how it stands; one that has changed again since stays as it is, and its thread tells the rest."""
    workspace.expected_errors.add("message_given_up")
    workspace.slack.refuses(EDIT, "nobody_has_heard_of_it")
    workspace.passes(minutes=6)
    assert len(workspace.threads()) == 2
    workspace.feldera.unsticks("orders")
    workspace.passes(hours=1)
    assert not is_given_up(workspace)
    assert "✅ Cleared after" in workspace.card(ana.dm)
    workspace.thread(ana.dm)
    workspace.threads()


def asks_where_she_is_not(workspace: Workspace, approvals: int) -> tuple[Teammate, Channel]:
    """A request of somebody whose card stands in a channel of the approvers."""
    rae, channel = workspace.requester("rae"), workspace.slack.adds_channel("approvals")
    workspace.rules("orders", f"approvals={approvals} channel={channel.id}")
    rae.requests("orders")
    return rae, channel


def test_a_requester_who_cannot_be_written_to(workspace: Workspace) -> None:
    workspace.expected_errors.add("message_given_up")
    rae, approvals = asks_where_she_is_not(workspace, 1)
    workspace.slack.refuses(POST, "user_disabled", where=lambda args: args["channel"] == rae.id)
    workspace.approver("ben").told("Approve")
    workspace.passes(seconds=10)
    assert workspace.thread(approvals)[-1].startswith("✅ Cleared `orders`")
    workspace.passes(hours=1)
    assert refused(workspace, "user_disabled") == [0, 5, 35, 155]
    assert is_given_up(workspace)
    assert rae.dms() == []


def test_a_requester_who_can_be_written_to_again(workspace: Workspace) -> None:
    """What was refused for a moment is told then, in the order in which it happened."""
    rae, approvals = asks_where_she_is_not(workspace, 2)
    is_open: list[bool] = []
    workspace.slack.refuses(
        POST, "user_disabled", where=lambda args: args["channel"] == rae.id and not is_open
    )
    for name in ("ben", "cem"):
        workspace.approver(name).told("Approve")
    workspace.passes(seconds=20)
    assert rae.dms() == []
    is_open.append(True)
    workspace.passes(minutes=1)
    assert rae.dms() == snapshot(
        [
            """\
👍 @ben approved the clear of `orders` (1 of 2). @rae
👍 @cem approved the clear of `orders` (2 of 2). @rae
✅ Cleared `orders` after 2 seconds. @rae (approved by @ben @cem)
This is about the clear of `orders`: see its thread.\
"""
        ]
    )
    workspace.thread(approvals)


def test_a_connection_that_breaks_at_one_message(workspace: Workspace, ana: Teammate, other: Channel) -> None:
    """It holds nothing up in another channel: there a card stands at once."""
    workspace.slack.loses_the_next_reply(POST)
    workspace.passes(seconds=25)
    assert workspace.slack.calls[-1].is_lost
    assert ana.clears("users", channel=other) == ["⏳ Confirmed. Follow the clear of `users` in its thread."]
    workspace.passes(seconds=5)
    assert workspace.thread()[-2:] == ["⏳ Still clearing `orders` after 30 seconds."] * 2
    workspace.threads(other)


def test_slack_hangs_in_one_channel(workspace: Workspace, ana: Teammate, other: Channel) -> None:
    """Another channel does not wait for it: its card stands, and its clear is sent, while the answer is still out."""
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
    assert ana.reads() == ["⏳ Confirmed. Follow the clear of `users` in its thread."]
    assert workspace.thread(other)[-1].startswith("✅ Cleared `users`")
    assert workspace.thread()[-1] == "⏳ Still clearing `orders` after 30 seconds."


def test_slack_breaks_at_one_message(workspace: Workspace, ana: Teammate, other: Channel) -> None:
    """It is tried once a minute at last, and never instead of others."""
    workspace.slack.refuses(POST, "internal_error", where=below_the_card(workspace.channel))
    workspace.passes(seconds=26)
    others_are_quick(workspace, ana, other)
    workspace.passes(minutes=4)
    assert refused(workspace, "internal_error") == [0, 5, 15, 35, 75, 135, 195]
    workspace.threads()
