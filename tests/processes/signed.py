"""Slack's signed requests made by hand: for deliveries whose answers go to an address of the test's own."""

import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.simulator.slack import Channel, Person
from tests.processes.world import Process


class SignedSlack:
    """Commands and clicks for a bot that serves HTTP; `takes_answers` is an address."""

    def __init__(self, bot: Process, secret: str, *, takes_answers: str) -> None:
        where = bot.logged("serving")[0]["over"].removeprefix("HTTP on ")
        self._url = f"http://{where}/slack/events"
        self._triggers = itertools.count(1)
        self._signer = SignatureVerifier(secret)
        self._takes_answers = takes_answers

    async def types(self, person: Person, text: str, *, channel: Channel) -> dict[str, Any]:
        """Type a command; returns what the ack says."""
        acked = await self._delivers(
            {
                "command": "/pipeline",
                "text": text,
                "team_id": person.team_id,
                "user_id": person.id,
                "channel_id": channel.id,
                "response_url": self._takes_answers,
                "trigger_id": self._trigger(),
            }
        )
        return json.loads(acked)

    async def clicks(self, person: Person, action: str, value: str, *, channel: Channel) -> None:
        payload = {
            "type": "block_actions",
            "team": {"id": person.team_id},
            "user": {"id": person.id, "team_id": person.team_id},
            "channel": {"id": channel.id},
            "container": {"type": "message", "is_ephemeral": True, "message_ts": "1.1"},
            "response_url": self._takes_answers,
            "trigger_id": self._trigger(),
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
        }
        await self._delivers({"payload": json.dumps(payload)})

    def _trigger(self) -> str:
        return f"1.{next(self._triggers)}"

    async def _delivers(self, form: dict[str, str]) -> str:
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
            return await answer.text()
