"""Slack's Web API behind a company's proxy: what the proxy fails at was not done, so it is not in doubt."""

from contextlib import asynccontextmanager

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.web_api import CallUnanswered, ask, in_words, session
from tests import proxy as proxies
from tests.proxy import small_proxy

pytestmark = pytest.mark.anyio

OVER_TLS, PLAIN = "https://slack.example/api/", "http://slack.example/api/"


@pytest.fixture
async def proxy():
    async with small_proxy("user:hush%40") as proxy:
        yield proxy


@asynccontextmanager
async def client_of(url, proxy, *, within=5.0):
    async with session(within) as connections:
        yield AsyncWebClient("xoxb-1", base_url=url, session=connections, retry_handlers=[], proxy=proxy)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (proxies.BUSY, "the proxy answers 503"),
        (proxies.WANTS_A_PASSWORD, "the proxy answers 407"),
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", "the proxy answers 429"),
        (proxies.JUNK + b"\r\n", "what the proxy answers makes no sense"),
        (proxies.DROPS, "the connection broke"),
        (proxies.TUNNEL_TO_NOWHERE, "no connection"),
    ],
)
async def test_what_the_proxy_fails_at_was_not_done(proxy, answer, why):
    """A post that never left is made again without a doubt whether it stands already."""
    proxy.fails_with(answer)
    async with client_of(OVER_TLS, proxy.url) as client:
        outcome = await ask(client.chat_postMessage(channel="C1", text="x"))
    assert outcome == CallUnanswered(why, in_doubt=False, is_silence=True)
    assert in_words(outcome, OVER_TLS) == f"Slack cannot be reached at {OVER_TLS} ({why})."
    assert proxy.asked == ["CONNECT slack.example:443 HTTP/1.1"]


async def test_a_proxy_that_hangs(proxy):
    proxy.hangs()
    async with client_of(OVER_TLS, proxy.url, within=0.2) as client:
        outcome = await ask(client.chat_postMessage(channel="C1", text="x"))
    assert outcome == CallUnanswered("no answer in time", in_doubt=False, is_silence=True)


async def test_a_proxy_that_is_down():
    async with small_proxy() as proxy:
        pass
    async with client_of(OVER_TLS, proxy.url) as client:
        outcome = await ask(client.chat_postMessage(channel="C1", text="x"))
    assert outcome == CallUnanswered("no connection to the proxy", in_doubt=False, is_silence=True)


@pytest.mark.parametrize("answer", [proxies.BUSY, proxies.JUNK + b"\r\n", proxies.DROPS])
async def test_without_tls_the_proxy_has_the_call_itself(proxy, answer):
    """It may have passed it on: that stays in doubt."""
    proxy.fails_with(answer)
    async with client_of(PLAIN, proxy.url) as client:
        outcome = await ask(client.chat_postMessage(channel="C1", text="x"))
    assert isinstance(outcome, CallUnanswered)
    assert outcome.in_doubt


async def test_a_session_that_does_not_tell_leaves_it_in_doubt(proxy):
    """Only what was seen not to have begun counts as not sent."""
    proxy.fails_with(proxies.DROPS)
    client = AsyncWebClient("xoxb-1", base_url=OVER_TLS, retry_handlers=[], proxy=proxy.url)
    outcome = await ask(client.chat_postMessage(channel="C1", text="x"))
    assert isinstance(outcome, CallUnanswered)
    assert outcome.in_doubt
