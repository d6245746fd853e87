"""What goes wrong on purpose: rate limits, server errors, lost replies, a Slack that is down."""

import asyncio

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of, error_of, refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


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


async def test_some_requests_can_be_refused_for_good(slack):
    """With any word, by their arguments; others are taken as ever."""
    ops = slack.adds_channel("ops")
    client = client_of(slack)
    slack.refuses("chat.postMessage", "nobody_has_heard_of_it", where=lambda args: "x" in args["text"])
    for _ in range(3):
        assert await error_of(client.chat_postMessage(channel=ops.id, text="x")) == "nobody_has_heard_of_it"
    await client.chat_postMessage(channel=ops.id, text="taken")
    assert [message.text for message in ops.messages] == ["taken"]


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


async def test_a_request_hangs_until_it_is_let_go(slack):
    """Neither done nor answered; then both. A Slack that stops lets all of them go."""
    ops, client = slack.adds_channel("ops"), client_of(slack)
    slack.hangs("chat.postMessage")
    posting = asyncio.create_task(client.chat_postMessage(channel=ops.id, text="late"))
    await slack.until(lambda: slack.hanging == 1)
    assert ops.messages == []
    slack.lets_go()
    assert (await posting)["ts"] == ops.messages[0].ts
    assert slack.hanging == 0


async def test_a_client_that_gave_up_does_not_stop_a_hanging_request(slack):
    """It is done later all the same, unless Slack goes down before."""
    ops = slack.adds_channel("ops")
    hasty = AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[], timeout=0.05)
    slack.hangs("chat.postMessage")
    with pytest.raises(TimeoutError):
        await hasty.chat_postMessage(channel=ops.id, text="late")
    slack.lets_go()
    await slack.until(lambda: len(ops.messages) == 1)
