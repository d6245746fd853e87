"""Each delivery is taken once, however Slack repeats it."""

import time
from urllib.parse import urlencode

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.slack.api.response_urls import ResponseUrls
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.listeners.deduplication import DeduplicatingApp

SIGNER = SignatureVerifier("hush")


def delivered(app, trigger, *, seconds_ago):
    payload = {
        "command": "/pipeline",
        "text": "help",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": trigger,
    }
    body = urlencode(payload)
    signed_at = str(int(time.time()) - seconds_ago)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": signed_at,
        "X-Slack-Signature": SIGNER.generate_signature(timestamp=signed_at, body=body),
    }
    return app.receive(payload, lambda: AsyncBoltRequest(body=body, headers=headers), over_http=True)


@pytest.fixture
def taken():
    return []


@pytest.fixture
def app(taken):
    async def authorize():
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")

    app = DeduplicatingApp(BackgroundTasks(), ResponseUrls(), signing_secret="hush", authorize=authorize)

    @app.command("/pipeline")
    async def take(ack, delivery):
        taken.append(delivery.trigger_id)
        await ack(f"number {len(taken)}")

    return app


@pytest.mark.anyio
async def test_a_repetition_gets_the_first_answer(app, taken):
    """It is signed anew, at its own moment: that makes it no other delivery."""
    first = await delivered(app, "1.1", seconds_ago=4)
    again = await delivered(app, "1.1", seconds_ago=1)
    assert (first.status, first.body) == (200, "number 1")
    assert (again.status, again.body) == (200, "number 1")
    assert taken == ["1.1"]


@pytest.mark.anyio
async def test_another_delivery_is_another(app, taken):
    await delivered(app, "1.1", seconds_ago=0)
    await delivered(app, "1.2", seconds_ago=0)
    assert taken == ["1.1", "1.2"]
