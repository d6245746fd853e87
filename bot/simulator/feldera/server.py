"""The port of a simulated Feldera: it can refuse connections for a while, and serve again as before.

It serves one aiohttp application on the loopback interface and knows nothing of pipelines.
"""

import asyncio
import socket

from aiohttp import web

HOST = "127.0.0.1"

KEEP_ALIVE = 5.0
"""Seconds after which Feldera closes an idle connection."""

GOODBYE = 0.1
"""Seconds granted to a request that is under way when the server stops for good; its connection is gone anyway."""


class Server:
    def __init__(self, application: web.Application) -> None:
        self._runner = web.AppRunner(
            application, access_log=None, keepalive_timeout=KEEP_ALIVE, shutdown_timeout=GOODBYE
        )
        self._socket: socket.socket | None = None
        self._site: web.SockSite | None = None

    @property
    def url(self) -> str:
        if self._socket is None:
            raise RuntimeError("the simulated Feldera has no address before it is started")
        return f"http://{HOST}:{self._socket.getsockname()[1]}"

    @property
    def is_up(self) -> bool:
        """Whether connections are taken."""
        return self._site is not None

    async def start(self, port: int) -> None:
        await self._runner.setup()
        self._socket = _bound(port)
        await self._listen()

    async def go_down(self) -> None:
        """Refuse connections and drop those that are open; the port stays ours, bound but not listened on."""
        if self._site is None or self._socket is None:
            raise RuntimeError("it is down already")
        port = self._socket.getsockname()[1]
        await self._site.stop()
        self._site = None
        self._socket = _bound(port)
        await self._drop_connections()

    async def come_back(self) -> None:
        if self._site is not None:
            raise RuntimeError("it is not down")
        await self._listen()

    async def stop(self) -> None:
        await self._drop_connections()
        await self._runner.cleanup()
        if self._socket is not None:
            self._socket.close()
        self._site = self._socket = None

    async def _listen(self) -> None:
        if self._socket is None:
            raise RuntimeError("start it first")
        self._site = web.SockSite(self._runner, self._socket)
        await self._site.start()

    async def _drop_connections(self) -> None:
        if self._runner.server is None:
            return
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        # An aborted transport closes its socket in the loop's next turn; until then a client could still
        # use its idle connection.
        await asyncio.sleep(0)


def _bound(port: int) -> socket.socket:
    """A socket that holds the port: without listening, the system refuses connections to it."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError:
        held.close()
        raise
    return held
