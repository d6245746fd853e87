"""An HTTP response before it is interpreted, or the lack of one.

Pure. The headers may come from any server, so every reader here treats nonsense as "not given".
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from pydantic import ValidationError

from bot.domain.pipelines.pipeline import Problem
from bot.feldera.models import ErrorBody
from bot.feldera.one_line import one_line

RETRY_AFTER_MAX = 300.0  # seconds; one response, perhaps a proxy's, must not stop the queries for longer
_SECONDS = re.compile(r"[0-9]{1,9}")
_HOST_MAX = 100  # characters of a host's name in a sentence


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)
    received_at: datetime

    @property
    def is_json(self) -> bool:
        """Feldera's handlers send JSON, and declare it; a server in front of it or in its place seldom does."""
        return self._media_type == "application/json"

    @property
    def is_html(self) -> bool:
        return self._media_type in {"text/html", "application/xhtml+xml"}

    @property
    def error(self) -> ErrorBody | None:
        """Feldera's error envelope, which every error of its handlers has."""
        if not self.is_json:
            return None
        try:
            return ErrorBody.model_validate_json(self.body)
        except ValidationError:
            return None

    @property
    def rejects_a_key(self) -> bool:
        """Feldera's error for an API key that it does not know, or could not look up: JSON sent as text."""
        try:
            return ErrorBody.model_validate_json(self.body).error_code == "AuthenticationFailed"
        except ValidationError:
            return False

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait before the next request (`Retry-After`, as seconds or a date); None if not given."""
        text = self._header("retry-after").strip()
        if _SECONDS.fullmatch(text):
            return min(float(text), RETRY_AFTER_MAX)
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - self.received_at).total_seconds()
        return min(max(seconds, 0.0), RETRY_AFTER_MAX)

    @property
    def date(self) -> str:
        """The server's clock, as it says it; empty if it does not."""
        return self._header("date")

    @property
    def redirect_host(self) -> str | None:
        """The host a redirect points to, without path or query, which can hold a login's secrets."""
        try:
            url = httpx.URL(self._header("location"))
        except httpx.InvalidURL:
            return None
        # `raw_host`, as `host` would turn punycode into letters that look like another machine's name.
        return one_line(url.raw_host.decode("ascii"), _HOST_MAX) or None

    @property
    def _media_type(self) -> str:
        return self._header("content-type").partition(";")[0].strip().lower()

    def _header(self, name: str) -> str:
        """The header's value, joined if repeated; empty if absent."""
        value: str = self.headers.get(name, "")
        return value


@dataclass(frozen=True, slots=True)
class NoResponse:
    """No complete response; `maybe_sent` is whether Feldera may have received the request nevertheless."""

    problem: Problem
    maybe_sent: bool
