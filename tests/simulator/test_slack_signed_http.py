"""Signed HTTP delivery, checked by the real Bolt server: signatures, three seconds, 200 or nothing."""

import asyncio
import json
import socket
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.simulator.slack_apps import HURRIED, actions, button, echoing_app, serving, texts
from tests.streams import served

pytestmark = pytest.mark.anyio


class Receiver:
    """A server that keeps what it was sent, and answers as told."""

    def __init__(self):
        self.requests = []
        self.answer = web.Response
        self.wait = None

    async def handle(self, request):
        self.requests.append((dict(request.headers), await request.text()))
        if self.wait is not None:
            await self.wait.wait()
        return self.answer()


@pytest.fixture
async def receiver(slack):
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/slack/events", receiver.handle)
    async with served(app) as url:
        slack.serves_over_http(f"{url}/slack/events")
        yield receiver


@pytest.fixture
def types(ana, ops):
    return lambda text: ana.types(f"/pipeline {text}", channel=ops)


async def test_bolt_takes_the_signature_of_a_command_and_of_a_press(slack, client, ana, ops, types):
    await client.chat_postMessage(channel=ops.id, text="x", blocks=[actions(button("Go"))])
    async with serving(echoing_app(slack)) as url:
        slack.serves_over_http(url)
        assert (await types("clear orders & more")).text == "You typed clear orders &amp; more"
        assert (await ana.clicks("Go")).error is None
        slack.serves_over_http(url, signing_secret="another")
        assert (await types("help")).error == "dispatch_failed"


async def test_a_command_is_a_signed_form(slack, receiver, types):
    """The body is the form Slack sends, and the signature is over exactly those bytes; a duplicate is the same."""
    slack.delivers_twice()
    await types("clear a=b&c é")
    [(headers, body), (again, other)] = receiver.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier(slack.signing_secret).is_valid_request(body + "x", headers)
    assert parse_qs(body)["text"] == ["clear a=b&amp;c é"]
    signed = ("X-Slack-Signature", "X-Slack-Request-Timestamp")
    assert (body, *(headers[name] for name in signed)) == (other, *(again[name] for name in signed))


async def test_a_press_is_json_in_one_field(client, receiver, ana, ops):
    await client.chat_postMessage(channel=ops.id, text="x", blocks=[actions(button("Go"))])
    await ana.clicks("Go")
    [(_, body)] = receiver.requests
    form = parse_qs(body)
    assert set(form) == {"payload"}
    assert json.loads(form["payload"][0])["type"] == "block_actions"


@pytest.mark.parametrize("status", [201, 302, 404, 500])
async def test_anything_but_200_is_dispatch_failed(receiver, ana, types, status):
    receiver.answer = lambda: web.Response(status=status, text="sorry", headers={"Location": "/slack/events"})
    assert ((await types("help")).error, ana.ephemerals) == ("dispatch_failed", [])
    assert len(receiver.requests) == 1


async def test_a_server_that_is_not_there_is_dispatch_failed(slack, types):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        slack.serves_over_http(f"http://127.0.0.1:{unused.getsockname()[1]}/slack/events")
        assert (await types("help")).error == "dispatch_failed"


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_a_slow_server_is_operation_timeout(receiver, types):
    receiver.wait = asyncio.Event()
    answer = await types("help")
    receiver.wait.set()
    assert (answer.error, len(receiver.requests)) == ("operation_timeout", 1)


async def test_the_body_of_a_200_is_the_answer(receiver, ana, types):
    for body in ("", "plain words", '{"text": "in JSON"}', "[1]"):
        receiver.answer = lambda body=body: web.Response(text=body)
        assert (await types("help")).error is None
    assert texts(ana.ephemerals) == ["plain words", "in JSON", "[1]"]


async def test_a_command_with_the_word_payload_is_delivered_as_any_other(slack, receiver, types):
    """Bolt's parser trips over such a body; the simulator must not hide that."""
    await types("clear payload_x")
    [(_, body)] = receiver.requests
    assert "text=clear+payload_x" in body
    async with serving(echoing_app(slack)) as url:
        slack.serves_over_http(url)
        assert (await types("clear payload_x")).error == "dispatch_failed"
