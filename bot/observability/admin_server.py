"""Admin server: `/healthz`, `/readyz` and `/metrics` for the machine's own monitoring. It only reads.

It must never slow the bot: connections are few, each is closed after its answer, a scrape is one quick statement beside the
writer, and metrics are made at most once a second, however often somebody asks.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.domain.errors import UserError
from bot.domain.operations.operation import Operation
from bot.engine.health import STORE_ANSWERS_WITHIN, Health
from bot.engine.ports import Clock, StoredFigures, StoreUnavailable
from bot.engine.readiness import Readiness
from bot.http_shutdown import shut_down
from bot.observability.prometheus_metrics import PrometheusMetrics
from bot.shutdown_times import ADMIN_REQUESTS

CONNECTIONS_MOST = 16
HEADERS_WITHIN = 5.0  # seconds after connecting
MADE_EVERY = 1.0  # seconds


class CannotServeAdmin(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The bot cannot listen on `PIPELINE_BOT_ADMIN_LISTEN`."""


class _BoundedServer(web.Server):
    """aiohttp's server with a limit for connections: one too many replaces the oldest, so that a scrape gets in."""

    def __init__(self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        super().__init__(handler, access_log=None, keepalive_timeout=HEADERS_WITHIN)
        self._open: dict[web.RequestHandler, asyncio.Transport] = {}  # oldest first

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._open[handler] = transport
        if len(self._open) > CONNECTIONS_MOST:
            self._open.pop(next(iter(self._open))).abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self._open.pop(handler, None)


@dataclass(slots=True)
class AdminServer:
    """`operations` are those under way, from memory; `figures` reads the database. Use it as a context manager."""

    host: str
    port: int
    metrics: PrometheusMetrics
    readiness: Readiness
    operations: Callable[[], Iterable[Operation]]
    figures: Callable[[], Awaitable[StoredFigures]]
    clock: Clock
    made_every: float = MADE_EVERY
    _server: _BoundedServer | None = None
    _listening: asyncio.Server | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)
    _made: bytes = b""
    _made_at: float = float("-inf")

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            CannotServeAdmin: the port is taken, or the host is not this machine's.
        """
        self._server = _BoundedServer(self._answer)
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                self._server, self.host, self.port, backlog=CONNECTIONS_MOST
            )
        except OSError as error:
            has_number = isinstance(error.errno, int) and error.errno > 0
            why = os.strerror(error.errno) if has_number and error.errno else error.strerror
            raise CannotServeAdmin(
                f"PIPELINE_BOT_ADMIN_LISTEN: health and metrics cannot be served on {self.host}:{self.port}: {why}. "
                "Choose another address, or set it to nothing to turn them off."
            ) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None and self._server is not None:
            self._listening.close()
            await shut_down(self._server, ADMIN_REQUESTS)

    @property
    def address(self) -> str:
        """Where it listens, with the port that the system chose if none was given."""
        if self._listening is None or not self._listening.sockets:
            return f"{self.host}:{self.port}"
        host, port = self._listening.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        response = await self._routed(request)
        response.force_close()
        return response

    async def _routed(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path not in {"/healthz", "/readyz", "/metrics"}:
            return web.Response(status=404)
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        if request.path == "/metrics":
            body = await self._exposition()
            return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
        is_health = request.path == "/healthz"
        return _report(await (self.readiness.health() if is_health else self.readiness.ready()))

    async def _exposition(self) -> bytes:
        """The metrics, at most `made_every` seconds old."""
        loop = asyncio.get_running_loop()
        async with self._making:
            if loop.time() - self._made_at >= self.made_every:
                self._made = await self._made_now()
                self._made_at = loop.time()
            return self._made

    async def _made_now(self) -> bytes:
        try:
            async with asyncio.timeout(STORE_ANSWERS_WITHIN):
                figures = await self.figures()
        except (TimeoutError, StoreUnavailable):
            figures = None
        self.metrics.observe_state(
            self.operations(),
            figures,
            self.readiness.late(),
            is_ready=figures is not None and not self.readiness.reasons(),
            now=self.clock.now(),
        )
        return self.metrics.exposition()


def _report(health: Health) -> web.Response:
    return web.json_response(health.report, status=health.http_status)
