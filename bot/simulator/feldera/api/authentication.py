"""Authentication and roles, and the answers to paths that are no endpoint.

It answers before any endpoint runs and never looks at a pipeline. Without API keys everyone is `admin`, as in
Feldera's open-source default; a header is then not even read.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from aiohttp import web

from bot.simulator.feldera.api import error_responses
from bot.simulator.feldera.api import json_documents as documents
from bot.simulator.feldera.state.database_outage import Database

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROLES = ("read", "write", "admin", "owner")
KEY_PREFIX = "apikey:"
"""A part of every API key, not of the header."""

ROLE = web.RequestKey("role", str)

SESSION = "/v0/config/session"

CONSOLE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8" /><title>Feldera</title></head>
<body><div id="svelte">Feldera's web console</div></body></html>
"""

UNCLASSIFIED = {
    "message": "This endpoint has no access-control classification and is denied",
    "error_code": "InsufficientPermissions",
}

UNAUTHORIZED_KEY = {"message": "Unauthorized API key", "error_code": "AuthenticationFailed"}


def json_response(
    value: object, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """JSON as Feldera sends it: `application/json` without a charset."""
    return web.Response(
        body=documents.encoded(value), status=status, content_type="application/json", headers=headers
    )


def refusal_response(refused: error_responses.Refused) -> web.Response:
    headers = {"Retry-After": error_responses.RETRY_AFTER} if refused.status == 503 else None  # noqa: PLR2004
    return json_response(refused.body, refused.status, headers=headers)


class Gate(Generic[T]):
    """`everyone` is the tenant of all callers but those whose key belongs to another one."""

    def __init__(self, api_keys: Mapping[str, str] | None, everyone: T, database: Database) -> None:
        self._roles: dict[str, str] | None = None
        self._tenants: dict[str, T] = {}
        self._database = database
        self.everyone = everyone
        self.is_ambiguous = False
        for key, role in (api_keys or {}).items():
            self._learns(key, role)

    def learns(self, key: str, role: str, tenant: T) -> None:
        """From now on this key opens the tenant."""
        self._learns(key, role)
        self._tenants[key] = tenant

    def _learns(self, key: str, role: str) -> None:
        if not key.startswith(KEY_PREFIX):
            raise ValueError(f"an API key begins with {KEY_PREFIX!r}, which is a part of it")
        if role not in {"read", "write"}:
            raise ValueError(f"an API key's role is read or write, not {role}")
        self._roles = (self._roles or {}) | {key: role}

    def tenant_of(self, request: web.Request) -> T:
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._tenants.get(token, self.everyone)

    def forgets(self, key: str) -> None:
        """Revoke this key."""
        if self._roles is None or key not in self._roles:
            raise ValueError("there is no such key to be forgotten")
        del self._roles[key]

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        not_found = request.match_info.http_exception
        if not _is_api(request.path):
            return await handler(request) if not_found is None else _console(request)
        role = self._role(request)
        if isinstance(role, web.Response):
            return role
        if not_found is not None:
            return json_response(UNCLASSIFIED, 403) if not_found.status == 405 else web.Response(status=404)  # noqa: PLR2004
        required = "read" if request.method == "GET" else "write"
        if ROLES.index(role) < ROLES.index(required):
            return refusal_response(error_responses.insufficient_role(required, role))
        if self.is_ambiguous and request.path != SESSION:
            return refusal_response(error_responses.ambiguous_tenant())
        request[ROLE] = role
        return await handler(request)

    def _role(self, request: web.Request) -> str | web.Response:
        if self._roles is None:
            return "admin"
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        if not token.startswith(KEY_PREFIX):
            challenge = 'Bearer error_description="Malformed JWT: missing iss claim"'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        if self._database.is_down:
            return unauthorized_key()
        return self._roles.get(token) or unauthorized_key()


def unauthorized_key() -> web.Response:
    """A wrong key, or a database that could not be queried: Feldera answers both alike."""
    body = documents.encoded(UNAUTHORIZED_KEY)
    return web.Response(status=401, body=body, content_type="text/plain", charset="utf-8")


def _is_api(path: str) -> bool:
    return path == "/v0" or path.startswith("/v0/")


def _console(request: web.Request) -> web.Response:
    """Every path outside the API serves the web console, a sign of a wrong base address."""
    if request.method not in {"GET", "HEAD"}:
        text = "This resource only supports GET and HEAD."
        return web.Response(status=405, text=text, headers={"Allow": "GET, HEAD"})
    return web.Response(body=CONSOLE, content_type="text/html")


class Unreadable(Exception):  # noqa: N818  it ends up as an answer
    """A query value that the endpoint cannot read: 400, and not in Feldera's error envelope."""


@web.middleware
async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refusal of the rules is an answer."""
    try:
        return await handler(request)
    except error_responses.Refused as refused:
        return refusal_response(refused)
    except Unreadable as unreadable:
        return web.Response(status=400, text=f"Query deserialize error: {unreadable}")
