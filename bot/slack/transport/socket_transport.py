"""Socket Mode transport: keeps a WebSocket to Slack, however long Slack is unreachable, and logs each change once.

slack_sdk's client for it reconnects at once, forever and silently, takes any number of envelopes into memory, and logs
a traceback for each failed attempt: so this uses aiohttp's WebSocket.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.ports import Metrics, Unmeasured
from bot.proxies import DIRECTLY, Proxies
from bot.slack.api.web_api import CallRateLimited, CallSucceeded, ask, in_words, pauses, why_broken
from bot.slack.listeners.deduplication import DeduplicatingApp
from bot.slack.transport.socket_connection import RENEWALS, NoHello, SocketConnection, opened

log = structlog.get_logger(__name__)

PAUSE_MOST = 60.0  # seconds between two attempts; Slack allows about one a minute
OPENS_WITHIN = 15.0  # seconds, the hello included
RENEWED_WITHIN = 30.0  # seconds; by then Slack has closed the connection that was renewed
RECOUNTS_AFTER = 600.0  # seconds; other connections may be old ones of a bot that was killed
COUNTED_WITHIN = 60.0  # seconds; Slack allows to open about one connection a minute
HOLDS_AFTER = 10.0  # seconds; a connection that ends sooner counts as a failed attempt


def up_to_a_minute() -> Iterator[float]:
    return pauses(PAUSE_MOST)


@dataclass(frozen=True, slots=True)
class _End:
    """Why there is no connection (any more), and how many seconds Slack asks us to wait.

    `is_recount`: there still is one, and the next is to be opened to count the app's connections.
    """

    why: str
    wait: float = 0.0
    held: bool = False
    is_renewal: bool = False
    is_recount: bool = False


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Why the app's connections could not be counted, as a sentence."""

    why: str


@dataclass(slots=True)
class _Outage:
    """The reasons logged for it, when it began, and how many attempts were made to end it."""

    since: float
    said: set[str] = field(default_factory=set)
    attempts: int = 0


@dataclass(slots=True)
class SocketTransport:
    app: DeduplicatingApp
    app_token: str
    client: AsyncWebClient
    proxies: Proxies = DIRECTLY
    metrics: Metrics = field(default_factory=Unmeasured)
    pauses: Callable[[], Iterator[float]] = up_to_a_minute  # seconds, after failed attempts
    opens_within: float = OPENS_WITHIN
    holds_after: float = HOLDS_AFTER
    renewed_within: float = RENEWED_WITHIN
    recounts_after: float = RECOUNTS_AFTER
    counted_within: float = COUNTED_WITHIN
    counted: Callable[[int], object] = lambda _others: (
        None
    )  # called with each count of the app's other connections
    _connection: SocketConnection | None = None
    # Slack asked to renew these, and may have sent something over them before it knew of the next one.
    _before: dict[SocketConnection, asyncio.Task[None]] = field(default_factory=dict)
    _connected: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None
    _outage: _Outage | None = None
    _others: int = 0
    _adopted_at: float = 0.0
    _counted_at: float = 0.0
    _recount: asyncio.Event = field(default_factory=asyncio.Event)
    _was_counted: asyncio.Event = field(default_factory=asyncio.Event)
    _not_counted: NotCounted | None = None
    _recounts_from: float = 0.0  # Slack said so

    async def start(self) -> None:
        """Connect, however long it takes; then stay connected until `stop()`."""
        self._running = asyncio.create_task(self._run())
        connected = asyncio.create_task(self._connected.wait())
        try:
            await asyncio.wait({self._running, connected}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connected.cancel()
        if self._running.done():
            await self._running

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and self._connection.is_open

    async def count_others(self) -> int | NotCounted:
        """How many connections the app has besides the bot's own, a minute old at most.

        Only Slack's hello tells, so the bot opens its next connection for it, as at a renewal; while it has none, this waits.
        """
        now = asyncio.get_running_loop().time()
        if now - self._counted_at > self.counted_within and (
            self._not_counted is None or now >= self._recounts_from
        ):
            self._was_counted.clear()
            self._recount.set()
            await self._was_counted.wait()
        return self._others if self._not_counted is None else self._not_counted

    async def watch(self) -> None:
        """Wait until cancelled. Raises what failed in here, which is a bug."""
        if self._running is not None:
            await asyncio.shield(self._running)

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session:
            try:
                await self._keep_connected(session)
            finally:
                await self._finish()

    async def _finish(self) -> None:
        ours = {*self._before, *filter(None, [self._connection])}
        for reading in self._before.values():
            reading.cancel()
        await asyncio.gather(*(connection.finish() for connection in ours))

    def _read_on(self, before: SocketConnection) -> None:
        reading = asyncio.create_task(before.read_on(self.renewed_within))
        self._before[before] = reading
        reading.add_done_callback(lambda _: self._before.pop(before, None))

    async def _keep_connected(self, session: aiohttp.ClientSession) -> None:
        attempts = self.pauses()
        newest = await self._open(session)
        while True:
            end = newest if isinstance(newest, _End) else await self._stay(newest)
            if end.is_recount and self._connection is not None:
                following = await self._open(session)
                newest = following if isinstance(following, SocketConnection) else self._connection
                if isinstance(following, _End):
                    self._say_not_counted(following)
                continue
            if end.held and end.is_renewal:
                newest = await self._open(session)
                continue
            self._say_disconnected(end.why)
            if end.held:
                attempts = self.pauses()
            else:
                await asyncio.sleep(max(next(attempts), end.wait))
            newest = await self._open(session)

    async def _open(self, session: aiohttp.ClientSession) -> SocketConnection | _End:
        if self._outage is not None:
            self._outage.attempts += 1
        answer = await ask(self.client.apps_connections_open(app_token=self.app_token))
        if not isinstance(answer, CallSucceeded):
            return _End(
                in_words(answer, self.client.base_url),
                answer.seconds if isinstance(answer, CallRateLimited) else 0.0,
            )
        url = answer.text("url")
        try:
            async with asyncio.timeout(self.opens_within):
                return await opened(
                    session, url, self.proxies.of(url), app=self.app, newest=lambda: self._connection
                )
        except NoHello as refused:
            return _End(f"{refused}.")
        except (aiohttp.ClientError, OSError) as error:  # a timeout is one
            return _End(why_not_opened(error))

    def _adopt(self, connection: SocketConnection) -> None:
        if self._connection is not None:
            self.metrics.reconnected()
        if self._connection is not None and self._connection.is_open:
            self._read_on(self._connection)
        self._connection, self._adopted_at = connection, asyncio.get_running_loop().time()
        self._note_others(connection)
        self._connected.set()

    async def _stay(self, connection: SocketConnection) -> _End:
        """With this connection as long as it lasts, or until the app's connections are to be counted."""
        loop = asyncio.get_running_loop()
        if connection is not self._connection:
            self._adopt(connection)
        holding = loop.call_later(self.holds_after, self._say_connected)
        try:
            why = await self._ended(connection)
        finally:
            holding.cancel()
        if why is None:
            return _End("", is_recount=True)
        held = loop.time() - self._adopted_at >= self.holds_after
        if why in RENEWALS:
            return _End("Slack asks for a new WebSocket again and again.", held=held, is_renewal=True)
        await connection.close()
        return _End(f"The WebSocket to Slack ended: {why}.", held=held)

    async def _ended(self, connection: SocketConnection) -> str | None:
        """Why it ended; None once the app's connections are to be counted again."""
        asked: asyncio.Future[Any] = asyncio.create_task(self._recount.wait())
        ending: asyncio.Future[Any] = connection.ending
        within = self.recounts_after if self._others else None
        try:
            await asyncio.wait({ending, asked}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
        return connection.ending.result() if connection.ending.done() else None

    def _note_others(self, connection: SocketConnection) -> None:
        own = sum(before.is_open for before in self._before)
        others = max(connection.others - own, 0)
        if others and others != self._others:
            log.warning("socket_mode_shared", others=others, meaning=SHARED)
        self._others, self._counted_at = others, asyncio.get_running_loop().time()
        self._not_counted = None
        self._recount.clear()
        self._was_counted.set()
        self.counted(others)

    def _say_not_counted(self, end: _End) -> None:
        """The connection that there is stays; they are counted when somebody asks again, or at the next connection."""
        log.warning("socket_mode_not_counted", why=end.why)
        self._not_counted = NotCounted(end.why)
        self._recounts_from = asyncio.get_running_loop().time() + end.wait
        self._recount.clear()
        self._was_counted.set()

    def _say_disconnected(self, why: str) -> None:
        if self._outage is None:
            self._outage = _Outage(asyncio.get_running_loop().time())
        if why not in self._outage.said:
            log.warning("socket_mode_disconnected", why=why)
        self._outage.said.add(why)

    def _say_connected(self) -> None:
        outage, self._outage = self._outage, None
        if outage is not None:
            seconds = round(asyncio.get_running_loop().time() - outage.since)
            log.info("socket_mode_connected_again", seconds=seconds, attempts=outage.attempts)


SHARED = (
    "the app has other connections: another bot that runs on the same app token takes a part of all commands and clicks. "
    "Right after a bot was killed it may be its own old connection."
)


def why_not_opened(error: Exception) -> str:
    """The cause as a sentence: the Web API was reached a moment before."""
    why = f"Slack's WebSocket cannot be opened, although its Web API answers ({why_broken(error)})."
    if isinstance(error, TimeoutError | aiohttp.ClientResponseError):
        return f"{why} Is there a proxy or a firewall that lets no wss:// through?"
    return why
