"""Slack's end of Socket Mode: tickets, connections, envelopes and their acks.

Trusts a connection that shows an unused ticket and nothing else. An ack counts whichever connection it comes on:
a client that was told to reconnect answers its open envelopes on the new one.
"""

import asyncio
import json
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Literal

from aiohttp import WSMsgType, web

from bot.simulator.slack.delivery.delivery import NOT_DISPATCHED, TIMED_OUT, Ack, Envelope, best_of
from bot.simulator.slack.state.change_signal import Changes

MOST_CONNECTIONS = 10
CONNECTION_TIME_S = 3600

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False, frozen=True, slots=True)
class _Connection:
    socket: web.WebSocketResponse
    request: web.Request


class SocketMode:
    def __init__(self, app_id: str, changes: Changes, *, ack_timeout: float) -> None:
        self._app_id = app_id
        self._changes = changes
        self._ack_timeout = ack_timeout
        self._tickets: set[str] = set()
        self._open: set[_Connection] = set()
        self._connections: deque[_Connection] = deque()
        self._unacked: dict[str, list[asyncio.Future[Ack]]] = defaultdict(list)
        self.greetings: deque[str | bytes] = deque()
        """What the next connections are sent in place of the hello."""

    @property
    def connections(self) -> int:
        """How many connections accept envelopes now."""
        return len(self._connections)

    def issues_ticket(self) -> str:
        ticket = token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /link?ticket=…`: a ticket lets one connection in, once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=401)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = _Connection(socket, request)
        if self.connections >= MOST_CONNECTIONS:
            await self._dismiss(connection, "too_many_websockets")
            return socket
        if self.greetings:
            await _send(socket, self.greetings.popleft())
        else:
            await socket.send_json(self._hello())
        self._open.add(connection)
        self._connections.append(connection)
        self._changes.note()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._takes(message.data)
        finally:
            self._open.discard(connection)
            self._retire(connection)
        return socket

    async def deliver(self, envelope: Envelope, *, copies: int) -> Ack:
        try:
            return best_of(await asyncio.gather(*(self._deliver_once(envelope) for _ in range(copies))))
        finally:
            self._unacked.pop(envelope.id, None)

    async def _deliver_once(self, envelope: Envelope) -> Ack:
        if not self._connections:
            return NOT_DISPATCHED
        connection = self._connections[0]
        self._connections.rotate(-1)
        acked: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._unacked[envelope.id].append(acked)
        try:
            await connection.socket.send_json(_sent(envelope))
            async with asyncio.timeout(self._ack_timeout):
                return await acked
        except ConnectionError:
            return NOT_DISPATCHED
        except TimeoutError:
            return TIMED_OUT

    async def disconnects(self, reason: DisconnectReason) -> None:
        """Ask every connection to reconnect. After a `warning` it still gets envelopes, otherwise none."""
        for connection in list(self._connections):
            if reason != "warning":
                self._retire(connection)
            if reason == "link_disabled":
                await self._dismiss(connection, reason)
            else:
                # The client closes it: closing first as well would make it reconnect twice.
                await connection.socket.send_json(self._disconnect(reason))

    async def sends(self, frame: str | bytes) -> None:
        """Send every connection this, as it is: a text, or bytes. One that is closing gets nothing."""
        for connection in list(self._connections):
            with suppress(ConnectionError):
                await _send(connection.socket, frame)

    def drops_connections(self) -> None:
        """Break every connection without a close frame, as a failing network does."""
        for connection in list(self._open):
            self._retire(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()

    def _takes(self, text: str) -> None:
        """An ack resolves one delivery of its envelope; anything else is ignored, as Slack does."""
        try:
            ack = json.loads(text)
        except ValueError:
            return
        if not isinstance(ack, dict):
            return
        waiting = [each for each in self._unacked.get(str(ack.get("envelope_id")), []) if not each.done()]
        if waiting:
            payload = ack.get("payload")
            waiting[0].set_result(Ack(body=payload if isinstance(payload, dict) else {}))

    async def _dismiss(self, connection: _Connection, reason: DisconnectReason) -> None:
        await connection.socket.send_json(self._disconnect(reason))
        await connection.socket.close()

    def _retire(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._changes.note()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connections + 1,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "applink-simulated", "approximate_connection_time": CONNECTION_TIME_S},
        }

    def _disconnect(self, reason: DisconnectReason) -> dict[str, Any]:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-simulated"}}


async def _send(socket: web.WebSocketResponse, frame: str | bytes) -> None:
    await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))


def _sent(envelope: Envelope) -> dict[str, Any]:
    tries = {"retry_attempt": 0, "retry_reason": ""} if envelope.type == "events_api" else {}
    return {
        "envelope_id": envelope.id,
        "type": envelope.type,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.accepts_response_payload,
        **tries,
    }
