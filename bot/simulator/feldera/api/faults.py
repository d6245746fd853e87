"""Faults between a client and Feldera: an answer replaced, a connection dropped, a server that hangs.

A fault applies to the next requests it matches, in the order in which faults were arranged, and is then used up; only
hanging lasts until it is ended. It never touches a pipeline: what a request did or did not do is up to the endpoints.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial

from aiohttp import web

from bot.engine.ports import Clock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Intermediary = Callable[..., Awaitable[web.StreamResponse]]  # of a request and `handler`

REPLY_KEPT = 4096
"""Bytes of an answer that the record keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request that arrived; `status` is None until it is answered, and for ever if the answer was lost.

    `is_lost` distinguishes that from a request that is still waiting. `reply` is the answer's body, or how it begins.
    """

    method: str
    path: str
    query: Mapping[str, str]
    at: datetime
    has_authorization: bool
    tenant: str | None
    status: int | None = None
    reply: bytes = b""
    is_lost: bool = False


class Loss(Enum):
    """Which half of an exchange is lost with its connection."""

    REQUEST = auto()
    REPLY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that replaces the endpoint's; the endpoint never sees the request."""

    status: int
    body: bytes
    content_type: str | None
    headers: Mapping[str, str]

    def response(self) -> web.Response:
        response = web.Response(status=self.status, body=self.body or None, headers=self.headers)
        if self.content_type is not None:
            response.headers["Content-Type"] = self.content_type
        return response


@dataclass(slots=True)
class _Fault:
    kind: Loss | Answer
    method: str | None
    times: int


@dataclass(slots=True)
class _Hanging:
    method: str | None
    path: str | None
    once_processed: bool
    times: int | None
    met: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False

    def takes(self, method: str, path: str) -> bool:
        """Whether this request hangs; each one counts."""
        if self.method not in {None, method} or self.path not in {None, path} or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    async def wait(self) -> bool:
        """Hang until it is over; true if the request may go on, false if it went down with the server."""
        self.met.set()
        await self.over.wait()
        return not self.is_lost


class _Dropped(web.Response):
    """A placeholder for no answer: its connection is closed before anything is written."""


class Faults:
    """Arranged faults, and the record of every request as the client knows it."""

    def __init__(self, clock: Clock) -> None:
        self.requests: list[RecordedRequest] = []
        self._clock = clock
        self._arranged: list[_Fault] = []
        self._hanging: _Hanging | None = None
        self.delay = timedelta(0)
        """The delay of every request before it is handled."""
        self.intermediary: Intermediary | None = None
        """What every request passes, and can do with it and its answer what it likes."""

    def arrange(self, kind: Loss | Answer, method: str | None, times: int) -> None:
        if times < 1:
            raise ValueError(f"a fault happens at least once, not {times} times")
        self._arranged.append(_Fault(kind, method, times))

    def hang(
        self, method: str | None, *, path: str | None = None, once_processed: bool, times: int | None = None
    ) -> None:
        if self._hanging is not None:
            raise ValueError("it hangs already; let it go first")
        self._hanging = _Hanging(method, path, once_processed, times)

    async def until_it_hangs(self) -> None:
        if self._hanging is None:
            raise ValueError("nothing will hang")
        await self._hanging.met.wait()

    def let_go(self, *, lost: bool = False) -> None:
        """End the hanging; with `lost` the waiting requests go down with the server instead of being answered."""
        if self._hanging is not None:
            self._hanging.is_lost = lost
            self._hanging.over.set()
            self._hanging = None

    @web.middleware
    async def record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        place = len(self.requests)
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                at=self._clock.now(),
                has_authorization="Authorization" in request.headers,
                tenant=request.headers.get("Feldera-Tenant"),
            )
        )
        response = await handler(request)
        if isinstance(response, _Dropped):
            self.requests[place] = replace(self.requests[place], is_lost=True)
            return response
        body = response.body if isinstance(response, web.Response) else None
        reply = body[:REPLY_KEPT] if isinstance(body, bytes) else b""
        self.requests[place] = replace(self.requests[place], status=response.status, reply=reply)
        return response

    @web.middleware
    async def befall(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.intermediary is not None:
            handler = partial(self.intermediary, handler=handler)
        if self.delay:
            await self._clock.wait(asyncio.Event(), self._clock.now() + self.delay)
        hangs = self._hanging is not None and self._hanging.takes(request.method, request.path)
        hanging = self._hanging if hangs else None
        if hanging and not hanging.once_processed and not await hanging.wait():
            return drop(request)
        match self._take(request.method):
            case Answer() as answer:
                response: web.StreamResponse = answer.response()
            case Loss.REQUEST:
                return drop(request)
            case Loss.REPLY:
                await handler(request)
                return drop(request)
            case None:
                response = await handler(request)
        if hanging and hanging.once_processed and not await hanging.wait():
            return drop(request)
        return response

    def _take(self, method: str) -> Loss | Answer | None:
        for fault in self._arranged:
            if fault.method in {None, method}:
                fault.times -= 1
                if not fault.times:
                    self._arranged.remove(fault)
                return fault.kind
        return None


def drop(request: web.Request) -> web.Response:
    """Close the connection before anything is answered."""
    if request.transport is not None:
        request.transport.abort()
    return _Dropped()
