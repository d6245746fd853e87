"""Whatever bytes arrive at the public HTTP address: an answer below 500 or none, no traceback, and no entry in the audit log."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from bot.slack.transport.http_server import Limits
from tests.forms import HELP_FORM
from tests.fuzz.renewed import Renewed
from tests.workspace import Workspace

AN_AGE = 60.0  # seconds; the limits below end everything long before
COMMAND = HELP_FORM.encode()
BODIES = [
    COMMAND,
    b"",
    b"{",
    b"null",
    b"payload={}",
    b"payload=%00",
    b"\xff",
    b'{"type": "url_verification", "challenge": "c"}',
]
METHODS = [
    "POST",
    "POST",
    "POST",
    "POST",
    "GET",
    "PUT",
    "HEAD",
    "OPTIONS",
    "CONNECT",
    "PRI",
    "post",
    "P\x00ST",
    "",
]
PATHS = ["/slack/events", "/slack/events", "/slack/events", "/slack/events?a=%ff&a=1", "/healthz", "/", "//slack/events", "/slack/events/", "/%2e%2e/healthz", "*", "http://x/slack/events", "/\xff", "", "/" + "a" * 9_000]  # fmt: skip
HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Type", "application/x-www-form-urlencoded; charset=klingon"),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", "\xff"),
    ("Content-Encoding", "gzip"),
    ("Content-Length", "-1"),
    ("Content-Length", "99999999999999999999"),
    ("Content-Length", "1"),
    ("Transfer-Encoding", "chunked"),
    ("Transfer-Encoding", "gzip, chunked"),
    ("Expect", "100-continue"),
    ("Expect", "x"),
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("X-Slack-Signature", "v0=" + "0" * 64),
    ("X-Slack-Request-Timestamp", "1"),
    ("X-Slack-Retry-Num", "1"),
    ("Cookie", "a=" + "b" * 5_000),
    ("Host", "a b"),
    ("", ""),
    ("a b", "c"),
    ("A", "b\r\n c"),
]
TIMES = ["now", "now", "now", "1", "", "-1", "1.5", "9" * 12, "9" * 5_000, "\xb2"]


@dataclass(frozen=True)
class Sent:
    """A request as it is sent, signed for the timestamp `at` or not at all; `cut` bytes of its end are missing."""

    method: str
    path: str
    at: str
    is_signed: bool
    body: bytes
    headers: list[tuple[str, str]]
    cut: int
    pieces: int


REQUESTS = st.builds(
    Sent,
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS),
    at=st.sampled_from(TIMES),
    is_signed=st.booleans(),
    body=st.sampled_from(BODIES) | st.binary(max_size=30),
    headers=st.lists(st.sampled_from(HEADERS), max_size=3),
    cut=st.sampled_from([0, 0, 0, 1, 10, 200]),
    pieces=st.sampled_from([1, 1, 2, 7]),
)


class HttpDoor:
    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder, over_http=True)
        self.workspace.bot.transport.limits = Limits(body_within=0.2)
        self.eve = self.workspace.adds_person("eve")
        self.entries = self.workspace.entries()

    def closes(self) -> None:
        self.workspace.closes()

    def sends(self, *raw: list[bytes]) -> list[int | None]:
        """At once, each over a connection of its own; returns the statuses, None where the connection was only closed."""

        async def sending() -> list[int | None]:
            return await asyncio.gather(*map(self._sent, raw))

        return self.workspace.run(asyncio.wait_for(sending(), AN_AGE))

    async def _sent(self, pieces: list[bytes]) -> int | None:
        host, port = self.workspace.bot.transport.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()
            answer = await reader.read()
        except OSError:  # closed before all was sent
            return None
        finally:
            writer.close()
        return int(answer.split()[1]) if answer else None

    def raw(self, sent: Sent) -> list[bytes]:
        signed = self.workspace.slack._interactions.transport
        headers = [("Host", "bot.example"), ("Content-Length", str(len(sent.body)))]
        if sent.is_signed:
            made = type(signed)(
                "",
                signed._signing_secret,
                ack_timeout=1,
                unix_time=lambda: time.time() if sent.at == "now" else 1,
            )
            headers += made._headers(sent.body, "application/x-www-form-urlencoded").items()
        if sent.at != "now":
            headers.append(("X-Slack-Request-Timestamp", sent.at))
        lines = [
            f"{sent.method} {sent.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers + sent.headers),
        ]
        whole = "\r\n".join([*lines, "", ""]).encode("latin-1") + sent.body
        whole = whole[: len(whole) - sent.cut]
        size = len(whole) // sent.pieces + 1
        return [whole[start : start + size] for start in range(0, len(whole), size)]

    def check(self, statuses: list[int | None]) -> None:
        assert all(status is None or status < 500 for status in statuses), statuses
        assert self.eve.types("/pipeline help")
        assert self.workspace.entries() == self.entries
        assert self.workspace._logbook.errors == []
        assert not [line for line in self.workspace.logged if "Traceback" in line]
        self.workspace._logbook.lines.clear()


def test_requests_of_anybody(fuzz):
    def check(requests: list[Sent]) -> None:
        with doors.for_an_example() as door:
            door.check(door.sends(*map(door.raw, requests)))

    with Renewed(HttpDoor, examples=200) as doors:
        fuzz(check, st.lists(REQUESTS, min_size=1, max_size=6), examples=100)


def test_bytes_of_anybody(fuzz):
    def check(streams: list[list[bytes]]) -> None:
        with doors.for_an_example() as door:
            door.check(door.sends(*streams))

    bytes_ = st.binary(max_size=60) | st.sampled_from(
        [b"\r\n", b"\x16\x03\x01\x02", b"POST / HTTP/1.1\r\n", b"\r\n\r\n", b"0\r\n\r\n"]
    )
    with Renewed(HttpDoor, examples=200) as doors:
        fuzz(check, st.lists(st.lists(bytes_, max_size=4), min_size=1, max_size=4), examples=50)
