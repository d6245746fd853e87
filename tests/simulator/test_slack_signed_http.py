"""Signed HTTP delivery, checked by the real Bolt server: signatures, three seconds, 200 or nothing."""

import asyncio
import json
import re
import socket
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import HURRIED, actions, button, client_of, echoing_app, patience, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def slack(request):
    async with SlackSimulator(MovableClock(), ack_timeout=patience(request)) as slack:
        slack.adds_channel("ops")
        yield slack


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
    app.router.add_post("/slack/events", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.serves_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield receiver
    await runner.cleanup()


async def test_bolt_takes_the_signature_and_answers(slack):
    """A command and a press of a button both pass Bolt's own check."""
    ana = slack.adds_person("ana")
    await client_of(slack).chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go"))])
    async with serving(echoing_app(slack)) as url:
        slack.serves_over_http(url)
        answer = await ana.types("/pipeline clear orders & more", channel="ops")
        pressed = await ana.clicks("Go")
    assert answer.text == "You typed clear orders &amp; more"
    assert pressed.error is None


async def test_bolt_refuses_a_signature_by_another_secret(slack):
    """The secret matters: the person sees that nothing was dispatched."""
    ana = slack.adds_person("ana")
    async with serving(echoing_app(slack, signing_secret="another")) as url:
        slack.serves_over_http(url)
        answer = await ana.types("/pipeline help", channel="ops")
        slack.serves_over_http(url, signing_secret="another")
        again = await ana.types("/pipeline help", channel="ops")
    assert (answer.error, again.error) == ("dispatch_failed", None)


async def test_a_command_is_a_signed_form(slack, receiver):
    """The body is the form Slack sends, and the signature is over exactly those bytes."""
    ana = slack.adds_person("ana")
    await ana.types("/pipeline clear a=b&c é", channel="ops")
    [(headers, body)] = receiver.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier(slack.signing_secret).is_valid_request(body + "x", headers)
    assert parse_qs(body)["text"] == ["clear a=b&amp;c é"]


async def test_a_press_is_json_in_one_field(slack, receiver):
    """Interactions come as a form with the single field `payload`."""
    ana = slack.adds_person("ana")
    await client_of(slack).chat_postMessage(channel="ops", text="x", blocks=[actions(button("Go"))])
    await ana.clicks("Go")
    [(_, body)] = receiver.requests
    form = parse_qs(body)
    assert set(form) == {"payload"}
    assert json.loads(form["payload"][0])["type"] == "block_actions"


async def test_a_duplicate_is_the_same_signed_request(slack, receiver):
    """Body, timestamp and signature are equal to the last byte."""
    ana = slack.adds_person("ana")
    slack.delivers_twice()
    await ana.types("/pipeline help", channel="ops")
    [(one_headers, one), (other_headers, other)] = receiver.requests
    signed = ("X-Slack-Signature", "X-Slack-Request-Timestamp")
    assert one == other
    assert [one_headers[name] for name in signed] == [other_headers[name] for name in signed]


@pytest.mark.parametrize("status", [201, 302, 404, 500])
async def test_anything_but_200_is_dispatch_failed(slack, receiver, status):
    """Whatever the body says."""
    ana = slack.adds_person("ana")
    receiver.answer = lambda: web.Response(status=status, text="sorry", headers={"Location": "/slack/events"})
    answer = await ana.types("/pipeline help", channel="ops")
    assert (answer.error, ana.ephemerals) == ("dispatch_failed", [])


async def test_a_server_that_is_not_there_is_dispatch_failed(slack):
    """Nobody listens on that port."""
    ana = slack.adds_person("ana")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        slack.serves_over_http(f"http://127.0.0.1:{unused.getsockname()[1]}/slack/events")
        answer = await ana.types("/pipeline help", channel="ops")
    assert answer.error == "dispatch_failed"


@pytest.mark.parametrize("slack", [HURRIED], indirect=True)
async def test_a_slow_server_is_operation_timeout(slack, receiver):
    """The request arrived, the answer did not come in time."""
    ana = slack.adds_person("ana")
    receiver.wait = asyncio.Event()
    answer = await ana.types("/pipeline help", channel="ops")
    receiver.wait.set()
    assert (answer.error, len(receiver.requests)) == ("operation_timeout", 1)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("", []), ("plain words", ["plain words"]), ('{"text": "in JSON"}', ["in JSON"]), ("[1]", ["[1]"])],
)
async def test_the_body_of_a_200_is_the_answer(slack, receiver, sent, shown):
    """Nothing, text, or a JSON message."""
    ana = slack.adds_person("ana")
    receiver.answer = lambda: web.Response(text=sent)
    answer = await ana.types("/pipeline help", channel="ops")
    assert answer.error is None
    assert [message.text for message in ana.ephemerals] == shown


async def test_a_command_with_the_word_payload_is_delivered_as_any_other(slack, receiver):
    """Bolt's parser trips over such a body; the simulator must not hide that."""
    ana = slack.adds_person("ana")
    await ana.types("/pipeline clear payload_x", channel="ops")
    [(_, body)] = receiver.requests
    assert re.search(r"text=clear\+payload_x", body)
    async with serving(echoing_app(slack)) as url:
        slack.serves_over_http(url)
        answer = await ana.types("/pipeline clear payload_x", channel="ops")
    assert answer.error == "dispatch_failed"
