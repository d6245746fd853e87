"""Slack's Socket Mode: a WebSocket that the bot opens, with the known faults of slack_sdk's client worked round.

It decides nothing, and trusts what comes over it to be Slack's.
"""

import asyncio
from dataclasses import dataclass
from time import time

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.proxies import DIRECTLY, Proxies
from bot.slack.calls import PAUSE_MOST, Done, Wait, ask, in_words, pauses
from bot.slack.deliveries import DeliveredOnce

log = structlog.get_logger(__name__)

SOCKET_LOOKED_AT_EVERY = 5.0  # seconds
SOCKET_LEFT_ALONE = 20.0  # seconds in which slack_sdk may reconnect by itself
SOCKET_CONNECTS_WITHIN = 15.0  # seconds
SOCKET_CLOSES_WITHIN = 2.0  # seconds for Slack to return the farewell: aiohttp would wait for ten
NO_WEBSOCKET = (
    "Slack's WebSocket cannot be reached, although its Web API can: "
    "is there a proxy or a firewall that lets no wss:// through?"
)


class _Handler(AsyncSocketModeHandler):
    """Bolt's, with what arrives read at the door."""

    app: DeliveredOnce

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        def incoming() -> AsyncBoltRequest:
            return AsyncBoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req))

        began = time()
        answer = await self.app.receive(req.payload, incoming, over_http=False)
        await send_async_response(client, req, answer, began)


@dataclass(slots=True)
class SocketTransport:
    """Slack's WebSocket, with a watch over it that never gives up.

    slack_sdk's client reconnects by itself, and can get stuck at it: with a spent ticket, or in a wait of any length. So
    it is left alone for `left_alone` seconds, and then replaced by a new one, with a fresh address, until one connects.
    """

    app: DeliveredOnce
    app_token: str
    client: AsyncWebClient
    proxies: Proxies = DIRECTLY
    looked_at_every: float = SOCKET_LOOKED_AT_EVERY
    left_alone: float = SOCKET_LEFT_ALONE
    connects_within: float = SOCKET_CONNECTS_WITHIN
    longest_pause: float = PAUSE_MOST
    _handler: _Handler | None = None

    async def start(self) -> None:
        """Connect, however long it takes; each reason why it does not is logged once."""
        said = set()
        for pause in pauses(self.longest_pause):
            await self.stop()
            failure = await self._connects()
            if failure is None:
                return
            why, wait = failure
            if why not in said:
                log.warning("socket_mode_disconnected", why=why)
            said.add(why)
            await asyncio.sleep(max(pause, wait))

    async def is_connected(self) -> bool:
        return self._handler is not None and await self._handler.client.is_connected()

    async def watch(self) -> None:
        """Keep the connection alive until cancelled, however long Slack is away."""
        loop = asyncio.get_running_loop()
        last_seen = loop.time()
        while True:
            await asyncio.sleep(self.looked_at_every)
            if not await self.is_connected():
                if loop.time() < last_seen + self.left_alone:
                    continue
                await self.start()
                log.info("socket_mode_connected_again", seconds=round(loop.time() - last_seen))
            last_seen = loop.time()

    async def stop(self) -> None:
        if self._handler is None:
            return
        close = self._handler.close_async
        try:
            async with asyncio.timeout(SOCKET_CLOSES_WITHIN):
                await close()  # type: ignore[no-untyped-call]
        except TimeoutError:
            # Slack does not return the farewell; cut short, it broke the connection, and the rest can be freed.
            await close()  # type: ignore[no-untyped-call]

    async def _connects(self) -> tuple[str, float] | None:
        """Try once; returns why it did not work, and how many seconds Slack asks to be left alone."""
        answer = await ask(self.client.apps_connections_open(app_token=self.app_token))
        if not isinstance(answer, Done):
            return in_words(answer, self.client.base_url), answer.seconds if isinstance(answer, Wait) else 0.0
        self._handler = _Handler(self.app, self.app_token, web_client=self.client)
        self._handler.client.wss_uri = answer.text("url")
        self._handler.client.proxy = self.proxies.of(
            answer.text("url")
        )  # not what slack_sdk read in the environment
        try:
            async with asyncio.timeout(self.connects_within):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            return NO_WEBSOCKET, 0.0
        return None
