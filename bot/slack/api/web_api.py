"""One Web API call, with its outcome as a value: succeeded, refused, rate-limited, or unanswered.

It never raises for a response of Slack, or of anything between Slack and the bot, and never retries. It trusts a JSON
object alone: any other body, whatever its status, counts as no answer.
"""

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.engine.ports import SpanKind
from bot.engine.work_context import OpenSpan, span

TOO_MANY_REQUESTS = 429  # HTTP statuses
SERVER_ERROR = 500
RETRY_AFTER_UNSAID = 30.0  # seconds, for a 429 without a usable header
RETRY_AFTER_LEAST = 1.0  # seconds; 0 would be a call a millisecond
RETRY_AFTER_MOST = 3600.0  # seconds; whatever Slack asks for, after an hour a retry is worth it

NO_JSON_OBJECT = "no JSON object"  # why there is no answer
PAUSE_LEAST = 1.0  # seconds before retrying an unreachable Slack; then twice as long each time, up to …
PAUSE_MOST = 30.0

TOKEN_REFUSED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_BROKE = frozenset(
    {
        "",
        "accesslimited",
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
# slack_sdk calls `.get` on any body, and does not catch decoding errors (a `UnicodeDecodeError`, too many digits).
_NO_JSON_OBJECT = (AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class CallSucceeded:
    """Slack did it; `said` is its response, and `headers` have lower-case names."""

    said: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The value of `key`, if it is text; otherwise empty."""
        return _text(self.said.get(key))


@dataclass(frozen=True, slots=True)
class CallRefused:
    """Slack did not do it, and says why in an error code (`not_in_channel`, `invalid_auth`, …).

    `needed` is the scope that the token lacks, if that is why.
    """

    error: str
    needed: str = ""


@dataclass(frozen=True, slots=True)
class CallRateLimited:
    """Slack did not do it, and asks us to wait for `seconds` (HTTP 429): between 1 and 3,600."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CallUnanswered:
    """No usable response came back. `in_doubt`: Slack may have done it anyway.

    `is_silence`: nothing came back at all.
    """

    why: str
    in_doubt: bool = True
    is_silence: bool = False


Outcome = CallSucceeded | CallRefused | CallRateLimited | CallUnanswered

Note = Callable[[str, Outcome], None]
"""Takes note of a call of this method that has ended."""


@dataclass(slots=True)
class _Sending:
    """How far a request got, if the session reports that: one from `session()` does."""

    is_watched: bool = False
    has_begun: bool = False
    request: aiohttp.TraceRequestStartParams | None = None
    note: "Note | None" = None

    @property
    def was_not_sent(self) -> bool:
        return self.is_watched and not self.has_begun


_sending: ContextVar[_Sending] = ContextVar("_sending")


async def ask(call: Awaitable[AsyncSlackResponse]) -> Outcome:
    """The outcome of `call`, which is made once. A session that takes note of calls learns it, too."""
    sending = _Sending()
    _sending.set(sending)
    with span("POST", SpanKind.CLIENT) as traced:
        outcome = await _outcome(call, sending)
        _describe(traced, sending.request, outcome)
    if sending.note is not None and sending.request is not None:
        sending.note(sending.request.url.name, outcome)
    return outcome


def _describe(traced: OpenSpan, request: aiohttp.TraceRequestStartParams | None, outcome: Outcome) -> None:
    """OpenTelemetry's attributes of an HTTP request: its path is the method of Slack's API."""
    if request is None:  # nothing was sent, or not by a session that reports it
        traced.discard()
        return
    url = request.url
    traced.rename(f"POST {url.path}")
    traced.set({"http.request.method": "POST", "url.scheme": url.scheme, "url.path": url.path})
    traced.set({"server.address": url.host or "", "server.port": url.port or 0})
    match outcome:
        case CallRefused(error):
            traced.failed(error)
        case CallRateLimited():
            traced.failed(str(TOO_MANY_REQUESTS))
        case CallUnanswered():
            traced.failed("unanswered")


async def _outcome(call: Awaitable[AsyncSlackResponse], sending: _Sending) -> Outcome:
    try:
        response = await call
    except SlackApiError as error:
        return _not_ok(error.response)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _failed(error, sending)
    except _NO_JSON_OBJECT:
        return CallUnanswered(NO_JSON_OBJECT)
    if not isinstance(response.data, dict):
        return CallUnanswered(NO_JSON_OBJECT)
    return CallSucceeded(
        response.data, {str(name).lower(): str(value) for name, value in dict(response.headers).items()}
    )


def in_words(answer: CallRefused | CallRateLimited | CallUnanswered, address: str) -> str:
    """The outcome of a call to `address`, as a sentence for the bot's operator."""
    match answer:
        case CallRefused(error):
            return f"Slack answers {error}."
        case CallRateLimited(seconds):
            return f"Slack asks to be left alone for {seconds:g} seconds."
        case CallUnanswered(why, in_doubt=False):
            return f"Slack cannot be reached at {address} ({why})."
        case CallUnanswered(why, is_silence=True):
            return f"Slack does not answer at {address} ({why})."
        case CallUnanswered(why):
            return f"What answers at {address} makes no sense ({why})."


def pauses(longest: float = PAUSE_MOST) -> Iterator[float]:
    """Seconds to wait before each retry while Slack is unreachable."""
    pause = min(PAUSE_LEAST, longest)
    while True:
        yield pause
        pause = min(2 * pause, longest)


def session(timeout: float, note: Note | None = None) -> aiohttp.ClientSession:
    """A session for Slack's client, with `timeout` in seconds for a call, connecting included."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=timeout),
        middlewares=(_known_by_its_status,),
        trace_configs=[_watching(note)],
    )


def _watching(note: Note | None) -> aiohttp.TraceConfig:
    """Reports to `ask` whether a request was begun: a proxy's CONNECT, which comes before, does not count."""

    async def starts(_session: object, _context: object, request: aiohttp.TraceRequestStartParams) -> None:
        sending = _sending.get(None)
        if sending is not None:
            sending.is_watched = True
            sending.request, sending.note = request, note

    async def begun(*_: object) -> None:
        sending = _sending.get(None)
        if sending is not None:
            sending.has_begun = True

    watching = aiohttp.TraceConfig()
    watching.on_request_start.append(starts)
    watching.on_request_headers_sent.append(begun)
    return watching


async def _known_by_its_status(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Raise for a 429, whatever its body: slack_sdk reads that first, and fails on what it cannot decode."""
    response = await handler(request)
    if response.status != TOO_MANY_REQUESTS:
        return response
    response.release()
    raise aiohttp.ClientResponseError(
        response.request_info, response.history, status=response.status, headers=response.headers
    )


_SILENCES: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientProxyConnectionError, "no connection to the proxy"),
    (aiohttp.ClientConnectorDNSError, "there is no such host"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not trusted"),
    (aiohttp.ClientConnectorError, "no connection"),
    (TimeoutError, "no answer in time"),
    (aiohttp.ClientOSError, "the connection broke"),
    (aiohttp.ServerDisconnectedError, "the connection broke"),
)


def _failed(error: Exception, sending: _Sending) -> CallRateLimited | CallUnanswered:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return CallUnanswered(f"the proxy answers {error.status}", in_doubt=False, is_silence=True)
    if isinstance(error, aiohttp.ClientResponseError) and error.status == TOO_MANY_REQUESTS:
        return CallRateLimited(_retry_after(error.headers))
    if isinstance(error, aiohttp.ClientResponseError) and sending.was_not_sent:
        return CallUnanswered("what the proxy answers makes no sense", in_doubt=False, is_silence=True)
    in_doubt = not (isinstance(error, aiohttp.ClientConnectorError) or sending.was_not_sent)
    return CallUnanswered(why_broken(error), in_doubt=in_doubt, is_silence=True)


def why_broken(error: Exception) -> str:
    """Why a connection could not be made, or did not last, as a clause."""
    match error:
        case aiohttp.ClientHttpProxyError(status=status):
            return f"the proxy answers {status}"
        case aiohttp.ClientResponseError(status=status):
            return f"HTTP {status} is the answer"
    return next((words for kind, words in _SILENCES if isinstance(error, kind)), type(error).__name__)


def _not_ok(response: Any) -> CallRefused | CallRateLimited | CallUnanswered:
    if not isinstance(response, AsyncSlackResponse):
        return CallUnanswered(NO_JSON_OBJECT)
    said = response.data if isinstance(response.data, dict) else {}
    error = _text(said.get("error"))
    if response.status_code == TOO_MANY_REQUESTS or error in _RATE_LIMITED:
        return CallRateLimited(_retry_after(response.headers))
    if error in _BROKE or response.status_code >= SERVER_ERROR:
        return CallUnanswered(error or f"HTTP {response.status_code}")
    return CallRefused(error, _text(said.get("needed")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which nothing can store
        return ""
    return value


def _retry_after(headers: Mapping[str, str] | None) -> float:
    said = {key.lower(): value for key, value in (headers or {}).items()}.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        return RETRY_AFTER_UNSAID
    if math.isnan(seconds):
        return RETRY_AFTER_UNSAID
    return min(max(seconds, RETRY_AFTER_LEAST), RETRY_AFTER_MOST)
