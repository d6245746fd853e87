"""Real Bolt apps and slack_sdk clients to try the simulated Slack with, and the blocks that they send."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.simulator.slack import SlackSimulator
from tests.streams import served

HURRIED = 0.3  # seconds: for what is about an app that does not answer


def client_of(slack: SlackSimulator, token: str | None = None) -> AsyncWebClient:
    """A client that repeats nothing on its own."""
    return AsyncWebClient(token or slack.bot_token, base_url=slack.url, retry_handlers=[])


def echoing_app(slack: SlackSimulator, *, signing_secret: str | None = None) -> AsyncApp:
    """Answers `/pipeline` with what it was told, and acknowledges every button."""
    app = AsyncApp(client=client_of(slack), signing_secret=signing_secret or slack.signing_secret)

    @app.command("/pipeline")
    async def echo(ack, command):
        await ack(f"You typed {command['text']}")

    @app.action(re.compile(".*"))
    async def acknowledge(ack):
        await ack()

    return app


class FormApp:
    """Opens `opens` for `/open` and a shortcut, suggests `options`, and answers submissions with `answers`."""

    def __init__(self, slack: SlackSimulator, opens=None) -> None:
        self.bolt = echoing_app(slack)
        self.opens = opens
        self.options = []
        self.answers = {}
        self.heard = []
        self.is_slow = False

        @self.bolt.command("/open")
        @self.bolt.shortcut("open")
        async def opens_view(ack, body, client):
            await client.views_open(trigger_id=body["trigger_id"], view=self.opens)
            await ack()

        @self.bolt.options("find")
        async def suggests(ack):
            if not self.is_slow:
                await ack(options=self.options)

        @self.bolt.view("form")
        async def submitted(ack, view):
            self.heard.append(view["state"]["values"])
            await ack(**self.answers)


@asynccontextmanager
async def connected(app: AsyncApp, slack: SlackSimulator) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app on Socket Mode, ready to be sent to."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    before = slack.connections
    await handler.connect_async()
    try:
        await slack.until(lambda: slack.connections > before)
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def serving(app: AsyncApp) -> AsyncIterator[str]:
    """The app's own HTTP server; yields its request URL."""
    async with served(app.web_app(path="/slack/events")) as url:
        yield f"{url}/slack/events"


def plain(text):
    return {"type": "plain_text", "text": text}


def section(text: str, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, action_id: str = "go", **more):
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def actions(*buttons):
    return {"type": "actions", "elements": list(buttons)}


def option(label, value=None, **more):
    return {"text": plain(label), "value": label if value is None else value, **more}


def asks(label, element, **more):
    element = {"action_id": "input", **element}
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": element, **more}


def modal(*blocks, **more):
    shape = {"type": "modal", "title": plain("Clear"), "submit": plain("Go"), "callback_id": "form"}
    return {**shape, "blocks": list(blocks), **more}


def home(*blocks):
    return {"type": "home", "blocks": list(blocks)}


def sent(slack):
    """The payload of the last delivery."""
    return slack.deliveries[-1].envelope.payload


def texts(messages):
    return [message.text for message in messages]


async def refusal(call):
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response


async def error_of(call):
    return (await refusal(call))["error"]
