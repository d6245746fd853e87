"""The HTTP address, which anybody can reach: what strangers send gets little of the bot, and stops nobody else."""

import asyncio
import gzip
import hashlib
import hmac
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.engine.health import Health
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.listeners.deduplication import DeduplicatingApp
from bot.slack.transport.http_server import Limits, connections_most
from bot.slack.transport.http_transport import BODY_MOST, HttpTransport
from bot.slack.transport.unsigned_requests import UnsignedRequests
from tests.clock import MovableClock
from tests.forms import HELP_FORM

pytestmark = pytest.mark.anyio

SECRET = "shhh"
A_MOMENT = 0.05  # seconds
COMMAND = HELP_FORM.encode()


@asynccontextmanager
async def listening(clock=None, **limits):
    """A Bolt app that counts the commands that it takes, behind the transport."""
    taken = []

    async def authorize():
        return AuthorizeResult(enterprise_id=None, team_id="T0ACME", bot_token="xoxb-1")

    async def healthy():
        return Health()

    app = DeduplicatingApp(
        BackgroundTasks(), ResponseUrls(), client=AsyncWebClient(), signing_secret=SECRET, authorize=authorize
    )

    @app.command("/pipeline")
    async def answer(ack, delivery):
        taken.append(delivery.trigger_id)
        await ack(f"number {len(taken)}")

    verifier = SignatureVerifier(SECRET)
    unsigned = UnsignedRequests(clock or MovableClock())
    transport = HttpTransport(
        app, "127.0.0.1", 0, verifier, healthy, unsigned, Limits(lingers=A_MOMENT, **limits)
    )
    await transport.start()
    try:
        yield transport
    finally:
        await transport.stop()


@asynccontextmanager
async def connected(transport):
    host, port = transport.address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


def request_of(body, *, length=None, signature=None, timestamp=None, **headers):
    """A POST as Slack sends it: signed, unless told otherwise."""
    timestamp = str(int(time.time())) if timestamp is None else timestamp
    made = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    sent = {
        "Host": "bot.example",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body) if length is None else length),
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={made}" if signature is None else signature,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"POST /slack/events HTTP/1.1\r\n{head}\r\n".encode() + body


async def answer_to(transport, request):
    """The status; None if the connection was closed without one."""
    async with connected(transport) as (reader, writer):
        writer.write(request)
        answered = await reader.readline()
    return int(answered.split()[1]) if answered else None


def refused(logs):
    return [
        (line["requests"], line["by_defect"]) for line in logs if line["event"] == "unsigned_request_refused"
    ]


async def test_each_delivery_is_taken_once_however_slack_repeats_it():
    """A repetition is signed anew, at its own moment, and gets the first answer."""
    bodies = []
    async with listening() as transport:
        for form, seconds_ago in ((COMMAND, 4), (COMMAND, 1), (COMMAND.replace(b"=1.1", b"=1.2"), 0)):
            async with connected(transport) as (reader, writer):
                writer.write(request_of(form, timestamp=str(int(time.time()) - seconds_ago)))
                bodies.append((await reader.read()).rpartition(b"\r\n\r\n")[2])
    assert bodies == [b"number 1", b"number 1", b"number 2"]


HUGE = gzip.compress(b"0" * 2**20)
UNSAID_LENGTH = request_of(b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"")
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "status", "defect"),
    [
        # Slack encodes none; a few KB of gzip hold GB. Not even a signature lets one in.
        *(
            (request_of(HUGE, Content_Encoding=encoding), 400, "encoded")
            for encoding in ("gzip", "deflate", "br", "identity", "gzip, gzip", "nonsense")
        ),
        (request_of(COMMAND, Content_Encoding="gzip"), 400, "encoded"),
        (request_of(b"x", length=BODY_MOST + 1), 413, "too_large"),
        (UNSAID_LENGTH + CHUNK * (BODY_MOST // 0x10000 + 1), 413, "too_large"),
        (UNSAID_LENGTH + b"never\r\n", 400, "malformed"),
        (request_of(COMMAND, length=len(COMMAND) + 1), 408, "too_slow"),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
async def test_a_body_that_cannot_be_slacks_is_refused(request_, status, defect):
    """By its headers, before a byte of it is read, where they tell; it is waited for, but not for long."""
    limits = {"body_within": A_MOMENT} if defect == "too_slow" else {}
    async with listening(**limits) as transport:
        with capture_logs() as logs:
            assert await answer_to(transport, request_) == status
    assert refused(logs) == [(1, {defect: 1})]
    assert [line["log_level"] for line in logs] == ["warning"]


@pytest.mark.parametrize("begun", [b"", b"POST /slack/events HTTP/1.1\r\nHost: bot.example\r\n"])
async def test_headers_that_do_not_come(begun):
    """A connection on which nothing happens, or too slowly, is closed."""
    async with listening(headers_within=A_MOMENT) as transport:
        assert await answer_to(transport, begun) is None


async def test_who_hangs_up_in_the_middle_is_no_error():
    async with listening() as transport:
        with capture_logs() as logs:
            async with connected(transport) as (_, writer):
                writer.write(request_of(COMMAND, length=len(COMMAND) + 1))
                await writer.drain()
            assert await answer_to(transport, request_of(COMMAND)) == 200
    assert [line["log_level"] for line in logs] in ([], ["warning"])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"POST /slack/events HTTP/1.1\r\nA: " + b"a" * 10_000 + b"\r\n\r\n", 400),
        (b"POST /slack/events HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /slack/events HTTP/1.1\r\nHost: bot.example\r\n\r\n", 405),
        (b"GET /admin HTTP/1.1\r\nHost: bot.example\r\n\r\n", 404),
    ],
)
async def test_what_scanners_send(sent, status, caplog):
    """An answer, and no traceback: whoever sends a thousand of these must not fill the log."""
    async with listening() as transport:
        with capture_logs():
            assert await answer_to(transport, sent) == status
    assert caplog.records == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json; charset=klingon", b'{"type": "event_callback"}', 400),
        ("application/x-www-form-urlencoded; charset=utf-16", COMMAND, 200),
        ("application/json", b"{", 400),
        ("application/json", b'{"type": ' + b"9" * 5000 + b"}", 400),
        ("application/x-www-form-urlencoded", b"payload={", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n", 404),
        ("", b"", 404),
        ("\xff", b"null", 404),
        ("application/json", b"\xff", 401),
    ],
)
async def test_signed_bodies_that_are_odd(content_type, body, status, caplog):
    """Slack sends none of these; if it did, it would get an answer, and the log no traceback."""
    request = request_of(body, Content_Type=content_type)
    async with listening() as transport:
        with capture_logs() as logs:
            assert await answer_to(transport, request) == status
    levels = {record.levelname for record in caplog.records} | {line["log_level"].upper() for line in logs}
    assert levels <= {"WARNING"}


async def test_idle_connections_leave_room_for_slack():
    """However many are opened: the oldest idle one makes room, never one over which Slack is being answered."""
    assert 0 < connections_most() <= 256, "the database, Feldera and Slack's own side need some too"
    async with listening(connections=4) as transport:
        with capture_logs() as logs:
            idle = [await asyncio.open_connection(*transport.address.split(":")) for _ in range(20)]
            assert await answer_to(transport, request_of(COMMAND)) == 200
            closed = [await reader.read() for reader, _ in idle[:16]]
        assert closed == [b""] * 16
        assert refused(logs) == [(1, {"crowded_out": 1})]
        for _, writer in idle:
            writer.close()


async def test_a_flood_is_a_line_a_minute():
    """Whatever is wrong with each of them; the next line tells how many of each there were."""
    clock = MovableClock()
    async with listening(clock) as transport:
        with capture_logs() as logs:
            for number in range(5):
                await answer_to(transport, request_of(COMMAND, signature=f"v0={number:064}"))
            await answer_to(transport, request_of(COMMAND, Content_Encoding="gzip"))
            await answer_to(transport, request_of(COMMAND, timestamp="0"))
            clock.passes(seconds=timedelta(minutes=1).total_seconds())
            await answer_to(transport, b"nonsense\r\n\r\n")
    assert refused(logs) == [(1, {"unsigned": 1}), (6, {"encoded": 1, "malformed": 1, "unsigned": 4})]
    assert [line["event"] for line in logs].count("stale_request_refused") == 1
