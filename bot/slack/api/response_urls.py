"""Messages to response URLs, which Slack sends with commands and clicks."""

from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.proxies import DIRECTLY, Proxies

TIMEOUT = 30.0  # seconds for one message, connecting included


class Respond(AsyncRespond):
    """Bolt's `respond`, with a given session and proxy.

    Bolt's own opens a connection for each message, and uses the environment's proxy.
    """

    session: aiohttp.ClientSession | None = None

    async def __call__(self, *_: Any, **said: Any) -> WebhookResponse:
        client = AsyncWebhookClient(self.response_url or "", session=self.session)
        client.proxy = self.proxy
        return await client.send_dict(said)


@dataclass(frozen=True, slots=True)
class ResponseUrls:
    """`session` has connections of its own: response URLs that hang delay no Web API call.

    Without a session, each message has its own connection.
    """

    session: aiohttp.ClientSession | None = None
    proxies: Proxies = DIRECTLY

    def respond_to(self, url: str) -> Respond:
        respond = Respond(response_url=url, proxy=self.proxies.of(url))
        respond.session = self.session
        return respond


def session() -> aiohttp.ClientSession:
    """For `ResponseUrls`. It keeps connections open: with TLS, opening one takes longer than the message."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
