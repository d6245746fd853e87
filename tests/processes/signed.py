"""Slack's signed requests made by hand: for deliveries whose answers go to an address of the test's own."""

import json
import time
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.simulator.slack import Channel, Person


class SignedSlack:
    """Commands and clicks of one person in one channel, for a bot that serves HTTP; `takes_answers` is an address."""

    def __init__(self, url: str, secret: str, *, takes_answers: str) -> None:
        self._url = url
        self._signer = SignatureVerifier(secret)
        self._takes_answers = takes_answers

    async def types(self, person: Person, text: str, *, channel: Channel) -> None:
        await self._delivers(
            {
                "command": "/pipeline",
                "text": text,
                "team_id": person.team_id,
                "user_id": person.id,
                "channel_id": channel.id,
                "response_url": self._takes_answers,
                "trigger_id": "1.1",
            }
        )

    async def clicks(self, person: Person, action: str, value: str, *, channel: Channel) -> None:
        payload = {
            "type": "block_actions",
            "team": {"id": person.team_id},
            "user": {"id": person.id, "team_id": person.team_id},
            "channel": {"id": channel.id},
            "container": {"type": "message", "is_ephemeral": True, "message_ts": "1.1"},
            "response_url": self._takes_answers,
            "trigger_id": "1.2",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
        }
        await self._delivers({"payload": json.dumps(payload)})

    async def _delivers(self, form: dict[str, str]) -> None:
        body, now = urlencode(form), str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": self._signer.generate_signature(timestamp=now, body=body),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._url, data=body, headers=headers) as answer,
        ):
            assert answer.status == 200
