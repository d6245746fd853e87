"""Exporter of spans over OTLP/HTTP, in a thread of OpenTelemetry's: whatever the collector does, the bot does not wait.

A collector that is away is logged once, and once that it takes spans again. OpenTelemetry would log each attempt.
"""

import logging
import re
from collections.abc import Sequence
from typing import Any

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

log = structlog.get_logger(__name__)

SAYS_MAX = 300  # characters in the log of what OpenTelemetry says
_LIBRARY = logging.getLogger("opentelemetry")
_OF_HEADERS = (
    "opentelemetry.util.re"  # its logger quotes a header of OTEL_EXPORTER_OTLP_HEADERS that it cannot read
)
_PATH_AND_QUERY = re.compile(r"(?<= url: )\S+")  # as urllib3 quotes them; either can hold a token


class _AnswerUnread(requests.Session):
    """Reads the status and the headers of an answer, and no body, which could be endless.

    A redirect is a failure: the spans were not taken, and OpenTelemetry counts any status below 400 as success.
    """

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        response = super().request(*arguments, **(options | {"stream": True}))
        response.close()
        if 300 <= response.status_code < 400:  # noqa: PLR2004 - the redirects
            raise requests.TooManyRedirects(f"the collector redirects ({response.status_code})")
        return response

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - the name is its
        """Never followed. With a target, `requests` reads the whole body, whether it follows or not."""
        return


class _Complaints(logging.Handler):
    """Takes what OpenTelemetry would log: the first complaint since the last success becomes our line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.is_in_trouble = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.is_in_trouble:
            return
        self.is_in_trouble = True
        log.warning("traces_not_exported", why=_without_secrets(record)[:SAYS_MAX])


def _without_secrets(record: logging.LogRecord) -> str:
    if record.name == _OF_HEADERS:
        return str(record.msg).replace("%s", "[secret]")
    return _PATH_AND_QUERY.sub("[secret]", record.getMessage())


class TraceExporter(SpanExporter):
    """To be closed by the processor that exports with it, and `quiet` until then."""

    def __init__(self, endpoint: str) -> None:
        self._complaints = _Complaints()
        _LIBRARY.addHandler(self._complaints)
        _LIBRARY.propagate = False
        self._exporter = OTLPSpanExporter(endpoint, session=_AnswerUnread())

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS and self._complaints.is_in_trouble:
            self._complaints.is_in_trouble = False
            log.info("traces_exported_again")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]
        _LIBRARY.removeHandler(self._complaints)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)
