"""What goes wrong on purpose: rate limits, server errors, lost replies, a Slack that is down."""

import asyncio

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import SlackSimulator
from tests.simulator.slack_apps import client_of, error_of, refusal, texts

pytestmark = pytest.mark.anyio


@pytest.fixture
def post(client, ops):
    return lambda text: client.chat_postMessage(channel=ops.id, text=text)


async def test_a_channel_takes_a_message_a_second(clock):
    """Faster is 429 with Retry-After; other channels, edits and refused posts do not count."""
    async with SlackSimulator(clock) as slack:
        ops, other, client = slack.adds_channel("ops"), slack.adds_channel("other"), client_of(slack)
        ts = (await client.chat_postMessage(channel=ops.id, text="one"))["ts"]
        clock.passes(seconds=0.9)
        refused = await refusal(client.chat_postMessage(channel=ops.id, text="two"))
        assert (refused.status_code, refused["error"]) == (429, "ratelimited")
        assert refused.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel=other.id, text="elsewhere")
        await client.chat_update(channel=ops.id, ts=ts, text="one, edited")
        clock.passes(seconds=0.1)
        await client.chat_postMessage(channel=ops.id, text="two")
    assert texts(ops.messages) == ["one, edited", "two"]


async def test_faults_strike_the_next_requests_of_that_method_only(slack, client, ops, post):
    slack.rate_limits("chat.postMessage", retry_after=30)
    slack.answers_500("chat.postMessage")
    slack.fails_next("chat.postMessage", "fatal_error", times=2)
    await client.auth_test()
    limited = await refusal(post("x"))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "30")
    assert (await refusal(post("x"))).status_code == 500
    for _ in range(2):
        assert await error_of(post("x")) == "fatal_error"
    assert slack.pending_faults == {}
    await post("at last")
    assert texts(ops.messages) == ["at last"]


async def test_some_requests_can_be_refused_for_good(slack, ops, post):
    slack.refuses("chat.postMessage", "nobody_has_heard_of_it", where=lambda args: "x" in args["text"])
    for _ in range(3):
        assert await error_of(post("x")) == "nobody_has_heard_of_it"
    await post("taken")
    slack.refuses_no_more("chat.postMessage")
    await post("x again")
    assert texts(ops.messages) == ["taken", "x again"]


async def test_a_lost_reply_leaves_the_message_there_and_a_dropped_request_nothing(slack, ops, post):
    slack.loses_the_next_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post("sent")
    assert slack.calls[-1].error is None
    slack.drops_the_next_request("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post("never sent")
    assert texts(ops.messages) == ["sent"]


async def test_a_client_that_repeats_after_a_lost_reply_posts_twice(slack, ops):
    """Slack has no idempotency key: this is what the SDK's default retries can do."""
    slack.loses_the_next_reply("chat.postMessage")
    retries = [AsyncConnectionErrorRetryHandler()]
    client = AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=retries)
    await client.chat_postMessage(channel=ops.id, text="again?")
    assert texts(ops.messages) == ["again?", "again?"]


async def test_it_can_go_down_and_come_back_with_everything(slack, client, ops, post):
    ts = (await post("before"))["ts"]
    await slack.goes_down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_update(channel=ops.id, ts=ts, text="during")
    await slack.comes_back()
    await client.chat_update(channel=ops.id, ts=ts, text="after")
    assert texts(ops.messages[0].history) == ["before", "after"]


async def test_a_request_hangs_until_it_is_let_go(slack, ops, post):
    """Neither done nor answered; then both, even for a client that gave up."""
    slack.hangs("chat.postMessage", times=2)
    posting = asyncio.create_task(post("late"))
    await slack.until(lambda: slack.hanging == 1)
    hasty = AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[], timeout=0.05)
    with pytest.raises(TimeoutError):
        await hasty.chat_postMessage(channel=ops.id, text="hasty")
    assert ops.messages == []
    slack.lets_go()
    assert (await posting)["ts"]
    await slack.until(lambda: len(ops.messages) == 2)
    assert slack.hanging == 0
