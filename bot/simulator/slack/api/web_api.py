"""Serves the Web API: reads a request as slack_sdk sends it, checks its token, applies faults, records the call.

It trusts nobody: a token must be known, of the right kind and carry the scope. Tokens are never recorded.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from bot.simulator.slack.api.faults import (
    FailsWith,
    Fault,
    Faults,
    Hangs,
    RateLimited,
    ReplyLost,
    RequestDropped,
    ServerError,
)
from bot.simulator.slack.api.message_methods import Call, Method, Pacing
from bot.simulator.slack.api.rate_tiers import Tiers
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.workspace import Workspace

SERVER_ERROR_PAGE = "<html><body><h1>500 Internal Server Error</h1></body></html>"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request to the Web API: `error` is None if Slack did it (even if its reply was lost).

    `reply` is the JSON of the answer, even if it was lost (`is_lost`).
    """

    method: str
    args: Mapping[str, Any]
    error: str | None
    at: datetime
    reply: Mapping[str, Any] | None = field(default=None, compare=False)
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["bot", "app", "config"]
    scopes: frozenset[str]


@dataclass
class WebApi:
    workspace: Workspace
    methods: Mapping[str, Method]
    tokens: Mapping[str, Token]
    pacing: Pacing
    tiers: Tiers
    faults: Faults = field(default_factory=Faults)
    calls: list[RecordedCall] = field(default_factory=list)
    accepts_tokens: bool = True
    _held: set[asyncio.Event] = field(default_factory=set)

    @property
    def hanging(self) -> int:
        """How many requests hang now."""
        return len(self._held)

    def lets_go(self) -> None:
        for held in self._held:
            held.set()

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        fault = self.faults.next_for(name)
        if isinstance(fault, RequestDropped):
            self._record(name, {}, "request_dropped", is_lost=True)
            return _hang_up(request)
        args: dict[str, Any] = {}
        try:
            args = await _arguments(request)
            fault = fault or self.faults.next_about(name, args)
            if isinstance(fault, Hangs):
                await self._hold()
            if isinstance(fault, ServerError):
                self._record(name, args, "internal_error")
                return web.Response(status=500, text=SERVER_ERROR_PAGE, content_type="text/html")
            body, token = self._does(name, args, request.headers.get("Authorization", ""), fault=fault)
        except Refused as refusal:
            reply = {"ok": False, "error": refusal.code, **refusal.details}
            self._record(name, args, refusal.code, reply)
            return _refuses(refusal, reply)
        reply, is_lost = {"ok": True, **body}, isinstance(fault, ReplyLost)
        self._record(name, args, None, reply, is_lost=is_lost)
        if is_lost:
            return _hang_up(request)
        return web.json_response(reply, headers={"x-oauth-scopes": _listed(token.scopes)})

    async def _hold(self) -> None:
        held = asyncio.Event()
        self._held.add(held)
        self.workspace.changes.note()
        try:
            await held.wait()
        finally:
            self._held.discard(held)
            self.workspace.changes.note()

    def _does(
        self, name: str, args: dict[str, Any], authorization: str, *, fault: Fault | None
    ) -> tuple[dict[str, Any], Token]:
        method = self.methods.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        if isinstance(fault, RateLimited):
            raise Refused("ratelimited", retry_after=fault.retry_after)
        if isinstance(fault, FailsWith):
            raise Refused(fault.error)
        token = self._token(authorization, args.pop("token", None), method)
        self.tiers.takes(name, self.workspace.clock.now())
        return method.run(Call(self.workspace, args, token.scopes, self.pacing)), token

    def _token(self, authorization: str, argument: object, method: Method) -> Token:
        scheme, _, bearer = authorization.partition(" ")
        presented = bearer if scheme.lower() == "bearer" else argument
        if not presented:
            raise Refused("not_authed")
        token = self.tokens.get(str(presented)) if self.accepts_tokens else None
        if token is None:
            raise Refused("invalid_auth")
        if token.kind != method.caller:
            raise Refused("not_allowed_token_type")
        if method.needs is not None and method.needs not in token.scopes:
            raise Refused("missing_scope", needed=method.needs, provided=_listed(token.scopes))
        return token

    def _record(
        self,
        method: str,
        args: Mapping[str, Any],
        error: str | None,
        reply: Mapping[str, Any] | None = None,
        *,
        is_lost: bool = False,
    ) -> None:
        kept = {name: value for name, value in args.items() if name != "token"}
        at = self.workspace.clock.now()
        self.calls.append(RecordedCall(method, kept, error, at, reply, is_lost))
        self.workspace.changes.note()


async def _arguments(request: web.Request) -> dict[str, Any]:
    """The arguments, from the query, and from a form or a JSON body."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as problem:
            raise Refused("invalid_json") from problem
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        return args | body
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return args | dict(await request.post())
    return args


def _refuses(refusal: Refused, body: Mapping[str, Any]) -> web.Response:
    if refusal.retry_after is None:
        return web.json_response(body)
    return web.json_response(body, status=429, headers={"Retry-After": str(refusal.retry_after)})


def _listed(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))


def _hang_up(request: web.Request) -> web.Response:
    """Drop the connection; the response object only satisfies aiohttp, its bytes go nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
