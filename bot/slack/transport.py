"""How Slack reaches the bot: over Socket Mode, or by signed HTTP requests. Each with its known faults worked round.

Both feed the same Bolt app. Neither decides anything; HTTP trusts only what carries Slack's signature.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.slack.strangers import Strangers

log = structlog.get_logger(__name__)

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
SOCKET_LOOKED_AT_EVERY = 5.0  # seconds
SOCKET_REFRESHED_AFTER = 4  # looks in a row that found it disconnected, before a fresh address is asked for
SOCKET_GIVEN_UP_AFTER = 60  # … before the process ends, to be started afresh
REQUESTS_FINISH_WITHIN = 3.0  # seconds after a stop: Slack waits no longer for an answer
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
FORM = "application/x-www-form-urlencoded"


class SocketLost(Exception):  # noqa: N818 - named for what happened
    """Socket Mode could not be re-established: the process should be started afresh."""


class CannotListen(UserError):  # noqa: N818
    """Nothing can be served on the address in the settings."""


@dataclass(slots=True)
class SocketTransport:
    """Slack's WebSocket, with a watch over it.

    slack_sdk's client keeps trying one address for ever when connecting to it failed once, though its ticket is
    spent: the watch makes it ask for a new one.
    """

    app: AsyncApp
    app_token: str
    client: AsyncWebClient
    looked_at_every: float = SOCKET_LOOKED_AT_EVERY
    _handler: AsyncSocketModeHandler = field(init=False)

    def __post_init__(self) -> None:
        self._handler = AsyncSocketModeHandler(self.app, self.app_token, web_client=self.client)

    async def start(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        return await self._handler.client.is_connected()

    async def watch(self) -> None:
        """Keep the connection alive until cancelled.

        Raises:
            SocketLost: nothing helped for five minutes.
        """
        away = 0
        while away < SOCKET_GIVEN_UP_AFTER:
            await asyncio.sleep(self.looked_at_every)
            away = 0 if await self.is_connected() else away + 1
            if away and away % SOCKET_REFRESHED_AFTER == 0:
                log.warning("socket_mode_disconnected", seconds=away * self.looked_at_every)
                self._handler.client.wss_uri = None
        raise SocketLost("Socket Mode is disconnected, and reconnecting does not help.")

    async def stop(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class HttpTransport:
    """A server for Slack's signed requests, with a health page beside it."""

    app: AsyncApp
    host: str
    port: int
    verifier: SignatureVerifier
    is_healthy: Callable[[], Awaitable[bool]]
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
        if not self._is_signed(request.headers, await request.read()):
            self.strangers.refused()
            return web.Response(status=401)
        incoming = _with_whole_form(await to_bolt_request(request))
        return await to_aiohttp_response(await self.app.async_dispatch(incoming))

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not signature.isascii():
            return False  # slack_sdk's check fails loudly on these
        try:
            return self.verifier.is_valid(body.decode(), timestamp, signature)
        except UnicodeDecodeError:
            return False

    async def _health(self, _request: web.Request) -> web.Response:
        healthy = await self.is_healthy()
        return web.json_response(
            {"status": "ok" if healthy else "unavailable"}, status=200 if healthy else 503
        )


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
