"""HTTP transport: serves Slack's signed requests, and a health endpoint.

The address is public. Until its signature is verified, a request gets limited time and size, and nothing of it is
decoded, parsed or logged; then it goes to Bolt. It decides nothing, and trusts only what carries Slack's signature.
"""

import asyncio
import hmac
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.domain.errors import UserError
from bot.engine.health import Health
from bot.engine.work_context import Work, working
from bot.http_shutdown import shut_down
from bot.shutdown_times import DELIVERIES
from bot.slack.listeners.deduplication import DeduplicatingApp
from bot.slack.transport.http_server import LimitedServer, Limits
from bot.slack.transport.unsigned_requests import Defect, UnsignedRequests

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
BODY_MOST = 2**20  # bytes
SIGNATURE_GOOD_FOR = 300  # seconds, either way
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class CannotListen(UserError):  # noqa: N818
    """The bot cannot listen on the address in the settings."""


class _Refused(Exception):  # noqa: N818 - named for what happened, like every other outcome
    """A request that is answered with this HTTP status and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class HttpTransport:
    """A server for Slack's signed requests. One request per connection: a proxy that reused one would race its end."""

    app: DeduplicatingApp
    host: str
    port: int
    verifier: SignatureVerifier
    health: Callable[[], Awaitable[Health]]
    unsigned: UnsignedRequests
    limits: Limits = field(default_factory=Limits)
    _server: LimitedServer | None = None
    _listening: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            CannotListen: the port is taken, or the host is not this machine's.
        """
        self._server = LimitedServer(self._answer, self.unsigned, self.limits)
        try:
            self._listening = await self._server.listen(self.host, self.port)
        except OSError as error:
            why = (
                os.strerror(error.errno)
                if isinstance(error.errno, int) and error.errno > 0
                else error.strerror
            )
            raise CannotListen(
                f"HTTP cannot be served on {self.host}:{self.port}: {why}. Set another address in PIPELINE_BOT_LISTEN."
            ) from error

    @property
    def is_connected(self) -> bool:
        """Whether it listens."""
        return self._listening is not None and self._listening.is_serving()

    @property
    def address(self) -> str:
        """The address it listens on, with the port that the system chose if none was given."""
        if self._listening is None or not self._listening.sockets:
            return f"{self.host}:{self.port}"
        host, port = self._listening.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        if self._listening is None or self._server is None:
            return
        self._listening.close()
        await asyncio.sleep(0)  # requests that have arrived are started
        await shut_down(self._server, DELIVERIES)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await self._routed(request)
        except _Refused as refused:
            response = web.Response(status=refused.status)
        response.force_close()
        return response

    async def _routed(self, request: web.BaseRequest) -> web.StreamResponse:
        match request.path, request.method:
            case str(path), "POST" if path == EVENTS_PATH:
                return await self._events(request)
            case str(path), "GET" if path == HEALTH_PATH:
                return await self._health()
            case str(path), _ if path in {EVENTS_PATH, HEALTH_PATH}:
                raise _Refused(405)
        raise _Refused(404)

    async def _events(self, request: web.BaseRequest) -> web.StreamResponse:
        text = await self._signed_text(request)
        content_type = request.content_type

        def incoming() -> AsyncBoltRequest:
            headers: dict[str, str | Sequence[str]] = dict(request.headers)
            return _with_whole_form(AsyncBoltRequest(body=text, query=request.query_string, headers=headers))

        with working(Work(self.app.tracer)):
            answer = await self.app.receive(_payload(text, content_type), incoming, over_http=True)
        return await to_aiohttp_response(answer)

    async def _signed_text(self, request: web.BaseRequest) -> str:
        """The body, if Slack signed it recently.

        Raises:
            _Refused: it did not, or the request does not have Slack's form.
        """
        # The headers come first: most bodies of unsigned requests are never read.
        if "Content-Encoding" in request.headers:
            raise self._refused(400, Defect.ENCODED)
        if not _SIGNATURE.fullmatch(request.headers.get("X-Slack-Signature", "")) or not _TIMESTAMP.fullmatch(
            request.headers.get("X-Slack-Request-Timestamp", "")
        ):
            raise self._refused(401, Defect.UNSIGNED)
        body = await self._read(request)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise self._refused(401, Defect.UNSIGNED) from None
        signed_seconds_ago = self._signed_seconds_ago(request.headers, text)
        if signed_seconds_ago is None:
            raise self._refused(401, Defect.UNSIGNED)
        if abs(signed_seconds_ago) > SIGNATURE_GOOD_FOR:
            self.unsigned.stale(signed_seconds_ago)
            raise _Refused(401)
        if self._server is not None:
            self._server.proven(request.protocol)
        return text

    async def _read(self, request: web.BaseRequest) -> bytes:
        if (request.content_length or 0) > BODY_MOST:
            raise self._refused(413, Defect.TOO_LARGE)
        try:
            async with asyncio.timeout(self.limits.body_within):
                return await request.read()
        except TimeoutError:
            raise self._refused(408, Defect.TOO_SLOW) from None
        except web.HTTPRequestEntityTooLarge:
            raise self._refused(413, Defect.TOO_LARGE) from None
        except (web.RequestPayloadError, ConnectionError):
            raise self._refused(400, Defect.MALFORMED) from None

    def _refused(self, status: int, defect: Defect) -> _Refused:
        self.unsigned.refused(defect)
        return _Refused(status)

    def _signed_seconds_ago(self, headers: Mapping[str, str], text: str) -> int | None:
        """How many seconds ago Slack signed it, by the wall clock; None if it did not."""
        timestamp = headers["X-Slack-Request-Timestamp"]
        made = self.verifier.generate_signature(timestamp=timestamp, body=text)
        if made is None or not hmac.compare_digest(made, headers["X-Slack-Signature"]):
            return None
        return round(self.verifier.clock.now() - int(timestamp))

    async def _health(self) -> web.Response:
        health = await self.health()
        return web.json_response(health.report, status=health.http_status)


def _payload(body: str, content_type: str) -> Any:
    """The payload, parsed as Bolt does: JSON, JSON in a form's field `payload`, or a form. None if none of these."""
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
    """The request with the form that Bolt drops when the word "payload" occurs anywhere in it.

    Bolt takes such a form for a block action and looks for its field `payload`; a command on `payload_x`, or in
    `#payload-alerts`, has none. The signature is checked on the raw body, which stays as it is.
    """
    if request.body or not request.raw_body or request.content_type != FORM:
        return request
    form = dict(parse_qsl(request.raw_body, keep_blank_values=True))
    if "payload" not in form:
        request.body = form
        request.context = build_async_context(AsyncBoltContext({}), form)
    return request
