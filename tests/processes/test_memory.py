"""The memory of a real bot while it is flooded with what is too large or makes no sense: its peak stays within a bound.

The bound is a ratio to what the same process took before, and generous: what is not bounded takes many times as much.
"""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Iterable
from itertools import repeat
from pathlib import Path

import pytest

from bot.simulator.slack.delivery.signed_http import SignedHttp
from tests.processes.world import HTTP, Process

pytestmark = pytest.mark.anyio

RATIO = 4.0  # of the peak to what was resident before
LOOK_RATIO = 2.0  # for an answer about one pipeline, which may have an eighth of what a list may
AT_ONCE = 24
MIB = 2**20
MOST = MIB  # of a body that is read
FORM = "application/x-www-form-urlencoded"
UNSIGNED = {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": str(int(time.time()))}
DEEP = b"[" * (MOST - 8)
FIELDS = b"a=&" * (MOST // 30)
BOMB = gzip.compress(bytes(64 * MIB))


def _memory(bot: Process, what: str) -> int:
    """Bytes: `VmRSS` is resident now, `VmHWM` was at most."""
    lines = Path(f"/proc/{bot.pid}/status").read_text().splitlines()
    (found,) = (line for line in lines if line.startswith(f"{what}:"))
    return int(found.split()[1]) * 1024


def _peak_counts_from_now(bot: Process) -> None:
    Path(f"/proc/{bot.pid}/clear_refs").write_text("5")


async def _peaks_within_the_bound(bot: Process, flood: Awaitable[object], *, ratio: float = RATIO) -> None:
    before = _memory(bot, "VmRSS")
    _peak_counts_from_now(bot)
    await flood
    peak = _memory(bot, "VmHWM")
    assert peak < ratio * before, f"{peak / before:.1f} times the {before // MIB} MiB before"


class _Door:
    """The HTTP door of a bot, at which anybody may send anything."""

    def __init__(self, bot: Process) -> None:
        self._host, self._port = bot.logged("serving")[0]["over"].removeprefix("HTTP on ").split(":")
        self._signed = SignedHttp("", "hush", ack_timeout=60.0)

    async def takes(self, sent: Iterable[bytes]) -> None:
        """Everything of it, or as much as the bot reads before it closes the connection."""
        reader, writer = await asyncio.open_connection(self._host, int(self._port))
        try:
            for piece in sent:
                writer.write(piece)
                await writer.drain()
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def request(self, body: bytes, headers: dict[str, str], *, length: int | None = None) -> list[bytes]:
        announced = {"Host": "bot.example", "Content-Length": str(length or len(body)), **headers}
        lines = ["POST /slack/events HTTP/1.1", *(f"{name}: {value}" for name, value in announced.items())]
        return ["\r\n".join([*lines, "", ""]).encode(), body]

    def signed(self, body: bytes, content_type: str) -> list[bytes]:
        return self.request(body, self._signed._headers(body, content_type))

    def endless(self) -> Iterable[bytes]:
        """Chunks of a mebibyte, more than is read of any body."""
        headers = {**UNSIGNED, "Transfer-Encoding": "chunked"}
        head = [f"{name}: {value}" for name, value in headers.items()]
        yield "\r\n".join(["POST /slack/events HTTP/1.1", "Host: bot.example", *head, "", ""]).encode()
        yield from repeat(b"100000\r\n" + bytes(MIB) + b"\r\n", 40)


async def test_floods_at_the_http_door(world):
    ana = world.operator("ana")
    async with world.serving_bot(**HTTP) as bot:
        world.slack.serves_over_http(
            f"http://{bot.logged('serving')[0]['over'].removeprefix('HTTP on ')}/slack/events",
            signing_secret="hush",
        )
        await ana.types("/pipeline help", channel="ops")
        door = _Door(bot)
        floods = (
            lambda: door.request(bytes(MOST), UNSIGNED),
            lambda: door.request(bytes(MOST), UNSIGNED, length=10**12),
            door.endless,
            lambda: door.request(BOMB, {**UNSIGNED, "Content-Encoding": "gzip"}),
            lambda: door.signed(DEEP, "application/json"),
            lambda: door.signed(b"payload=" + DEEP, FORM),
            lambda: door.signed(FIELDS, FORM),
        )
        for flood in floods:
            rounds = (door.takes(flood()) for _ in range(AT_ONCE))
            await _peaks_within_the_bound(bot, asyncio.gather(*rounds))
        assert (await ana.types("/pipeline help", channel="ops")).error is None
        assert await bot.stops() == 0


async def test_floods_over_the_socket(world):
    ana = world.operator("ana")
    odd = ["[" * 3 * MIB, '{"envelope_id": "' + "x" * 3 * MIB + '"}', bytes(3 * MIB), "x" * 256 * MIB]

    async def flood() -> None:
        for frame in odd[:3] * 5 + odd:
            await world.slack.until(lambda: world.slack.connections > 0, within=60.0)
            await world.slack.sends(frame)

    async with world.serving_bot() as bot:
        await ana.types("/pipeline help", channel="ops")
        await _peaks_within_the_bound(bot, flood())
        await world.slack.until(lambda: world.slack.connections > 0, within=60.0)
        assert await bot.stops() == 0


async def test_endless_answers_of_feldera(world):
    ana = world.operator("ana")
    answers = (b'"' + b"x" * 64 * MIB + b'"', b"[" * 16 * MIB, b"[" + b"{}," * 16 * MIB + b"{}]")
    async with world.serving_bot() as bot:
        await ana.types("/pipeline status orders", channel="ops")

        for body in answers:
            for typed, ratio in (("status orders", LOOK_RATIO), ("list", RATIO)):
                world.feldera.answers_next(200, body=body, times=4)
                asked = (ana.types(f"/pipeline {typed}", channel="ops") for _ in range(4))
                await _peaks_within_the_bound(bot, asyncio.gather(*asked), ratio=ratio)
        assert await bot.stops() == 0
