"""Posting and editing through the real slack_sdk client: where a message may go, what it may say, who may change it."""

import pytest

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.workspace import Content
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import actions, button, client_of, error_of, refusal, section

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


async def test_a_message_is_told_back_as_it_stands(slack):
    """The answer carries the channel, the ts and the message, with the ids Slack invented."""
    ops = slack.adds_channel("ops")
    answer = await client_of(slack).chat_postMessage(
        channel=ops.id, text="Clearing", blocks=[actions({**button("Stop"), "action_id": None})]
    )
    [message] = ops.messages
    assert (answer["channel"], answer["ts"]) == (ops.id, message.ts) == (ops.id, "1772420400.000100")
    assert answer["message"]["bot_id"] == "B0PIPELINE"
    [block] = answer["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_timestamps_are_unique_and_grow_with_the_clock(slack, clock):
    """Messages of one second differ in their last digits; a later second starts anew."""
    one, two = slack.adds_channel("one"), slack.adds_channel("two")
    client = client_of(slack)
    answers = [await client.chat_postMessage(channel=each.id, text="x") for each in (one, two)]
    clock.passes(seconds=1.5)
    answers.append(await client.chat_postMessage(channel=one.id, text="x"))
    second = int(START.timestamp())
    assert [answer["ts"] for answer in answers] == [
        f"{second}.000100",
        f"{second}.000200",
        f"{second + 1}.000100",
    ]


async def test_a_message_needs_a_place_that_takes_it(slack):
    """Each reason Slack has for not taking a message has its own code."""
    private = slack.adds_channel("secret", private=True, bot_is_member=False)
    elsewhere = slack.adds_channel("elsewhere", bot_is_member=False)
    archived, restricted = slack.adds_channel("old"), slack.adds_channel("announcements")
    archived.archive()
    restricted.restricts_posting()
    gone = slack.adds_person("gone", deactivated=True)
    client = client_of(slack)
    refusals = {
        "C0NOWHERE": "channel_not_found",
        private.id: "channel_not_found",
        elsewhere.id: "not_in_channel",
        archived.id: "is_archived",
        restricted.id: "restricted_action",
        gone.id: "channel_not_found",
    }
    for place, error in refusals.items():
        assert await error_of(client.chat_postMessage(channel=place, text="x")) == error
    private.bot_joins()
    elsewhere.bot_joins()
    await client.chat_postMessage(channel=private.id, text="x")
    await client.chat_postMessage(channel="#elsewhere", text="x")
    elsewhere.bot_leaves()
    assert await error_of(client.chat_postMessage(channel=elsewhere.id, text="x")) == "not_in_channel"


async def test_chat_write_public_opens_public_channels_only(clock):
    """With that scope the bot posts in public channels it never joined; private ones stay hidden."""
    scopes = {"commands", "chat:write", "chat:write.public"}
    async with SlackSimulator(clock, scopes=scopes) as slack:
        public = slack.adds_channel("public", bot_is_member=False)
        private = slack.adds_channel("private", bot_is_member=False, private=True)
        await client_of(slack).chat_postMessage(channel=public.id, text="x")
        assert (
            await error_of(client_of(slack).chat_postMessage(channel=private.id, text="x"))
            == "channel_not_found"
        )
    assert len(public.messages) == 1


async def test_a_persons_id_is_their_direct_messages(slack):
    """Posting to a user opens the conversation and tells its id; without a messages tab there is none."""
    ana = slack.adds_person("ana")
    answer = await client_of(slack).chat_postMessage(channel=ana.id, text="psst")
    assert answer["channel"] == ana.dm.id
    assert answer["channel"].startswith("D")
    assert [message.text for message in ana.dms] == ["psst"]
    slack.disables_messages_tab()
    assert (
        await error_of(client_of(slack).chat_postMessage(channel=ana.id, text="x")) == "messages_tab_disabled"
    )


async def test_a_reply_needs_a_root_in_the_same_channel(slack, clock):
    """thread_ts is the ts of a message there that is no reply itself."""
    ops, other = slack.adds_channel("ops"), slack.adds_channel("other")
    client = client_of(slack)
    root = (await client.chat_postMessage(channel=ops.id, text="root"))["ts"]
    clock.passes(seconds=1)
    reply = (await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root))["ts"]
    clock.passes(seconds=1)
    for channel, thread_ts in ((ops, "1.000100"), (ops, reply), (other, root)):
        posting = client.chat_postMessage(channel=channel.id, text="x", thread_ts=thread_ts)
        assert await error_of(posting) == "invalid_thread_ts"
    assert [message.text for message in slack.thread(ops.messages[0])] == ["root", "reply"]
    assert slack.thread(ops.messages[1]) == slack.thread(ops.messages[0])


async def test_an_edit_keeps_the_ts_and_the_history(slack):
    """The message stays where it is; text without blocks takes the blocks away."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    ts = (await client.chat_postMessage(channel=ops.id, text="before", blocks=[section("before")]))["ts"]
    await client.chat_update(channel=ops.id, ts=ts, text="after")
    [message] = ops.messages
    assert (message.ts, message.text, message.blocks, message.edited) == (ts, "after", (), 1)
    assert [version.text for version in message.history] == ["before", "after"]


async def test_only_ones_own_standing_messages_can_be_edited(slack):
    """Not somebody else's, not one that never was, not an ephemeral one, not in an archived channel."""
    ana, ops = slack.adds_person("ana"), slack.adds_channel("ops")
    client = client_of(slack)
    own = (await client.chat_postMessage(channel=ops.id, text="x"))["ts"]
    whisper = slack.workspace.shows_only(ana.id, ops, content=Content("x")).ts
    theirs = ana.says("I did it", channel=ops).ts
    for ts, error in (
        (theirs, "cant_update_message"),
        ("1.000100", "message_not_found"),
        (whisper, "message_not_found"),
    ):
        assert await error_of(client.chat_update(channel=ops.id, ts=ts, text="y")) == error
    assert await error_of(client.chat_update(channel=ana.id, ts=own, text="y")) == "channel_not_found"
    ops.archive()
    assert await error_of(client.chat_update(channel=ops.id, ts=own, text="y")) == "is_inactive"


async def test_text_has_its_limits(slack):
    """Nothing is no_text; a post is cut at 40,000 characters, an edit beyond 4,000 is refused."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    for nothing in ({}, {"text": "  "}, {"blocks": []}):
        posting = client.api_call("chat.postMessage", json={"channel": ops.id, **nothing})
        assert await error_of(posting) == "no_text"
    ts = (await client.chat_postMessage(channel=ops.id, text="x" * 40_001))["ts"]
    assert len(ops.messages[0].text) == 40_000
    await client.chat_update(channel=ops.id, ts=ts, text="y" * 4000)
    assert await error_of(client.chat_update(channel=ops.id, ts=ts, text="y" * 4001)) == "msg_too_long"


async def test_what_would_ring_a_crowd_is_noted_not_refused(slack, clock):
    """Slack takes an unescaped token; the books name each so that a story can say there was none."""
    ana, ops = slack.adds_person("ana"), slack.adds_channel("ops")
    client = client_of(slack)
    fine = f"<@{ana.id}> in <#{ops.id}> <https://example.org|here> <b> &lt;!channel&gt; <!date^1^x|y>"
    ts = (await client.chat_postMessage(channel=ops.id, text=fine, blocks=[section(fine)]))["ts"]
    assert slack.suspicious == []
    await client.chat_update(channel=ops.id, ts=ts, text="<!channel>", blocks=[section("hi <@U0NOBODY>")])
    clock.passes(seconds=1)
    header = {"type": "header", "text": {"type": "plain_text", "text": "<!here>"}}
    await client.chat_postMessage(channel=ops.id, text="<!subteam^S1|all> <#C0NO|x>", blocks=[header])
    assert slack.suspicious == ["<!channel>", "<@U0NOBODY>", "<!subteam^S1|all>", "<#C0NO|x>"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        ({"text": ["x"]}, "invalid_arguments"),
        ({"text": "x", "attachments": [{"text": "x"}]}, "attachments_are_not_simulated"),
    ],
)
async def test_a_message_that_cannot_be_read_is_refused(slack, arguments, error):
    """Nothing is posted, and the error says what it was."""
    ops = slack.adds_channel("ops")
    posting = client_of(slack).api_call("chat.postMessage", json={"channel": ops.id, **arguments})
    assert await error_of(posting) == error
    assert ops.messages == []


async def test_a_required_argument_is_named(slack):
    """An edit needs the ts of a message."""
    ops = slack.adds_channel("ops")
    answer = await refusal(client_of(slack).api_call("chat.update", json={"channel": ops.id, "text": "x"}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]
