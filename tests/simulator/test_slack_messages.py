"""Posting and editing through the real slack_sdk client: where a message may go, what it may say, who may change it."""

import pytest

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.state.workspace import Content
from tests.clock import START
from tests.simulator.slack_apps import actions, button, client_of, error_of, plain, refusal, section, texts

pytestmark = pytest.mark.anyio


async def test_a_message_is_told_back_as_it_stands(client, ops):
    blocks = [actions({**button("Stop"), "action_id": None})]
    answer = await client.chat_postMessage(channel=ops.id, text="Clearing", blocks=blocks)
    [message] = ops.messages
    assert (answer["channel"], answer["ts"]) == (ops.id, message.ts) == (ops.id, "1772420400.000100")
    assert answer["message"]["bot_id"] == "B0PIPELINE"
    [block] = answer["message"]["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_timestamps_are_unique_and_grow_with_the_clock(slack, client, ops, clock):
    """Messages of one second differ in their last digits, whatever their channel; a later second starts anew."""
    other, second = slack.adds_channel("other"), int(START.timestamp())
    answers = [await client.chat_postMessage(channel=each.id, text="x") for each in (ops, other)]
    clock.passes(seconds=1.5)
    answers.append(await client.chat_postMessage(channel=ops.id, text="x"))
    stamps = [f"{second}.000100", f"{second}.000200", f"{second + 1}.000100"]
    assert [answer["ts"] for answer in answers] == stamps


async def test_a_message_needs_a_place_that_takes_it(slack, client):
    private = slack.adds_channel("secret", private=True, bot_is_member=False)
    elsewhere = slack.adds_channel("elsewhere", bot_is_member=False)
    archived, restricted = slack.adds_channel("old"), slack.adds_channel("announcements")
    archived.archive()
    restricted.restricts_posting()
    gone, ana = slack.adds_person("gone", deactivated=True), slack.adds_person("ana")
    slack.disables_messages_tab()
    refusals = {
        "C0NOWHERE": "channel_not_found",
        private.id: "channel_not_found",
        elsewhere.id: "not_in_channel",
        archived.id: "is_archived",
        restricted.id: "restricted_action",
        gone.id: "channel_not_found",
        ana.id: "messages_tab_disabled",
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
    async with SlackSimulator(clock, scopes={"commands", "chat:write", "chat:write.public"}) as slack:
        public = slack.adds_channel("public", bot_is_member=False)
        private = slack.adds_channel("private", bot_is_member=False, private=True)
        await client_of(slack).chat_postMessage(channel=public.id, text="x")
        posting = client_of(slack).chat_postMessage(channel=private.id, text="x")
        assert await error_of(posting) == "channel_not_found"


async def test_a_persons_id_is_their_direct_messages(client, ana):
    answer = await client.chat_postMessage(channel=ana.id, text="psst")
    assert answer["channel"] == ana.dm.id
    assert answer["channel"].startswith("D")
    assert texts(ana.dms) == ["psst"]


async def test_a_reply_needs_a_root_in_the_same_channel(slack, client, ops):
    """thread_ts is the ts of a message there that is no reply itself."""
    other = slack.adds_channel("other")
    root = (await client.chat_postMessage(channel=ops.id, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root))["ts"]
    for channel, thread_ts in ((ops, "1.000100"), (ops, reply), (other, root)):
        posting = client.chat_postMessage(channel=channel.id, text="x", thread_ts=thread_ts)
        assert await error_of(posting) == "invalid_thread_ts"
    for message in ops.messages:
        assert texts(slack.thread(message)) == ["root", "reply"]


async def test_an_edit_keeps_the_ts_and_the_history(client, ops):
    posted = await client.chat_postMessage(channel=ops.id, text="before", blocks=[section("before")])
    await client.chat_update(channel=ops.id, ts=posted["ts"], text="after")
    [message] = ops.messages
    assert (message.ts, message.text, message.blocks, message.edited) == (posted["ts"], "after", (), 1)
    assert texts(message.history) == ["before", "after"]


async def test_only_ones_own_standing_messages_can_be_edited(slack, client, ana, ops):
    own = (await client.chat_postMessage(channel=ops.id, text="x"))["ts"]
    theirs = ana.says("I did it", channel=ops).ts
    for place, ts, error in (
        (ops, theirs, "cant_update_message"),
        (ops, "1.000100", "message_not_found"),
        (ops, slack.workspace.shows_only(ana.id, ops, content=Content("x")).ts, "message_not_found"),
        (ana, own, "channel_not_found"),
    ):
        assert await error_of(client.chat_update(channel=place.id, ts=ts, text="y")) == error
    missing = await refusal(client.api_call("chat.update", json={"channel": ops.id, "text": "x"}))
    assert missing["error"] == "invalid_arguments"
    assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]
    ops.archive()
    assert await error_of(client.chat_update(channel=ops.id, ts=own, text="y")) == "is_inactive"


async def test_text_has_its_limits(client, ops):
    ts = (await client.chat_postMessage(channel=ops.id, text="x" * 40_001))["ts"]
    assert len(ops.messages[0].text) == 40_000
    await client.chat_update(channel=ops.id, ts=ts, text="y" * 4000)
    assert await error_of(client.chat_update(channel=ops.id, ts=ts, text="y" * 4001)) == "msg_too_long"


async def test_what_would_ring_a_crowd_is_noted_not_refused(slack, client, ana, ops):
    """Slack takes an unescaped token; the books name each so that a story can say there was none."""
    fine = f"<@{ana.id}> in <#{ops.id}> <https://example.org|here> <b> &lt;!channel&gt; <!date^1^x|y>"
    ts = (await client.chat_postMessage(channel=ops.id, text=fine, blocks=[section(fine)]))["ts"]
    assert slack.suspicious == []
    await client.chat_update(channel=ops.id, ts=ts, text="<!channel>", blocks=[section("hi <@U0NOBODY>")])
    header = {"type": "header", "text": plain("<!here>")}
    await client.chat_postMessage(channel=ops.id, text="<!subteam^S1|all> <#C0NO|x>", blocks=[header])
    assert slack.suspicious == ["<!channel>", "<@U0NOBODY>", "<!subteam^S1|all>", "<#C0NO|x>"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        ({"text": ["x"]}, "invalid_arguments"),
        ({"text": "x", "attachments": [{"text": "x"}]}, "attachments_are_not_simulated"),
    ],
)
async def test_a_message_that_says_nothing_or_cannot_be_read_is_refused(client, ops, arguments, error):
    posting = client.api_call("chat.postMessage", json={"channel": ops.id, **arguments})
    assert await error_of(posting) == error
    assert ops.messages == []
