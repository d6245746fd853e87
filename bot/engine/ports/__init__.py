"""Ports: protocols for what the engine needs from Slack, Feldera, the store and the clock."""

from bot.engine.ports.directory import Caller, Directory, Mark, People, Unresolved
from bot.engine.ports.feldera import AllPipelines, Clock, Connection, Pipelines, RecordedClock
from bot.engine.ports.metrics import Metrics, StoredFigures, Unmeasured
from bot.engine.ports.slack import (
    AdminMessages,
    Announcer,
    AuditChannel,
    ChannelUnusable,
    Gone,
    HomeTabs,
    PostResult,
    Rejected,
    RetryLater,
    Taken,
)
from bot.engine.ports.store import (
    Authorize,
    DatabaseLost,
    Decide,
    HistoryLine,
    NotAuthorized,
    PipelineBusy,
    Store,
    StoreUnavailable,
    Unannounced,
)
from bot.engine.ports.tracing import Attributes, Span, SpanEvent, SpanKind, Tracer

__all__ = [
    "AdminMessages",
    "AllPipelines",
    "Announcer",
    "Attributes",
    "AuditChannel",
    "Authorize",
    "Caller",
    "ChannelUnusable",
    "Clock",
    "Connection",
    "DatabaseLost",
    "Decide",
    "Directory",
    "Gone",
    "HistoryLine",
    "HomeTabs",
    "Mark",
    "Metrics",
    "NotAuthorized",
    "People",
    "PipelineBusy",
    "Pipelines",
    "PostResult",
    "RecordedClock",
    "Rejected",
    "RetryLater",
    "Span",
    "SpanEvent",
    "SpanKind",
    "Store",
    "StoreUnavailable",
    "StoredFigures",
    "Taken",
    "Tracer",
    "Unannounced",
    "Unmeasured",
    "Unresolved",
]
