"""Webhook client: sends an entry to one receiver, signed by the Standard Webhooks scheme, and reads what it answers.

A status of 2xx accepts the entry, anything else does not. It follows no redirect (the signed entry would go to an
address that nobody configured), and reads no more of an answer than it has to: neither is a receiver trusted to be
quick, nor to be brief. Over one connection, so that entries cannot overtake each other. Nothing but the receiver's name
is logged: its address can hold a token.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx
from standardwebhooks import Webhook

from bot.engine.ports.webhooks import Delivered, DeliveryFailure, LocatedEntry, NotDelivered
from bot.webhooks.cloud_event import CONTENT_TYPE, cloud_event
from bot.webhooks.event_filter import EventFilter
from bot.webhooks.receiver_settings import ReceiverSettings, tls_context

ANSWERED_WITHIN = 15.0  # seconds, by Standard Webhooks; connecting included
CONNECT_TIMEOUT = 5.0
BODY_READ = (
    64 * 2**10
)  # bytes of an answer that are read to use the connection again; the rest is of no interest
BODY_READ_WITHIN = 2.0  # seconds
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())  # else each answer could leave some more
_SECONDS = re.compile(r"[0-9]{1,9}")
_USER_AGENT = f"pipeline-bot/{version('pipeline-bot')}"


class WebhookClient:
    """`bot.engine.ports.webhooks.WebhookReceiver` over HTTP; to be closed.

    `wall` is the wall clock, by which a receiver rejects what is older than five minutes. `proxy` is a URL.
    """

    def __init__(  # noqa: PLR0913 - a receiver, and what surrounds it
        self,
        name: str,
        settings: ReceiverSettings,
        *,
        source: str,
        wall: Callable[[], datetime],
        proxy: str | None = None,
        answered_within: float = ANSWERED_WITHIN,
    ) -> None:
        self.name = name
        self._settings = settings
        self._filter = EventFilter.of(settings.events, settings.pipelines)
        self._source = source
        self._wall = wall
        self._within = answered_within
        self._signers = [Webhook(secret) for secret in settings.secrets]
        self._url = httpx.URL(settings.url.get_secret_value())
        self._http = httpx.AsyncClient(
            headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
            verify=self._tls_context(),
            timeout=httpx.Timeout(answered_within, connect=min(CONNECT_TIMEOUT, answered_within)),
            limits=httpx.Limits(max_connections=1),
            cookies=CookieJar(_NO_COOKIES),
            follow_redirects=False,
            proxy=proxy,
            trust_env=False,  # `bot.proxies` has chosen the proxy, by one rule for all connections
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    def wants(self, located: LocatedEntry) -> bool:
        return self._filter.passes(located)

    async def deliver(self, located: LocatedEntry) -> Delivered | NotDelivered:
        event = cloud_event(located, self._source, self._settings.redact)
        body = event.as_json
        headers = {"Content-Type": CONTENT_TYPE, **self._signature(event.id, body)}
        request = self._http.build_request("POST", self._url, content=body.encode(), headers=headers)
        try:
            async with asyncio.timeout(self._within):
                response = await self._http.send(request, stream=True)
        except (TimeoutError, httpx.TimeoutException):
            return _unreachable(f"It did not answer within {self._within:g} s.")
        except httpx.ProxyError:
            return _unreachable("The proxy makes no connection to it.")
        except (
            httpx.HTTPError,
            OSError,
        ) as error:  # OSError: TLS alerts after the handshake arrive unwrapped
            return _unreachable(_why_no_answer(error))
        try:
            return answer_of(response)
        finally:
            await _finish(response)

    def _signature(self, event_id: str, body: str) -> dict[str, str]:
        """Made for each attempt: receivers reject an old one."""
        now = self._wall()
        signatures = [signer.sign(event_id, now, body) for signer in self._signers]
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _tls_context(self) -> ssl.SSLContext:
        if self._url.scheme == "http":
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the system's certificates, slow to read
        return tls_context(self._settings.https_tls_cert)


def answer_of(response: httpx.Response) -> Delivered | NotDelivered:
    """What a status means. `Retry-After` counts in seconds; as a date it is not given."""
    status = response.status_code
    asked = str(response.headers.get("Retry-After", "")).strip()
    retry_after = float(asked) if _SECONDS.fullmatch(asked) else None
    if response.is_success:
        return Delivered()
    if status == HTTPStatus.GONE:
        return NotDelivered(DeliveryFailure.GONE, "It wants no more webhooks (410).", retry_after)
    if response.is_redirect:
        return NotDelivered(DeliveryFailure.REFUSED, f"It answers with a redirect ({status}).", retry_after)
    if response.is_server_error:
        return NotDelivered(DeliveryFailure.FAILED, f"It fails ({status}).", retry_after)
    return NotDelivered(DeliveryFailure.REFUSED, f"It refuses the entry ({status}).", retry_after)


async def _finish(response: httpx.Response) -> None:
    """Use the connection again if the answer ends soon, else close it. The status has decided."""
    read = 0
    try:
        async with asyncio.timeout(BODY_READ_WITHIN):
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > BODY_READ:
                    break
    except (TimeoutError, httpx.HTTPError, OSError):
        pass
    finally:
        await response.aclose()


def _unreachable(why: str) -> NotDelivered:
    return NotDelivered(DeliveryFailure.UNREACHABLE, why)


def _why_no_answer(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "Its certificate is not trusted."
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return "There is no connection to it."
    return "The connection to it broke."
