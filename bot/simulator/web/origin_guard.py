"""Origin guard: no page but the sandbox's own can read it, control it or frame it.

The server listens on the loopback interface, but any page in the same browser could send requests there, and another site's
name could resolve to it. So it answers only to its own names (`Host`), accepts WebSockets and requests that change something
only from its own page (`Origin`), and lets that page load only what it serves itself.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NAMES = ("127.0.0.1", "localhost")
HTTP_PORT = 80
READS = frozenset({"GET", "HEAD"})

_LOADS_ITS_OWN = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
_IS_ALONE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_TEXT_IS_NO_HTML = "require-trusted-types-for 'script'; trusted-types 'none'"
CONTENT_SECURITY_POLICY = f"{_LOADS_ITS_OWN}; {_IS_ALONE}; {_TEXT_IS_NO_HTML}"
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def own_hosts(port: int) -> frozenset[str]:
    """The `Host` headers of a page that was opened by one of its own addresses; no browser writes out port 80."""
    return frozenset(name if port == HTTP_PORT else f"{name}:{port}" for name in NAMES)


def only_this_page(hosts: Callable[[], frozenset[str]]) -> Callable[..., Awaitable[web.StreamResponse]]:
    """403 for every request that another site could send; `hosts` are the server's own, once it knows its port."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get("Host", "")
        if host not in hosts():
            raise web.HTTPForbidden(text="This is not an address of the sandbox.")
        origin = request.headers.get("Origin")
        is_asked_for = request.method in READS and request.headers.get("Upgrade") is None
        if origin != f"http://{host}" and not (is_asked_for and origin is None):
            raise web.HTTPForbidden(text="Only the sandbox's own page may do this.")
        return await handler(request)

    return guard


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`, so that refusals and errors carry them, too."""
    response.headers.update(HEADERS)
