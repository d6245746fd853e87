"""One Socket Mode WebSocket, from Slack's hello to its end. It decides nothing, and never opens another."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.engine.work_context import Work, working
from bot.shutdown_times import DELIVERIES
from bot.slack.api.web_api import why_broken
from bot.slack.listeners.deduplication import AT_ONCE_MOST, DeduplicatingApp

log = structlog.get_logger(__name__)

PING_EVERY = 10.0  # seconds; a ping unanswered for half of that ends the connection
CLOSES_WITHIN = 2.0  # seconds for Slack to return the close frame
TAKEN_MOST = 2 * AT_ONCE_MOST  # envelopes read and not acked; the rest stays unread, and Slack waits
OK = 200  # HTTP status

_REASONS = {
    "too_many_websockets": "Slack says that the app has too many WebSockets open: too many bots run on one app token",
    "link_disabled": "Slack says that Socket Mode was switched off for the app",
}
RENEWALS = frozenset({"warning", "refresh_requested"})
"""Reasons with which Slack asks for a new connection every few hours: nothing is wrong, and the old one still works."""


class NoHello(Exception):  # noqa: N818 - an outcome, named like the others
    """Slack did not accept the connection: why, as a clause."""


@dataclass(eq=False, slots=True)
class SocketConnection:
    """`others` is how many connections the app had at the hello besides this one.

    `ending` says why it ends: Slack's reason, after which Slack may still take acks over it, or a clause.
    """

    app: DeduplicatingApp
    socket: aiohttp.ClientWebSocketResponse
    others: int
    newest: Callable[[], "SocketConnection | None"]
    ending: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TAKEN_MOST))
    _answering: set[asyncio.Task[None]] = field(default_factory=set)
    _reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Answer envelopes until the connection ends."""
        self._reading = asyncio.create_task(self._read())

    @property
    def is_open(self) -> bool:
        """Whether it can receive deliveries: also once Slack asked for the next connection."""
        return not self.socket.closed

    async def close(self) -> None:
        await self.socket.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    async def read_on(self, within: float) -> None:
        """Answer what Slack still sends over it, until Slack closes it or `within` seconds are over; then finish."""
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=within)
        await self.finish()

    async def finish(self) -> None:
        """Read nothing more, and close it once what was read is answered: that work may already be done."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        try:
            async with asyncio.timeout(DELIVERIES):
                if self._answering:
                    await asyncio.wait(self._answering)
                await self.socket.close()
        except TimeoutError:
            log.warning("socket_mode_cut_off", unanswered=len(self._answering))

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                envelope = _decoded(message)
                if envelope.get("type") == "disconnect":
                    self._ends(why_dismissed(envelope))
                elif isinstance(envelope.get("envelope_id"), str):
                    await self._room.acquire()
                    self._take(envelope)
        finally:
            error = self.socket.exception()
            code = self.socket.close_code
            self._ends(
                why_broken(error) if isinstance(error, Exception) else f"Slack closed it (code {code})"
            )

    def _ends(self, why: str) -> None:
        if not self.ending.done():
            self.ending.set_result(why)

    def _take(self, envelope: Mapping[str, Any]) -> None:
        task = asyncio.create_task(self._answer(envelope))
        self._answering.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_failed", exc_info=error)

    async def _answer(self, envelope: Mapping[str, Any]) -> None:
        payload = envelope.get("payload")

        def incoming() -> AsyncBoltRequest:
            return AsyncBoltRequest(mode="socket_mode", body=payload if isinstance(payload, dict) else {})

        with working(Work(self.app.tracer)):
            ack = _ack(envelope["envelope_id"], await self.app.receive(payload, incoming, over_http=False))
            if ack is None:
                return
            newest = self.newest()
            if not await self.sends(ack) and (newest is None or not await newest.sends(ack)):
                log.warning("ack_not_delivered", why="the connection is gone")

    async def sends(self, message: Mapping[str, Any]) -> bool:
        """Send it; False if that failed."""
        if self.socket.closed:
            return False
        try:
            await self.socket.send_json(message)
        except ConnectionError:  # it broke just now
            return False
        return True


async def others_connected(url: str, proxy: str | None) -> int:
    """How many connections the app has besides this one, which is closed at once: it must not receive commands.

    Raises:
        NoHello: Slack did not accept it.
        aiohttp.ClientError, OSError: no connection could be made.
    """
    async with aiohttp.ClientSession() as session:
        socket, others = await _connected(session, url, proxy)
        await socket.close()
    return others


async def opened(
    session: aiohttp.ClientSession,
    url: str,
    proxy: str | None,
    *,
    app: DeduplicatingApp,
    newest: Callable[[], SocketConnection | None],
) -> SocketConnection:
    """The connection, once Slack said hello.

    Raises:
        NoHello: Slack did not.
        aiohttp.ClientError, OSError: no connection could be made.
    """
    socket, others = await _connected(session, url, proxy)
    connection = SocketConnection(app, socket, others, newest)
    connection.begin()
    return connection


async def _connected(
    session: aiohttp.ClientSession, url: str, proxy: str | None
) -> tuple[aiohttp.ClientWebSocketResponse, int]:
    closes = aiohttp.ClientWSTimeout(ws_close=CLOSES_WITHIN)
    socket = await session.ws_connect(url, heartbeat=PING_EVERY, proxy=proxy, timeout=closes)
    others = None
    try:
        others = _others(_decoded(await socket.receive()))
    finally:
        if others is None:
            await socket.close()
    return socket, others


def _others(hello: Mapping[str, Any]) -> int:
    if hello.get("type") == "disconnect":
        raise NoHello(why_dismissed(hello))
    if hello.get("type") != "hello":
        raise NoHello("Slack said no hello")
    number = hello.get("num_connections")
    return max(number - 1, 0) if isinstance(number, int) else 0


def why_dismissed(disconnect: Mapping[str, Any]) -> str:
    reason = str(disconnect.get("reason"))
    return _REASONS.get(
        reason, reason if reason in RENEWALS else "Slack ended it without a reason that makes sense"
    )


def _decoded(message: aiohttp.WSMessage) -> Mapping[str, Any]:
    """The JSON object in the message; empty if it is none."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        said = json.loads(message.data)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _ack(envelope_id: str, answer: BoltResponse) -> dict[str, Any] | None:
    """The ack as Slack takes it; None to let Slack tell the person that the bot did not respond."""
    if answer.status != OK:
        return None
    if not answer.body:
        return {"envelope_id": envelope_id}
    is_json = answer.headers.get("content-type", [""])[0].startswith("application/json")
    return {
        "envelope_id": envelope_id,
        "payload": json.loads(answer.body) if is_json else {"text": answer.body},
    }
