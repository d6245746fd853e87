"""A collector of traces for tests: a real HTTP server that takes OTLP over HTTP, in threads of its own, and can fail."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

REDIRECT_BYTES = 64 * 2**20
PATIENCE = 30.0  # real seconds before a test gives up on something that should happen at once


class Mood(StrEnum):
    TAKES = "takes"
    BREAKS = "breaks"  # 500
    HANGS = "hangs"  # no answer
    BABBLES = "babbles"  # an answer without end
    REDIRECTS = "redirects"  # 302, with a body of `REDIRECT_BYTES`


_STATUS = {Mood.BREAKS: 500, Mood.REDIRECTS: 302}


@dataclass(frozen=True, slots=True)
class Received:
    """One span, as it was received."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    began: datetime
    ended: datetime
    attributes: dict[str, Any]
    events: tuple[str, ...]
    failed: bool
    resource: dict[str, Any]


@dataclass(slots=True)
class Collector:
    url: str = ""
    mood: Mood = Mood.TAKES
    spans: list[Received] = field(default_factory=list)
    requests: int = 0
    babbled: int = 0  # bytes
    news: threading.Condition = field(default_factory=threading.Condition)
    let_go: threading.Event = field(default_factory=threading.Event)

    def until(self, requests: int) -> None:
        """Wait for so many requests, whatever became of them."""
        with self.news:
            assert self.news.wait_for(lambda: self.requests >= requests, PATIENCE), "no request came"

    def named(self, name: str) -> Received:
        """The only span of this name."""
        (span,) = (span for span in self.spans if span.name == name)
        return span

    def takes(self, body: bytes) -> None:
        sent = ExportTraceServiceRequest.FromString(body)
        for of_resource in sent.resource_spans:
            resource = _plain(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                self.spans.extend(_received(span, resource) for span in of_scope.spans)


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mood = collector.mood
            assert self.path == "/v1/traces"
            if mood is Mood.TAKES:
                collector.takes(body)
            with collector.news:
                collector.requests += 1
                collector.news.notify_all()
            if mood is Mood.HANGS:
                collector.let_go.wait(PATIENCE)
                return
            self.send_response(_STATUS.get(mood, 200))
            if mood is Mood.REDIRECTS:
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(REDIRECT_BYTES))
            self.end_headers()
            if mood in {Mood.BABBLES, Mood.REDIRECTS}:
                self._babbles(REDIRECT_BYTES if mood is Mood.REDIRECTS else math.inf)

        def _babbles(self, most: float) -> None:
            try:
                while collector.babbled < most and not collector.let_go.is_set():
                    self.wfile.write(bytes(2**16))
                    collector.babbled += 2**16
            except OSError:  # nobody listens any more
                return

        def log_message(self, *_: object) -> None:
            """Nothing: a test reads what arrived."""

    return Handler


@contextmanager
def collecting(mood: Mood = Mood.TAKES) -> Iterator[Collector]:
    collector = Collector(mood=mood)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector))
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield collector
    finally:
        collector.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _received(span: SentSpan, resource: dict[str, Any]) -> Received:
    return Received(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.kind,
        _moment(span.start_time_unix_nano),
        _moment(span.end_time_unix_nano),
        _plain(span.attributes),
        tuple(str(_plain(event.attributes).get("pipeline_bot.seen", event.name)) for event in span.events),
        span.status.code == Status.STATUS_CODE_ERROR,
        resource,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
