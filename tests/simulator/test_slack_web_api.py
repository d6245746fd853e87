"""The simulated Web API, through the real slack_sdk client: who may call what, where a message may go, what goes wrong."""

import re

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import RecordedCall, SlackSimulator
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import actions, button, client_of, section

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


async def refusal(call):
    """The body of the answer to a call that Slack refuses."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response


async def error_of(call):
    return (await refusal(call))["error"]


async def test_auth_test_says_who_the_bot_is(slack):
    """The bot's ids, its workspace, and its scopes in the header Bolt reads."""
    answer = await client_of(slack).auth_test()
    assert answer.data == {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "Acme",
        "user": "pipeline",
        "team_id": "T0ACME",
        "user_id": "U0PIPELINE",
        "bot_id": "B0PIPELINE",
        "is_enterprise_install": False,
    }
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


async def test_a_token_must_be_known_and_of_the_right_kind(slack):
    """No token, a wrong one, the app's for the bot's method and the other way round: four different refusals."""
    assert await error_of(AsyncWebClient(base_url=slack.url).auth_test()) == "not_authed"
    assert await error_of(client_of(slack, "xoxb-other").auth_test()) == "invalid_auth"
    assert await error_of(client_of(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    opening = client_of(slack).apps_connections_open(app_token=slack.bot_token)
    assert await error_of(opening) == "not_allowed_token_type"
    slack.refuses_tokens()
    assert await error_of(client_of(slack).auth_test()) == "invalid_auth"
    slack.accepts_tokens()
    assert (await client_of(slack).auth_test())["ok"]


async def test_a_missing_scope_is_named_with_those_there_are(slack):
    """The refusal says which scope the app would need."""
    ana = slack.adds_person("ana")
    refused = await refusal(client_of(slack).users_info(user=ana.id))
    assert refused.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "chat:write,commands",
    }
    assert await error_of(client_of(slack).conversations_open(users=ana.id)) == "missing_scope"


async def test_an_unknown_method_is_refused(slack):
    """Slack answers 200 with unknown_method, never 404."""
    assert await error_of(client_of(slack).api_call("chat.shout")) == "unknown_method"


async def test_a_body_may_be_a_form_or_json(slack, clock):
    """Forms carry blocks as JSON text; both kinds post the same message."""
    ops = slack.adds_channel("ops")
    blocks = [{"type": "divider", "block_id": "b"}]
    await client_of(slack).chat_postMessage(channel=ops.id, text="by JSON", blocks=blocks)
    clock.passes(seconds=1)
    form = {"channel": ops.id, "text": "by form", "blocks": '[{"type": "divider", "block_id": "b"}]'}
    await client_of(slack).api_call("chat.postMessage", data=form)
    assert [(message.text, list(message.blocks)) for message in ops.messages] == [
        ("by JSON", blocks),
        ("by form", blocks),
    ]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_malformed_body_is_refused(slack, body, error):
    """JSON that is none, or no object."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.url}auth.test", data=body, headers=headers) as response,
    ):
        assert (await response.json())["error"] == error


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
    whisper = (await client.chat_postEphemeral(channel=ops.id, user=ana.id, text="x"))["message_ts"]
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


async def test_text_has_its_limits(slack, clock):
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
    clock.passes(seconds=1)
    both = client.chat_postMessage(channel=ops.id, text="x", markdown_text="x")
    assert await error_of(both) == "markdown_text_conflict"


async def test_metadata_is_kept_with_the_message(slack):
    """An edit without metadata leaves it; a malformed one is refused."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    metadata = {"event_type": "operation", "event_payload": {"id": "op_1"}}
    ts = (await client.chat_postMessage(channel=ops.id, text="x", metadata=metadata))["ts"]
    await client.chat_update(channel=ops.id, ts=ts, text="y")
    assert ops.messages[0].metadata == metadata
    broken = client.chat_update(channel=ops.id, ts=ts, text="y", metadata={"event_type": "x"})
    assert await error_of(broken) == "invalid_metadata_format"


async def test_an_ephemeral_message_is_for_a_member_only(slack):
    """The person must be in the channel, and so must the bot; nobody else sees it."""
    ana, ben, cleo = (slack.adds_person(name) for name in ("ana", "ben", "cleo"))
    ops = slack.adds_channel("ops", members=[ana, ben])
    client = client_of(slack)
    await client.chat_postEphemeral(channel=ops.id, user=ana.id, text="only you")
    assert [message.text for message in ana.sees("ops")] == ["only you"]
    assert ben.sees("ops") == []
    outside = client.chat_postEphemeral(channel=ops.id, user=cleo.id, text="x")
    assert await error_of(outside) == "user_not_in_channel"
    ops.bot_leaves()
    assert (
        await error_of(client.chat_postEphemeral(channel=ops.id, user=ana.id, text="x")) == "not_in_channel"
    )


async def test_a_permalink_leads_to_the_message_and_its_thread(slack, clock):
    """Of a reply it names the thread as well."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    root = (await client.chat_postMessage(channel=ops.id, text="root"))["ts"]
    clock.passes(seconds=1)
    reply = (await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root))["ts"]
    link = await client.chat_getPermalink(channel=ops.id, message_ts=root)
    assert link["permalink"] == f"https://acme.slack.com/archives/{ops.id}/p1772420400000100"
    link = await client.chat_getPermalink(channel=ops.id, message_ts=reply)
    assert link["permalink"].endswith(f"/p1772420401000100?thread_ts={root}&cid={ops.id}")
    missing = client.chat_getPermalink(channel=ops.id, message_ts="1.1")
    assert await error_of(missing) == "message_not_found"


async def test_users_info_tells_what_to_check_before_trusting_somebody(clock):
    """Guest, deactivated, bot and external people can be told apart."""
    async with SlackSimulator(clock, scopes={"users:read", "im:write"}) as slack:
        people = [
            slack.adds_person("ana"),
            slack.adds_person("guest", guest=True),
            slack.adds_person("gone", deactivated=True),
            slack.adds_person("robot", is_bot=True),
            slack.adds_person("stranger", team="T0OTHER"),
        ]
        client = client_of(slack)
        users = [(await client.users_info(user=person.id))["user"] for person in people]
        assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
        opened = await client.conversations_open(users=people[0].id)
        assert opened["channel"]["id"] == people[0].dm.id
        assert await error_of(client.conversations_open(users=people[3].id)) == "cannot_dm_bot"
    traits = ("is_restricted", "deleted", "is_bot", "is_stranger", "team_id")
    assert [tuple(user[trait] for trait in traits) for user in users] == [
        (False, False, False, False, "T0ACME"),
        (True, False, False, False, "T0ACME"),
        (False, True, False, False, "T0ACME"),
        (False, False, True, False, "T0ACME"),
        (False, False, False, True, "T0OTHER"),
    ]


async def test_a_channel_takes_a_message_a_second(slack, clock):
    """Faster is 429 with Retry-After; other channels, edits and refused posts do not count."""
    ops, other = slack.adds_channel("ops"), slack.adds_channel("other")
    client = client_of(slack)
    ts = (await client.chat_postMessage(channel=ops.id, text="one"))["ts"]
    clock.passes(seconds=0.9)
    refused = await refusal(client.chat_postMessage(channel=ops.id, text="two"))
    assert (refused.status_code, refused["error"], refused.headers["Retry-After"]) == (
        429,
        "ratelimited",
        "1",
    )
    await client.chat_postMessage(channel=other.id, text="elsewhere")
    await client.chat_update(channel=ops.id, ts=ts, text="one, edited")
    clock.passes(seconds=0.1)
    await client.chat_postMessage(channel=ops.id, text="two")
    assert [message.text for message in ops.messages] == ["one, edited", "two"]


async def test_pacing_can_be_left_out(clock):
    """For stories that are not about it."""
    async with SlackSimulator(clock, strict_pacing=False) as slack:
        ops = slack.adds_channel("ops")
        for text in ("one", "two"):
            await client_of(slack).chat_postMessage(channel=ops.id, text=text)
    assert len(ops.messages) == 2


async def test_faults_strike_the_next_requests_of_that_method_only(slack):
    """Each is used up by one request, and nothing of a refused request happens."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    slack.rate_limits("chat.postMessage", retry_after=30)
    slack.answers_500("chat.postMessage")
    slack.fails_next("chat.postMessage", "fatal_error", times=2)
    await client.auth_test()
    limited = await refusal(client.chat_postMessage(channel=ops.id, text="x"))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "30")
    assert (await refusal(client.chat_postMessage(channel=ops.id, text="x"))).status_code == 500
    for _ in range(2):
        assert await error_of(client.chat_postMessage(channel=ops.id, text="x")) == "fatal_error"
    assert slack.pending_faults == {}
    assert ops.messages == []
    await client.chat_postMessage(channel=ops.id, text="at last")
    assert [message.text for message in ops.messages] == ["at last"]


async def test_a_lost_reply_leaves_the_message_there(slack):
    """The client learns nothing, but everybody can read it."""
    ops = slack.adds_channel("ops")
    slack.loses_the_next_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client_of(slack).chat_postMessage(channel=ops.id, text="sent")
    assert [message.text for message in ops.messages] == ["sent"]
    assert slack.calls[-1].error is None


async def test_a_dropped_request_leaves_nothing(slack):
    """The same to the client, but nothing was posted."""
    ops = slack.adds_channel("ops")
    slack.drops_the_next_request("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await client_of(slack).chat_postMessage(channel=ops.id, text="never sent")
    assert ops.messages == []


async def test_a_client_that_repeats_after_a_lost_reply_posts_twice(clock):
    """Slack has no idempotency key: this is what the SDK's default retries can do."""
    async with SlackSimulator(clock, strict_pacing=False) as slack:
        ops = slack.adds_channel("ops")
        slack.loses_the_next_reply("chat.postMessage")
        client = AsyncWebClient(
            slack.bot_token, base_url=slack.url, retry_handlers=[AsyncConnectionErrorRetryHandler()]
        )
        await client.chat_postMessage(channel=ops.id, text="again?")
    assert [message.text for message in ops.messages] == ["again?", "again?"]


async def test_it_can_go_down_and_come_back_with_everything(slack):
    """While it is down nobody gets through; afterwards the same address has the same messages."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    ts = (await client.chat_postMessage(channel=ops.id, text="before"))["ts"]
    await slack.goes_down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_update(channel=ops.id, ts=ts, text="during")
    await slack.comes_back()
    await client.chat_update(channel=ops.id, ts=ts, text="after")
    assert [version.text for version in ops.messages[0].history] == ["before", "after"]


async def test_the_books_hold_every_call_and_no_token(slack):
    """Method, arguments, error and time, in order; wherever a token was sent, it is left out."""
    ops = slack.adds_channel("ops")
    await client_of(slack).chat_postMessage(channel=ops.id, text="x")
    await error_of(
        client_of(slack).api_call("chat.postMessage", params={"channel": "C0NOWHERE", "text": "y"})
    )
    await AsyncWebClient(base_url=slack.url).api_call("auth.test", data={"token": slack.bot_token})
    assert slack.calls == [
        RecordedCall("chat.postMessage", {"channel": ops.id, "text": "x"}, None, START),
        RecordedCall("chat.postMessage", {"channel": "C0NOWHERE", "text": "y"}, "channel_not_found", START),
        RecordedCall("auth.test", {}, None, START),
    ]


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


async def test_a_lone_client_can_use_any_free_port(clock):
    """Two workspaces run side by side; the address tells which is which."""
    async with SlackSimulator(clock) as one, SlackSimulator(clock) as two:
        assert one.url != two.url
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/", one.url)
