"""A small HTTP proxy, as companies have them: tunnels by CONNECT, passes plain HTTP on, and fails as it is told to."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

from tests.streams import listening, passes

HEAD_ENDS = b"\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
WANTS_A_PASSWORD = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n'
    b"Connection: close\r\n\r\n"
)
JUNK = b"SSH-2.0-OpenSSH_9.6\r\n"
DROPS = b""
TUNNEL_TO_NOWHERE = b"HTTP/1.1 200 Connection established\r\n\r\n"


class SmallProxy:
    """`asked` are the first lines of all that it was asked."""

    def __init__(self, credentials: str = "") -> None:
        self.port = 0
        self.asked: list[str] = []
        self.hosts: dict[str, str] = {}
        self._tunnel_was_promised = asyncio.Event()
        self._tunnels_pass = asyncio.Event()
        self._tunnels_pass.set()
        self._credentials = credentials
        self._fails_with: bytes | None = None
        self._hangs = False

    @property
    def url(self) -> str:
        return f"http://{f'{self._credentials}@' if self._credentials else ''}{self.address}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def knows(self, host: str, address: str) -> None:
        """By this name, targets are at this address (host:port), whatever port they are asked for at."""
        self.hosts[host] = address

    def fails_with(self, answer: bytes) -> None:
        """Everything that it is asked from now on gets these bytes, and nothing is passed on."""
        self._fails_with = answer

    def hangs(self) -> None:
        """Nothing that it is asked from now on is answered."""
        self._hangs = True

    def holds_tunnels(self) -> None:
        """A tunnel that is promised from now on passes nothing on until `releases_tunnels`."""
        self._tunnel_was_promised.clear()
        self._tunnels_pass.clear()

    async def until_tunnel_held(self) -> None:
        await self._tunnel_was_promised.wait()

    def releases_tunnels(self) -> None:
        self._tunnels_pass.set()

    def works(self) -> None:
        self._fails_with, self._hangs = None, False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request for each connection, which is then its own."""
        head = await reader.readuntil(HEAD_ENDS)
        first, *headers = head.decode().split("\r\n")
        self.asked.append(first)
        if self._hangs:
            await reader.read()
            return
        failure = self._fails_with
        if failure is None and not self._lets_in(headers):
            failure = WANTS_A_PASSWORD
        if failure is not None:
            writer.write(failure)
            await writer.drain()
            return
        method, target, version = first.split(" ")
        if method == "CONNECT":
            there, here = await self._connected(target)
            writer.write(TUNNEL_TO_NOWHERE)
            self._tunnel_was_promised.set()
            await self._tunnels_pass.wait()
        else:
            url = urlsplit(target)
            there, here = await self._connected(f"{url.hostname}:{url.port or 80}")
            path = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
            own = [header for header in headers if header and not header.lower().startswith("proxy-")]
            here.write("\r\n".join([f"{method} {path} {version}", *own, "", ""]).encode())
        await asyncio.gather(passes(reader, here), passes(there, writer))

    def _lets_in(self, headers: list[str]) -> bool:
        basic = f"proxy-authorization: basic {base64.b64encode(unquote(self._credentials).encode()).decode()}"
        return not self._credentials or basic.lower() in {header.lower() for header in headers}

    async def _connected(self, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self.hosts.get(target.rpartition(":")[0], target).rpartition(":")
        return await asyncio.open_connection(host, int(port))


@asynccontextmanager
async def small_proxy(credentials: str = "") -> AsyncIterator[SmallProxy]:
    proxy = SmallProxy(credentials)
    async with listening(proxy.serve) as proxy.port:
        yield proxy
