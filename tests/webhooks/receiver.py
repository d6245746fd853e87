"""A webhook receiver as somebody builds one with the packages of the field: it checks signatures and parses CloudEvents."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks import Webhook, WebhookVerificationError

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
OTHER_SECRET = f"whsec_{base64.b64encode(bytes(range(1, 33))).decode()}"


class Receiver:
    """`taken` are the events that it accepted, in order; `tried` the ids of all attempts."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.taken: list[BaseCloudEvent] = []
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.tried: list[str] = []
        self._verifier = Webhook(secret)
        self._status = 204
        self._headers: Mapping[str, str] = {}
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._arrived = asyncio.Event()
        self._drips = b""
        self._news = asyncio.Event()
        self.was_cut_off = asyncio.Event()
        self.dripped = 0

    @property
    def entries(self) -> list[int]:
        """The numbers of the entries that it accepted."""
        return [event.get_data()["entry"] for event in self.taken]

    @property
    def types(self) -> list[str]:
        return [event.get_type() for event in self.taken]

    async def until(self, condition: Callable[[], bool], *, within: float) -> None:
        """As soon as it is so, which it can become with any event that is accepted."""
        async with asyncio.timeout(within):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def answers(self, status: int, **headers: str) -> None:
        """From now on. Anything but a success accepts nothing."""
        self._status = status
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def works(self) -> None:
        self.answers(204)
        self._drips = b""

    def hangs(self) -> None:
        """Nothing is answered from now on until `goes_on`."""
        self._arrived.clear()
        self._goes_on.clear()

    async def until_asked(self) -> None:
        await self._arrived.wait()

    def goes_on(self) -> None:
        self._goes_on.set()

    def never_ends_its_answers(self, *, slowly: bool) -> None:
        """It accepts what it is sent, and then sends bytes until the connection is closed; or slowly, one byte."""
        self._drips = b"." if slowly else b"." * 2**16
        self._status = 200

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.tried.append(request.headers["webhook-id"])
        self._arrived.set()
        await self._goes_on.wait()
        try:
            self._verifier.verify(body, dict(request.headers))
        except WebhookVerificationError:
            return web.Response(status=401)
        if 200 <= self._status < 300:
            event = from_http_event(HTTPMessage(dict(request.headers), body))
            assert event.get_id() == request.headers["webhook-id"]
            self.taken.append(event)
            self.bodies.append(body.decode())
            self.headers.append(dict(request.headers))
            self._news.set()
        response = web.StreamResponse(status=self._status, headers=self._headers)
        if self._drips:
            return await self._drip(response, request, self._drips)
        return web.Response(status=self._status, headers=self._headers)

    async def _drip(
        self, response: web.StreamResponse, request: web.Request, drip: bytes
    ) -> web.StreamResponse:
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while request.transport is not None and not request.transport.is_closing():
                if self.dripped == 0 or len(drip) > 1:
                    await response.write(drip)
                    self.dripped += len(drip)
                await asyncio.sleep(0)
        self.was_cut_off.set()
        return response


@asynccontextmanager
async def receiving(secret: str = SECRET, *, port: int = 0) -> AsyncIterator[Receiver]:
    """A receiver on a port of this machine."""
    receiver = Receiver(secret)
    application = web.Application()
    application.router.add_post("/hook", receiver.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver.goes_on()
        await runner.cleanup()
