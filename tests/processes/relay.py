"""A TCP relay between the bot and Feldera: each exchange can be held back."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.simulator.feldera import FelderaSimulator
from tests.processes.world import PATIENCE

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Relay:
    """`passed` are the request lines that reached Feldera, such as `POST /v0/pipelines/orders/clear`."""

    def __init__(self, feldera: FelderaSimulator) -> None:
        self.url = ""
        self.passed: list[str] = []
        self._host, self._port = feldera.url.removeprefix("http://").split(":")
        self._held: Callable[[str], bool] | None = None
        self._is_held = asyncio.Event()
        self._released = asyncio.Event()

    def holds_the_answer(self, to: Callable[[str], bool]) -> None:
        """Keep the answer to the next request line for which `to` is true from the bot, until `releases`."""
        self._held = to
        self._is_held.clear()
        self._released.clear()

    async def until_held(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._is_held.wait()

    def releases(self) -> None:
        self._held = None
        self._released.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await asyncio.open_connection(self._host, int(self._port))
            try:
                while await self._exchange(reader, writer, *upstream):
                    pass
            finally:
                upstream[1].close()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # either side has left
        finally:
            writer.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_feldera: asyncio.StreamReader,
        to_feldera: asyncio.StreamWriter,
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode().rsplit(" ", 1)[0]
        to_feldera.write(head + await _body(head, reader))
        self.passed.append(line)
        answer = await from_feldera.readuntil(b"\r\n\r\n")
        answer += await _body(answer, from_feldera)
        if self._held is not None and self._held(line):
            self._held = None
            self._is_held.set()
            await self._released.wait()
        writer.write(answer)
        await writer.drain()
        return True


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    length = _LENGTH.search(head)
    return await reader.readexactly(int(length[1])) if length else b""


@asynccontextmanager
async def relay_to(feldera: FelderaSimulator) -> AsyncIterator[Relay]:
    relay = Relay(feldera)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    try:
        relay.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield relay
    finally:
        relay.releases()
        server.close()
