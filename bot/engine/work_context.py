"""Work context: which operation the current task works on. Log lines name it, and spans become part of its trace.

It is ambient, in a `ContextVar`: a task inherits it from the task that starts it. Of a delivery, nobody knows at first
which operation it is about: the first one that a listener or the store names, it is about. What ended before waits.

Without a tracer, spans are not even made.
"""

import random
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation
from bot.engine.ports.tracing import Attributes, Span, SpanKind, Tracer

WAITING_MOST = 64  # spans of a delivery before it is known what it is about
ERROR_MAX = 100  # characters of an error code, which another service may have chosen
_ID = re.compile(r"[a-z2-7]{24}")  # how the bot makes ids; a button may bring back anything
_SPAN_ID_BITS = 64


@dataclass(slots=True, eq=False)
class Work:
    """Work on one operation, or of one delivery; the tasks that it starts share it.

    `attributes` are added to each of its spans.
    """

    tracer: Tracer | None = None
    operation: OperationId | None = None
    attributes: Attributes = field(default_factory=dict)
    _waiting: list[Span] = field(default_factory=list)

    def is_about(self, operation_id: OperationId) -> None:
        """From now on it is about this operation, unless it is already about another one."""
        if self.operation is not None:
            return
        self.operation = operation_id
        for span in self._waiting:
            self.ended(span)
        self._waiting.clear()

    def ended(self, span: Span) -> None:
        if self.tracer is None:
            return
        if self.operation is not None:
            self.tracer.export(self.operation, span)
        elif len(self._waiting) < WAITING_MOST:
            self._waiting.append(span)


_work: ContextVar[Work | None] = ContextVar("work", default=None)
_open_span: ContextVar[int | None] = ContextVar("open_span", default=None)


def current() -> Work | None:
    return _work.get()


@contextmanager
def working(work: Work) -> Iterator[Work]:
    """Within this context, what is logged and traced belongs to `work`."""
    before, outer = _work.set(work), _open_span.set(None)
    try:
        yield work
    finally:
        _open_span.reset(outer)
        _work.reset(before)


def context_of(work: Work) -> Context:
    """A context in which a task belongs to `work` from its first step."""
    context = copy_context()
    context.run(_work.set, work)
    context.run(_open_span.set, None)
    return context


def about(operation_id: OperationId) -> None:
    """The current work is about this operation, unless it is already about another one."""
    work = _work.get()
    if work is not None and _ID.fullmatch(operation_id):
        work.is_about(operation_id)


@contextmanager
def describing(attributes: Attributes) -> Iterator[None]:
    """Within this context, the current work's spans have these attributes, too."""
    work = _work.get()
    if work is None or work.tracer is None:
        yield
        return
    before = work.attributes
    work.attributes = {**before, **attributes}
    try:
        yield
    finally:
        work.attributes = before


def finished(operation: Operation) -> None:
    """The last message about this operation is posted."""
    work = _work.get()
    if work is not None and work.tracer is not None:
        work.tracer.finished(operation)


def with_operation(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: adds `operation` to a line that is logged during work on one."""
    work = _work.get()
    if work is not None and work.operation is not None:
        event.setdefault("operation", work.operation)
    return event


class OpenSpan(Protocol):
    """A span to be filled in before it ends."""

    def set(self, attributes: Attributes) -> None: ...

    def rename(self, name: str) -> None: ...

    def failed(self, error: str) -> None:
        """What kept the work from its goal: an error code, or a word."""
        ...

    def discard(self) -> None:
        """Nothing came of it: it is not exported."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def span(name: str, kind: SpanKind = SpanKind.INTERNAL) -> OpenSpan:
    """A span of the current work, as a context; its parent is the span around it. Without a tracer it does nothing."""
    work = _work.get()
    if work is None or work.tracer is None:
        return _NO_SPAN
    return _OpenSpan(work, work.tracer, name, kind)


def new_span_id() -> int:
    return random.getrandbits(_SPAN_ID_BITS) or 1


class _NoSpan:
    def set(self, attributes: Attributes) -> None: ...

    def rename(self, name: str) -> None: ...

    def failed(self, error: str) -> None: ...

    def discard(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


_NO_SPAN = _NoSpan()


class _OpenSpan:
    def __init__(self, work: Work, tracer: Tracer, name: str, kind: SpanKind) -> None:
        self._work, self._tracer, self._name, self._kind = work, tracer, name, kind
        self._attributes = dict(work.attributes)
        self._id, self._parent = new_span_id(), _open_span.get()
        self._error = ""
        self._is_exported = True
        self._began: datetime = tracer.now()

    def set(self, attributes: Attributes) -> None:
        self._attributes.update(attributes)

    def rename(self, name: str) -> None:
        self._name = name

    def failed(self, error: str) -> None:
        self._error = error[:ERROR_MAX]

    def discard(self) -> None:
        self._is_exported = False

    def __enter__(self) -> Self:
        self._began = self._tracer.now()
        self._outer = _open_span.set(self._id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _open_span.reset(self._outer)
        if not self._is_exported:
            return
        self._work.ended(
            Span(
                self._id,
                self._parent,
                self._name,
                self._kind,
                self._began,
                self._tracer.now(),
                self._attributes,
                error=self._error or ("" if kind is None else kind.__name__),
            )
        )
