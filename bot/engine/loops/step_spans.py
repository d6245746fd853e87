"""Step spans: for each step of an operation one span from its request to its goal, with what the looks meanwhile saw.

A step may wait for days, so a look is an event of the span, and only if it saw something else than the one before. What
was seen before a restart is not in it; its beginning is, since the row has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.events import EventKind
from bot.domain.ids import OperationId
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Look, Problem, Seen
from bot.engine.ports.tracing import Span, SpanEvent, SpanKind, Tracer
from bot.engine.work_context import new_span_id

EVENTS_MOST = 50  # of one span: the first ones
STATUS_MAX = 40  # characters of a status that Feldera names


@dataclass(slots=True)
class _Looks:
    count: int = 0
    last: str = ""
    events: list[SpanEvent] = field(default_factory=list)


@dataclass(slots=True)
class StepSpans:
    """Without a tracer it keeps nothing."""

    tracer: Tracer | None = None
    _looks: dict[OperationId, _Looks] = field(default_factory=dict)

    def looked(self, operation: Operation, look: Look) -> None:
        if self.tracer is None:
            return
        looks = self._looks.setdefault(operation.id, _Looks())
        looks.count += 1
        seen = _seen(look)
        if seen != looks.last and len(looks.events) < EVENTS_MOST:
            looks.events.append(SpanEvent("look", self.tracer.now(), {"pipeline_bot.seen": seen}))
        looks.last = seen

    def changed(self, after: Transition) -> None:
        """A transition is stored: export the span of the step that it ends, if it ends one for which a request was sent."""
        if self.tracer is None:
            return
        operation = after.operation
        for event in after.events:
            if event.kind is EventKind.STEP_DONE:
                self._export(
                    self.tracer, operation, operation.plan[len(operation.done) - 1], operation.done[-1]
                )
            elif event.kind is EventKind.ENDED and operation.outcome is not None:
                done = StepDone(operation.outcome.ending, event.at, operation.attempt.submitted_at)
                self._export(self.tracer, operation, operation.step_name, done)

    def forget(self, ids: Iterable[OperationId]) -> None:
        for each in ids:
            self._looks.pop(each, None)

    def _export(self, tracer: Tracer, operation: Operation, step: StepName, done: StepDone) -> None:
        looks = self._looks.pop(operation.id, _Looks())
        if done.sent_at is None:
            return
        attributes: dict[str, str | int] = {
            "pipeline_bot.step": step.value,
            "pipeline_bot.ending": done.ending.value,
            "pipeline_bot.looks": looks.count,
        }
        span = Span(
            new_span_id(),
            None,
            f"step {step.value}",
            SpanKind.INTERNAL,
            done.sent_at,
            done.at,
            attributes,
            tuple(looks.events),
        )
        tracer.export(operation.id, span)


def _seen(look: Look) -> str:
    """The state in Feldera's words, or why there is none."""
    match look:
        case Seen(pipeline):
            return f"{pipeline.status[:STATUS_MAX]} {pipeline.storage.value}"
        case Problem(trouble=trouble):
            return trouble.value
    return type(look).__name__.lower()
