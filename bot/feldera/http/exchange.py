"""One HTTP exchange with Feldera: limited in time and size, never retried, never raising for a network failure.

It follows no redirect (a redirected POST would be another request), reads no more than its limit, decompresses nothing
(a few kilobytes could become gigabytes), and logs method, path, status and duration only: no header, no body. Unless
it can prove that a request was not sent, it reports that it may have been. Cancellation passes through.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from math import inf
from typing import Any, Self

import httpx
import structlog
from pydantic import SecretStr

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.engine.ports import Clock, SpanKind
from bot.engine.work_context import OpenSpan, span
from bot.feldera.http.address import FelderaAddress
from bot.feldera.http.response import NoResponse, Response
from bot.proxies import without_password

CONNECT_TIMEOUT = 5.0  # seconds, for each of: a free connection, TCP, TLS
KEEPALIVE = 2.0  # seconds; Feldera drops idle connections after 5, which must not hit a request
HTTP_PORT, HTTPS_PORT = 80, 443
CONNECTIONS = 10  # the API answers one request after another: more would only queue there
PATIENCE = 4  # times the allowed silence, for a whole exchange: ends a response that trickles forever
BODY_MAX = 4 * 2**20  # bytes; a pipeline's status with hundreds of checkpoints stays well below

TOO_LATE = Problem(ProblemKind.UNREACHABLE, "Too much time passed after the last look at the pipeline.")
_PACKED = Problem(
    ProblemKind.NOT_FELDERA,
    "Something in front of Feldera compresses its answers, which the bot did not ask for.",
)
# OpenSSL's reasons for a response that is not TLS: what it makes of plain HTTP.
_NO_TLS_SPOKEN = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})

log = structlog.get_logger()


class _TooLate(Exception):  # noqa: N818 - an outcome, named like the others
    """The deadline for sending the request has passed: not a byte of it was written."""


class _Sending:
    """Whether the first byte of a request may have been sent. Until then, any failure means that it was not sent.

    The exception's type does not say: a failure while a proxy is asked for a connection is raised as if the request
    itself had been under way.
    """

    def __init__(self, clock: Clock, not_after: float) -> None:
        self.has_begun = False
        self._clock = clock
        self._not_after = not_after

    async def follow(self, step: str, details: Mapping[str, Any]) -> None:
        """The httpcore extension `trace`; CONNECT to a proxy is a request of its own.

        Raises:
            _TooLate: connected, and about to write the headers, but the deadline has passed.
        """
        if not step.endswith("send_request_headers.started"):
            return
        if self._clock.monotonic() > self._not_after:
            raise _TooLate
        if details["request"].method != b"CONNECT":
            self.has_begun = True


# Read once: it takes milliseconds, and each request to clear has a client of its own.
_USER_AGENT = f"pipeline-bot/{version('pipeline-bot')}"


class FelderaHttp:
    """The HTTP client of one Feldera, with at most `connections` at a time."""

    def __init__(
        self,
        address: FelderaAddress,
        clock: Clock,
        *,
        connections: int = CONNECTIONS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        headers = {"User-Agent": _USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
        if address.tenant is not None:
            headers["Feldera-Tenant"] = address.tenant
        self._address = address
        self._tls = tls or address.tls_context()
        self._clock = clock
        self._machine = address.base_url.netloc.decode("ascii")
        self._proxy = "" if address.proxy is None else without_password(address.proxy)
        self._silence = address.request_timeout
        connecting = min(CONNECT_TIMEOUT, self._silence)
        self._http = httpx.AsyncClient(
            base_url=address.base_url,
            headers=headers,
            verify=self._tls,
            timeout=httpx.Timeout(self._silence, connect=connecting, pool=connecting),
            limits=httpx.Limits(max_connections=connections, keepalive_expiry=KEEPALIVE),
            follow_redirects=False,
            proxy=address.proxy,
            trust_env=False,  # `bot.proxies` has chosen the proxy, by one rule for all connections
        )

    def single_connection(self) -> Self:
        """A client for the same Feldera over one connection of its own; to be closed."""
        return type(self)(self._address, self._clock, connections=1, tls=self._tls)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def exchange(  # noqa: PLR0913 - one exchange, and what bounds it
        self,
        method: str,
        path: str,
        *,
        token: SecretStr | None = None,
        query: Mapping[str, str] | None = None,
        body_max: int = BODY_MAX,
        not_after: float = inf,
    ) -> Response | NoResponse:
        """Send the request once, and read the response up to `body_max` bytes.

        Not a byte of it is written after `not_after` (the clock's monotonic seconds), however long the connection took
        or the process was suspended.
        """
        request = self._http.build_request(method, path, params=query)
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        sending = _Sending(self._clock, not_after)
        request.extensions["trace"] = sending.follow
        began = self._clock.now()
        with span(f"{method} {_template(path)}", SpanKind.CLIENT) as traced:
            outcome = await self._bounded(request, body_max)
            if isinstance(outcome, NoResponse) and outcome.maybe_sent and not sending.has_begun:
                problem = Problem(ProblemKind.UNREACHABLE, self._unreachable_host())
                outcome = NoResponse(problem, maybe_sent=False)
            _describe(traced, request, outcome)
        line = log.debug if method == "GET" else log.info
        line(
            "feldera.request",
            method=method,
            path=path,
            status=outcome.status if isinstance(outcome, Response) else None,
            trouble=None if isinstance(outcome, Response) else outcome.problem.message,
            seconds=(self._clock.now() - began).total_seconds(),
        )
        return outcome

    async def why_unencrypted_fails(self) -> str | None:
        """Why plain HTTP fails, if the port speaks TLS; otherwise None. The check sends no HTTP."""
        if self._http.base_url.scheme != "http":
            return None
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # its identity does not matter
        host, port = self._http.base_url.host, self._http.base_url.port or HTTP_PORT
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                _, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.close()
        except ssl.SSLError as error:
            if "ALERT" not in (
                error.reason or ""
            ):  # an alert is TLS: the server wants another name, or a certificate
                return None
        except (OSError, TimeoutError):
            return None
        return f"{self._machine} speaks TLS: Feldera's host must begin with https://."

    async def _bounded(self, request: httpx.Request, body_max: int) -> Response | NoResponse:
        try:
            async with asyncio.timeout(PATIENCE * self._silence):
                return await self._send(request, body_max)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return NoResponse(
                Problem(ProblemKind.UNREACHABLE, self._why_no_connection(error)), maybe_sent=False
            )
        except _TooLate:
            return NoResponse(TOO_LATE, maybe_sent=False)
        except httpx.ProxyError as error:  # the proxy answered CONNECT, but without a connection
            return NoResponse(Problem(ProblemKind.UNREACHABLE, self._why_no_tunnel(error)), maybe_sent=False)
        except httpx.TimeoutException:
            sentence = f"Feldera did not answer within {self._silence:g} s."
            return NoResponse(Problem(ProblemKind.UNREACHABLE, sentence), maybe_sent=True)
        except TimeoutError:
            sentence = f"Feldera's answer was not complete within {PATIENCE * self._silence:g} s."
            return NoResponse(Problem(ProblemKind.UNREACHABLE, sentence), maybe_sent=True)
        except (httpx.HTTPError, OSError):  # OSError: TLS alerts after the handshake arrive unwrapped
            sentence = "The connection to Feldera broke before its answer was complete."
            return NoResponse(Problem(ProblemKind.UNREACHABLE, sentence), maybe_sent=True)

    async def _send(self, request: httpx.Request, body_max: int) -> Response | NoResponse:
        response = await self._http.send(request, stream=True)
        longest = body_max if response.is_success else min(body_max, BODY_MAX)
        try:
            if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                return NoResponse(_PACKED, maybe_sent=True)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > longest:
                    sentence = f"Feldera's answer is longer than {longest / 2**20:g} MiB."
                    return NoResponse(Problem(ProblemKind.UNEXPECTED, sentence), maybe_sent=True)
            return Response(response.status_code, response.headers, bytes(body), self._clock.now())
        finally:
            await response.aclose()

    def _why_no_connection(self, error: httpx.TransportError) -> str:
        if isinstance(error, httpx.PoolTimeout):
            return "Too many requests to Feldera are waiting for their answers."
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return f"The certificate of {self._machine} is not trusted."
            if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS_SPOKEN:
                return f"{self._machine} speaks plain HTTP, not TLS: Feldera's host must begin with http:// then."
            cause = cause.__cause__ or cause.__context__
        through = f" through the proxy {self._proxy}" if self._proxy else ""
        return f"No connection to Feldera at {self._machine}{through}."

    def _why_no_tunnel(self, error: httpx.ProxyError) -> str:
        status = re.match(
            r"\d{3}", str(error)
        )  # httpcore: "503 Service Unavailable", in the proxy's own words
        if status is None:
            return self._unreachable_host()
        if int(status[0]) == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return f"The proxy {self._proxy} does not accept the user and password in its URL (407)."
        return f"The proxy {self._proxy} answers {status[0]} when it is asked for Feldera at {self._machine}."

    def _unreachable_host(self) -> str:
        if not self._proxy:
            return f"No connection to Feldera at {self._machine}."
        return f"The proxy {self._proxy} makes no connection to Feldera at {self._machine}."


def _template(path: str) -> str:
    """The path without the pipeline's name: a name of a span has few values."""
    return re.sub(r"(?<=/pipelines/)[^/]+", "{name}", path)


def _describe(traced: OpenSpan, request: httpx.Request, outcome: Response | NoResponse) -> None:
    """OpenTelemetry's attributes of an HTTP request; no query, no header, no body."""
    url = request.url
    traced.set(
        {
            "http.request.method": request.method,
            "url.scheme": url.scheme,
            "url.path": url.path,
            "url.template": _template(url.path),
            "server.address": url.host,
            "server.port": url.port or (HTTPS_PORT if url.scheme == "https" else HTTP_PORT),
        }
    )
    if isinstance(outcome, NoResponse):
        traced.failed(outcome.problem.trouble.value)
        return
    traced.set({"http.response.status_code": outcome.status})
    if outcome.status >= HTTPStatus.BAD_REQUEST:
        traced.failed(str(outcome.status))
