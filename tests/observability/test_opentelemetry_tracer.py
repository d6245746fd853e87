"""The tracer alone, with a real collector: its bounds, the sampler of the settings, and the end of a process."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from structlog.testing import capture_logs

from bot.domain.ids import OperationId
from bot.domain.pipelines.targets import ONE
from bot.engine.ports import Span, SpanKind, Tracer
from bot.engine.trace_ids import root_span_id
from bot.engine.work_context import WAITING_MOST, Work, new_span_id, span, working
from bot.observability.opentelemetry_tracer import SPANS_MOST
from bot.observability.trace_exporter import TraceExporter
from bot.observability.tracing import tracing
from tests.clock import START, MovableClock
from tests.collector import PATIENCE, REDIRECT_BYTES, Collector, Mood, collecting
from tests.store.samples import proposed

pytestmark = pytest.mark.anyio
IDS = [OperationId(f"operation-{number}") for number in range(40)]


@asynccontextmanager
async def exporting() -> AsyncIterator[tuple[Collector, Tracer]]:
    """Spans have arrived once this context has ended."""
    with collecting() as collector:
        async with tracing(collector.url, "1.0", ONE, MovableClock()) as tracer:
            assert tracer is not None
            yield collector, tracer


def made(name: str = "look", error: str = "") -> Span:
    ended = START + timedelta(seconds=1)
    return Span(new_span_id(), None, name, SpanKind.INTERNAL, START, ended, error=error)


async def test_an_operation_has_so_many_spans_and_the_root_counts_the_rest():
    operation = proposed()
    async with exporting() as (collector, tracer):
        for _ in range(SPANS_MOST + 7):
            tracer.export(operation.id, made())
        tracer.finished(operation)
    *spans, root = collector.spans
    assert len(spans) == SPANS_MOST
    assert {each.parent for each in spans} == {root.id} == {f"{root_span_id(operation.id):016x}"}
    assert root.attributes["pipeline_bot.spans_dropped"] == 7


async def test_the_sampler_of_the_settings_takes_whole_traces(monkeypatch):
    """Every process comes to the same result, since it follows from the id."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    taken = []
    for _ in range(2):
        async with exporting() as (collector, tracer):
            for each in IDS:
                tracer.export(each, made("one"))
                tracer.export(each, made("two"))
        names = {each.attributes["pipeline_bot.operation"] for each in collector.spans}
        assert len(collector.spans) == 2 * len(names)
        taken.append(names)
    assert taken[0] == taken[1]
    assert 5 < len(taken[0]) < 35


async def test_an_error_is_a_word_and_a_status():
    async with exporting() as (collector, tracer):
        tracer.export(IDS[0], made(error="not_in_channel"))
    (only,) = collector.spans
    assert (only.failed, only.attributes["error.type"]) == (True, "not_in_channel")


async def test_a_delivery_that_names_its_operation_late_loses_nothing_before():
    """Nor does it keep more than so much of one that never names any."""
    async with exporting() as (collector, tracer):
        with working(Work(tracer)) as work, span("receive"):
            for _ in range(WAITING_MOST - 1):
                with span("look"):
                    pass
            assert collector.spans == []
            work.is_about(IDS[0])
        with working(Work(tracer)), span("receive"):
            for _ in range(3 * WAITING_MOST):
                with span("look"):
                    pass
    assert len(collector.spans) == WAITING_MOST
    received = collector.named("receive")
    assert {each.parent for each in collector.spans if each.name == "look"} == {received.id}


async def test_what_fails_within_a_span_is_its_error():
    async with exporting() as (collector, tracer):
        with working(Work(tracer, IDS[0])), pytest.raises(LookupError), span("look"):
            raise LookupError("a text that stays here")
    (only,) = collector.spans
    assert only.attributes["error.type"] == "LookupError"
    assert "a text that stays here" not in str(only)


def test_a_redirect_is_a_failure_and_its_body_is_not_read():
    """The spans went nowhere. An answer that is kept in memory could be without end."""
    ended = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("look")
    ended.end()
    with capture_logs() as logged, collecting(Mood.REDIRECTS) as collector:
        exporter = TraceExporter(collector.url)
        assert exporter.export([ended]) is SpanExportResult.FAILURE
        exporter.shutdown()
    assert [line["why"] for line in logged] == [
        "Failed to export spans batch code: None, reason: the collector redirects (302)"
    ]
    assert collector.requests == 1
    assert collector.babbled < REDIRECT_BYTES


class Heard(logging.Handler):
    """Knows when the library has logged something."""

    def __init__(self) -> None:
        super().__init__()
        self.something = threading.Event()

    def emit(self, _record: logging.LogRecord) -> None:
        self.something.set()


@pytest.mark.parametrize("header", ["x-api-key: hush", "hush", "x-api-key=hush\u00e9"])
def test_a_header_that_cannot_be_read_is_not_logged(monkeypatch, header):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", header)
    with capture_logs() as logged:
        TraceExporter("http://127.0.0.1:1/v1/traces").shutdown()
    (said,) = (line["why"] for line in logged)
    assert said.startswith("Header format invalid!")
    assert "hush" not in said


def test_the_path_and_the_query_of_the_endpoint_are_not_logged():
    """Where nothing listens, the whole address is in the error."""
    ended = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("look")
    ended.end()
    library, heard = logging.getLogger("opentelemetry"), Heard()
    with capture_logs() as logged:
        exporter = TraceExporter("http://127.0.0.1:1/hush/v1/traces?api_key=hush")
        library.addHandler(heard)
        exporting = threading.Thread(target=exporter.export, args=([ended],))
        exporting.start()
        assert heard.something.wait(PATIENCE)
        exporter.shutdown()
        exporting.join()
        library.removeHandler(heard)
    (said,) = (line["why"] for line in logged)
    assert "Max retries exceeded with url: [secret]" in said
    assert "hush" not in said
