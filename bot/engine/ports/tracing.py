"""The port for traces: spans of the work on an operation, exported once each has ended. An implementation returns at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.ids import OperationId
from bot.domain.operations.operation import Operation

Attributes = Mapping[str, str | int]


class SpanKind(StrEnum):
    """OpenTelemetry's kinds, as far as the bot has them."""

    INTERNAL = "internal"
    CLIENT = "client"  # a request to another service
    CONSUMER = "consumer"  # a message from another service is processed


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """A moment within a span."""

    name: str
    at: datetime
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """A span that has ended. `parent` is another span's id; None is the operation's root span.

    `error` is what kept the work from its goal, in a word; empty if nothing did.
    """

    id: int
    parent: int | None
    name: str
    kind: SpanKind
    began: datetime
    ended: datetime
    attributes: Attributes = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    error: str = ""


class Tracer(Protocol):
    """Each operation is one trace, whose id follows from the operation's: a restart does not interrupt it."""

    def now(self) -> datetime: ...

    def export(self, operation_id: OperationId, span: Span) -> None:
        """Export a span of the operation's trace."""
        ...

    def finished(self, operation: Operation) -> None:
        """Export the root span: everything about this operation has been said."""
        ...
