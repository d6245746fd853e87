"""How Slack reaches the bot: over Socket Mode, or by signed HTTP requests. Each with its known faults worked round.

Both feed the same Bolt app. Neither decides anything; HTTP trusts only what carries Slack's signature.
"""

import asyncio
import hmac
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.engine.health import Health
from bot.proxies import DIRECTLY, Proxies
from bot.slack.calls import PAUSE_MOST, Done, Wait, ask, in_words, pauses
from bot.slack.deliveries import DeliveredOnce
from bot.slack.strangers import Strangers

log = structlog.get_logger(__name__)

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
SOCKET_LOOKED_AT_EVERY = 5.0  # seconds
SOCKET_LEFT_ALONE = 20.0  # seconds in which slack_sdk may reconnect by itself
SOCKET_CONNECTS_WITHIN = 15.0  # seconds
SOCKET_CLOSES_WITHIN = 2.0  # seconds for Slack to return the farewell: aiohttp would wait for ten
NO_WEBSOCKET = (
    "Slack's WebSocket cannot be reached, although its Web API can: "
    "is there a proxy or a firewall that lets no wss:// through?"
)
REQUESTS_FINISH_WITHIN = 3.0  # seconds after a stop: Slack waits no longer for an answer
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class _Handler(AsyncSocketModeHandler):
    """Bolt's, with what arrives read at the door."""

    app: DeliveredOnce

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        def incoming() -> AsyncBoltRequest:
            return AsyncBoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req))

        began = time()
        answer = await self.app.receive(req.payload, incoming, over_http=False)
        await send_async_response(client, req, answer, began)


class CannotListen(UserError):  # noqa: N818
    """Nothing can be served on the address in the settings."""


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


@dataclass(slots=True)
class HttpTransport:
    """A server for Slack's signed requests, with a health page beside it."""

    app: DeliveredOnce
    host: str
    port: int
    verifier: SignatureVerifier
    health: Callable[[], Awaitable[Health]]
    strangers: Strangers
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            CannotListen: the port is taken, or the host is not this machine's.
        """
        server = web.Application()
        server.add_routes([web.post(EVENTS_PATH, self._events), web.get(HEALTH_PATH, self._health)])
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=REQUESTS_FINISH_WITHIN)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except OSError as error:
            await self._runner.cleanup()
            why = (
                os.strerror(error.errno)
                if isinstance(error.errno, int) and error.errno > 0
                else error.strerror
            )
            raise CannotListen(f"HTTP cannot be served on {self.host}:{self.port}: {why}.") from error

    @property
    def address(self) -> str:
        """Where it listens, with the port that the system chose if none was given."""
        if self._runner is None or not self._runner.addresses:
            return f"{self.host}:{self.port}"
        host, port = self._runner.addresses[0][:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _events(self, request: web.Request) -> web.Response:
        # Asked before anything is read: Bolt parses a body first, and asks who signed it afterwards.
        body = await request.read()
        if not self._is_signed(request.headers, body):
            self.strangers.refused(signed_seconds_ago=self._signed_seconds_ago(request.headers, body))
            return web.Response(status=401)
        text, content_type = body.decode(), request.content_type

        def incoming() -> AsyncBoltRequest:
            headers: dict[str, str | Sequence[str]] = dict(request.headers)
            return _with_whole_form(AsyncBoltRequest(body=text, query=request.query_string, headers=headers))

        answer = await self.app.receive(_payload(text, content_type), incoming, over_http=True)
        return await to_aiohttp_response(answer)

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
            return False  # slack_sdk's check fails loudly on these
        try:
            return self.verifier.is_valid(body.decode(), timestamp, signature)
        except UnicodeDecodeError:
            return False

    def _signed_seconds_ago(self, headers: Mapping[str, str], body: bytes) -> int | None:
        """When Slack signed what was refused, by the wall clock; None if it did not."""
        timestamp, signature = (
            headers.get("X-Slack-Request-Timestamp", ""),
            headers.get("X-Slack-Signature", ""),
        )
        if not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
            return None
        try:
            made = self.verifier.generate_signature(timestamp=timestamp, body=body.decode())
        except UnicodeDecodeError:
            return None
        if made is None or not hmac.compare_digest(made, signature):
            return None
        return round(self.verifier.clock.now() - int(timestamp))

    async def _health(self, _request: web.Request) -> web.Response:
        health = await self.health()
        said: dict[str, object] = {"status": "ok" if health.ok else "unavailable"}
        if health.reasons:
            said["reasons"] = list(health.reasons)
        return web.json_response(said, status=200 if health.ok else 503)


def _payload(body: str, content_type: str) -> Any:
    """What a request brings, told apart as Bolt does: JSON, JSON in a form's field `payload`, or a form. None where it is none."""
    form: dict[str, str] = {}
    if content_type != JSON and not body.startswith("{"):
        form = dict(parse_qsl(body, keep_blank_values=True))
        if "payload" not in form:
            return form
    try:
        return json.loads(form.get("payload", body))
    except (ValueError, RecursionError):
        return None


def _with_whole_form(request: AsyncBoltRequest) -> AsyncBoltRequest:
    """The request with the form that Bolt drops when the word "payload" stands anywhere in it.

    Bolt takes such a form for a click's and looks for its field `payload`; a command on `payload_x`, or in
    `#payload-alerts`, has none. The signature is checked on the raw body, which stays as it is.
    """
    if request.body or not request.raw_body or request.content_type != FORM:
        return request
    form = dict(parse_qsl(request.raw_body, keep_blank_values=True))
    if "payload" not in form:
        request.body = form
        request.context = build_async_context(AsyncBoltContext({}), form)
    return request
