"""Public HTTP server: aiohttp's, with a limit for connections, and nothing of an unsigned request in the log.

aiohttp limits the sizes of headers and bodies, closes a connection that sent no complete headers within its keep-alive
time, and decodes nothing if configured so. It has no limit for connections: this module adds one.
"""

import asyncio
import logging
import resource
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.slack.transport.unsigned_requests import Defect, UnsignedRequests

CONNECTIONS_MOST = 256
_SHARE_OF_FILES = 4  # connections use at most one in so many of the files that the process may open
_WAITING_MOST = 64  # connections that the system accepts before the bot does


def connections_most() -> int:
    """How many connections may be open at once, well below what the system lets the process open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        CONNECTIONS_MOST if soft == resource.RLIM_INFINITY else min(CONNECTIONS_MOST, soft // _SHARE_OF_FILES)
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are in seconds: for the headers after connecting, and for the body after the headers.

    `lingers` is how long the rest of a refused body is read, so that its sender sees the response.
    """

    headers_within: float = 5.0
    body_within: float = 5.0
    lingers: float = 1.0
    connections: int = field(default_factory=connections_most)


class LimitedServer(web.Server):
    """Limits open connections: one too many replaces the oldest that has not proved to be Slack's.

    So a client that opens many idle ones closes its own, and Slack's requests still get in.
    """

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        unsigned: UnsignedRequests,
        limits: Limits,
    ) -> None:
        super().__init__(
            handler,
            access_log=None,
            auto_decompress=False,  # a few KB can expand to GB
            keepalive_timeout=limits.headers_within,  # which aiohttp also counts from connecting
            lingering_time=limits.lingers,
            logger=_ServerLog(logging.getLogger("aiohttp.server"), unsigned),
        )
        self._unsigned = unsigned
        self._most = limits.connections
        self._unproven: dict[web.RequestHandler, asyncio.Transport] = {}  # oldest first
        self._proven: set[web.RequestHandler] = set()

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Raises OSError: the address cannot be bound."""
        return await self._loop.create_server(self, host, port, backlog=_WAITING_MOST)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._unproven[handler] = transport
        if len(self._unproven) + len(self._proven) > self._most:
            oldest = next(iter(self._unproven))
            self._unproven.pop(oldest).abort()
            self._unsigned.refused(Defect.CROWDED_OUT)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self._unproven.pop(handler, None)
        self._proven.discard(handler)

    def proven(self, handler: web.RequestHandler) -> None:
        """The request on this connection is Slack's: the connection stays until it is answered."""
        if self._unproven.pop(handler, None) is not None:
            self._proven.add(handler)


class _ServerLog(logging.LoggerAdapter[logging.Logger]):
    """aiohttp logs a traceback for each request that is not HTTP: those are counted instead."""

    def __init__(self, logger: logging.Logger, unsigned: UnsignedRequests) -> None:
        super().__init__(logger, {})
        self._unsigned = unsigned

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, kwargs

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        if isinstance(kwargs.get("exc_info"), HttpProcessingError):
            self._unsigned.refused(Defect.MALFORMED)
        else:
            super().log(level, msg, *args, **kwargs)
