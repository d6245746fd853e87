"""OpenTelemetry tracer: turns the spans of the bot into OpenTelemetry's, and exports them in the background.

A span comes here once it has ended, with ids of its own: an operation outlives processes, so its trace cannot be one that
a process holds open. The root span follows at the very end. Whether a trace is sampled follows from its id, too.
"""

import asyncio
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.targets import DEFAULT, Targets
from bot.engine.ports import Clock, Span
from bot.engine.ports import SpanKind as Kind
from bot.engine.trace_ids import root_span_id, trace_id
from bot.observability.trace_exporter import TraceExporter
from bot.shutdown_times import TRACES

SPANS_MOST = 500  # of one operation in one process, without the root span
OPERATIONS_MOST = 10_000  # remembered
_KINDS = {
    Kind.INTERNAL: SpanKind.INTERNAL,
    Kind.CLIENT: SpanKind.CLIENT,
    Kind.CONSUMER: SpanKind.CONSUMER,
}


class _GivenIds(IdGenerator):
    """The ids of the next span."""

    def __init__(self) -> None:
        self.trace_id = self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


@dataclass(slots=True)
class _Exported:
    """What this process has exported of one operation."""

    since: datetime
    spans: int = 0
    dropped: int = 0


class OpenTelemetryTracer:
    """`bot.engine.ports.Tracer`, for the event loop's thread alone. All but the endpoint is read from `OTEL_…`.

    Raises:
        ValueError: (when built) its SDK cannot use a variable.
        RuntimeError: (when built) the same.
    """

    def __init__(self, endpoint: str, version: str, targets: Targets, clock: Clock) -> None:
        self._clock, self._targets = clock, targets
        self._ids = _GivenIds()
        # `atexit` would wait for the collector, for half a minute.
        self._provider = TracerProvider(
            resource=_resource(version), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(TraceExporter(endpoint)))
        self._tracer = self._provider.get_tracer("pipeline-bot", version)
        self._exported: OrderedDict[OperationId, _Exported] = OrderedDict()

    def now(self) -> datetime:
        return self._clock.now()

    def export(self, operation_id: OperationId, span: Span) -> None:
        exported = self._known(operation_id, span.began)
        if exported.spans >= SPANS_MOST:
            exported.dropped += 1
            return
        exported.spans += 1
        self._emit(operation_id, span, parent=span.parent or root_span_id(operation_id))

    def finished(self, operation: Operation) -> None:
        exported = self._known(operation.id, operation.created_at)
        self._exported.pop(operation.id)
        attributes: dict[str, str | int] = {
            "pipeline_bot.pipeline": operation.pipeline,
            "pipeline_bot.target": self._targets.of(operation.pipeline) or DEFAULT,
            "pipeline_bot.plan": " ".join(step.value for step in operation.plan),
            "pipeline_bot.state": operation.state.value,
        }
        if operation.outcome is not None:
            attributes["pipeline_bot.ending"] = operation.outcome.ending.value
        if exported.dropped:
            attributes["pipeline_bot.spans_dropped"] = exported.dropped
        span = Span(
            root_span_id(operation.id),
            None,
            f"operation {operation.plan[0].value if len(operation.plan) == 1 else 'plan'}",
            Kind.INTERNAL,
            min(exported.since, operation.created_at),
            self.now(),
            attributes,
            error=operation.state.value if operation.state is State.REFUSED else "",
        )
        self._emit(operation.id, span, parent=None)

    async def aclose(self) -> None:
        """Export what is queued, if the collector takes it in time; its thread never delays the end of the process."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(over.set)

        threading.Thread(target=shut_down, name="traces-end", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(TRACES):
                await over.wait()

    def _known(self, operation_id: OperationId, began: datetime) -> _Exported:
        exported = self._exported.setdefault(operation_id, _Exported(began))
        exported.since = min(exported.since, began)
        self._exported.move_to_end(operation_id)
        if len(self._exported) > OPERATIONS_MOST:
            self._exported.popitem(last=False)
        return exported

    def _emit(self, operation_id: OperationId, span: Span, *, parent: int | None) -> None:
        trace = trace_id(operation_id)
        sampling = self._provider.sampler.should_sample(None, trace, span.name)
        if sampling.decision is not Decision.RECORD_AND_SAMPLE:
            return
        context = Context()
        if parent is not None:
            flags = TraceFlags(TraceFlags.SAMPLED)
            around = SpanContext(trace, parent, is_remote=True, trace_flags=flags)
            context = set_span_in_context(NonRecordingSpan(around), context)
        self._ids.trace_id, self._ids.span_id = trace, span.id
        attributes = {"pipeline_bot.operation": operation_id, **span.attributes}
        if span.error:
            attributes["error.type"] = span.error
        began = _nanoseconds(span.began)
        recorded = self._tracer.start_span(
            span.name, context, _KINDS[span.kind], attributes, start_time=began
        )
        for event in span.events:
            recorded.add_event(event.name, event.attributes, _nanoseconds(event.at))
        if span.error:
            recorded.set_status(StatusCode.ERROR)
        recorded.end(_nanoseconds(span.ended))


def _resource(version: str) -> Resource:
    """What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say; the service is named `pipeline-bot` otherwise."""
    found = Resource.create({SERVICE_VERSION: version})
    is_named = not str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service")
    return found if is_named else found.merge(Resource({SERVICE_NAME: "pipeline-bot"}))


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1_000
