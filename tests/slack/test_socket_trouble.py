"""Slack's WebSocket where something else answers, or nothing: each reason is said once, and tried again after a pause."""

import asyncio
import base64
import hashlib
import json
import re
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.http import WS_KEY
from structlog.testing import capture_logs

from tests.slack.test_socket_mode import AN_AGE, PATIENT, transport_of, typed, until, whys
from tests.streams import listening, served_by

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def sockets(serve, url="ws://{host}/link"):
    """Something in Slack's place: it opens connections to itself, and `serve` does with each what it likes."""
    asked = []

    async def opens(_request):
        asked.append(1)
        return web.json_response({"ok": True, "url": url.format(host=address)})

    async with served_by({"/api/apps.connections.open": opens, "/link": serve}) as address:
        yield f"http://{address}/api/", asked


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("farewell", "The WebSocket to Slack ended: Slack closed it (code 1000)."),
        ("renewal", "Slack asks for a new WebSocket again and again."),
    ],
)
async def test_a_connection_that_does_not_last(slack, then, why):
    """It is an attempt that failed: the next one waits, and nothing says that all is well."""

    async def serve(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        if then == "farewell":
            await socket.close()
        else:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
        async for _ in socket:
            pass
        return socket

    async with (
        sockets(serve) as (url, asked),
        transport_of(slack, url=url, holds_after=AN_AGE, **PATIENT) as transport,
    ):
        with capture_logs() as logs:
            await transport.start()
            await until(lambda: whys(logs))
            for _ in range(200):  # up to where the next attempt would come without a pause
                await asyncio.sleep(0)
        assert len(asked) == 1
    assert [(line["event"], line["why"]) for line in logs] == [("socket_mode_disconnected", why)]


MAYBE_A_PROXY = " Is there a proxy or a firewall that lets no wss:// through?"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ws://127.0.0.1:1/", "no connection). "),
        ("ws://{host}/silent", f"no answer in time).{MAYBE_A_PROXY}"),
        ("ws://{host}/nowhere", f"HTTP 404 is the answer).{MAYBE_A_PROXY}"),
        ("", "InvalidUrlClientError). "),
    ],
)
async def test_a_websocket_that_cannot_be_opened(slack, url, why, caplog):
    """The Web API is there and its WebSocket is not: said once, with the reason, and without a traceback."""

    async def serve(_request):
        await asyncio.Event().wait()

    async with (
        sockets(serve, url.replace("/silent", "/link")) as (api, asked),
        transport_of(slack, url=api, opens_within=0.05 if "silent" in url else AN_AGE) as transport,
    ):
        with capture_logs() as logs:
            starting = asyncio.create_task(transport.start())
            await until(lambda: len(asked) >= 3)
            starting.cancel()
            await asyncio.wait([starting])
    said = f"Slack's WebSocket cannot be opened, although its Web API answers ({why.strip()}"
    assert [(line["event"], line["why"]) for line in logs] == [("socket_mode_disconnected", said)]
    assert caplog.records == []


@pytest.mark.parametrize("when", ["at first", "after the hello"])
async def test_a_goodbye_that_makes_no_sense(slack, when):
    """Its reason is no word, but a list: the connection has ended all the same, and the next one is opened."""
    slack.adds_channel("ops")
    goodbye = json.dumps({"type": "disconnect", "reason": [["link_disabled"]]})
    async with transport_of(slack) as transport:
        if when == "at first":
            slack.greets_next(goodbye)
        with capture_logs() as logs:
            await transport.start()
            first = transport._connection
            if when != "at first":
                await slack.sends(goodbye)
                await until(lambda: transport._connection is not first)
            assert await typed(slack) == "You typed x"
    reason = "Slack ended it without a reason that makes sense."
    assert whys(logs) == [reason if when == "at first" else f"The WebSocket to Slack ended: {reason}"]


async def test_an_envelope_with_an_odd_reason_for_its_repetition(slack):
    """Nobody reads that: what is in the envelope is answered."""
    slack.adds_channel("ops")
    async with transport_of(slack) as transport:
        await transport.start()
        await typed(slack)
        envelope = slack.deliveries[-1].envelope
        payload = envelope.payload | {"trigger_id": "1.again", "text": "again"}
        acked = slack._socket_mode._unacked["again"] = [asyncio.get_running_loop().create_future()]
        await slack.sends(
            json.dumps(
                {"envelope_id": "again", "type": envelope.type, "payload": payload, "retry_reason": {"a": 1}}
            )
        )
        assert (await acked[0]).body == {"text": "You typed again"}


CHUNK = bytes(2**16)
MOST = 2**24  # bytes: what the bot takes of a message, and what the system's buffers may hold besides


@pytest.mark.parametrize("fragmented", [True, False])
async def test_a_message_without_an_end(slack, fragmented):
    """A message is read up to a limit, whether it comes as one frame of a gigabyte or in frames that never end."""
    sent = []

    async def sends(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", head)[1]
        accept = base64.b64encode(hashlib.sha1(key + WS_KEY).digest())  # noqa: S324 - the protocol's
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n")
        writer.write(b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept)
        hello = b'{"type":"hello"}'
        writer.write(bytes([0x81, len(hello)]) + hello)
        writer.write(b"\x01\x00" if fragmented else b"\x81\x7f" + (2**30).to_bytes(8, "big"))
        sent.append(0)
        while sent[-1] < 2 * MOST:
            writer.write((b"\x00\x7f" + len(CHUNK).to_bytes(8, "big") if fragmented else b"") + CHUNK)
            await writer.drain()
            sent[-1] += len(CHUNK)

    async def opens(_request):
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{port}/link"})

    async with (
        listening(sends) as port,
        served_by({"/api/apps.connections.open": opens}) as address,
        transport_of(slack, url=f"http://{address}/api/") as transport,
    ):
        with capture_logs() as logs:
            await transport.start()
            await until(lambda: len(sent) >= 2)
    assert sent[0] < MOST
    assert whys(logs)[0].startswith("The WebSocket to Slack ended: ")
