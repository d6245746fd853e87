"""Delivers over HTTP: a body signed with the app's secret (a form, or JSON for events), and three seconds for a 200.

The signature's timestamp is real time, not the workspace's: the receiver checks it against its own clock.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from bot.simulator.slack.delivery.delivery import NOT_DISPATCHED, TIMED_OUT, Ack, Envelope, best_of

HTTP_OK = 200
FORM = "application/x-www-form-urlencoded"


class SignedHttp:
    def __init__(
        self,
        request_url: str,
        signing_secret: str,
        *,
        ack_timeout: float,
        options_url: str | None = None,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._request_url = request_url
        self._options_url = options_url
        self._signing_secret = signing_secret
        self._ack_timeout = ack_timeout
        self._unix_time = unix_time

    async def deliver(self, envelope: Envelope, *, copies: int) -> Ack:
        url = self._options_url if envelope.asks_for_options else self._request_url
        if url is None:
            return NOT_DISPATCHED
        content_type, text = _body(envelope)
        body = text.encode()
        headers = self._headers(body, content_type)
        return best_of(await asyncio.gather(*(self._post(url, body, headers) for _ in range(copies))))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Ack:
        timeout = aiohttp.ClientTimeout(total=self._ack_timeout)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != HTTP_OK:
                    return NOT_DISPATCHED
                return Ack(body=_ack_body(await response.text()))
        except TimeoutError:
            return TIMED_OUT
        except aiohttp.ClientError:
            return NOT_DISPATCHED

    def _headers(self, body: bytes, content_type: str) -> dict[str, str]:
        timestamp = str(int(self._unix_time()))
        signed = hmac.new(self._signing_secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        }


def _body(envelope: Envelope) -> tuple[str, str]:
    """Its content type, and the text."""
    match envelope.type:
        case "events_api":
            return "application/json", json.dumps(envelope.payload)
        case "slash_commands":
            return FORM, urlencode(envelope.payload)
        case "interactive":
            return FORM, urlencode({"payload": json.dumps(envelope.payload)})


def _ack_body(text: str) -> dict[str, object]:
    """A JSON object as it is; any other text is a message's text."""
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    return body if isinstance(body, dict) else {"text": text}
