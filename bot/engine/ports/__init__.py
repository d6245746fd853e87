"""What the engine needs of the world, in its own words."""

from bot.engine.ports.directory import Caller, Directory, Mark, People, Unread
from bot.engine.ports.feldera import Clock, Connection, Everything, Pipelines, RecordedClock
from bot.engine.ports.slack import (
    Announcer,
    Gone,
    HomeTabs,
    Later,
    Noticeboard,
    NotThere,
    PostResult,
    Rejected,
    Taken,
)
from bot.engine.ports.store import (
    Authorize,
    Decide,
    HistoryLine,
    NotAuthorized,
    PipelineBusy,
    Store,
    StoreLost,
    StoreUnavailable,
    Unannounced,
)

__all__ = [
    "Announcer",
    "Authorize",
    "Caller",
    "Clock",
    "Connection",
    "Decide",
    "Directory",
    "Everything",
    "Gone",
    "HistoryLine",
    "HomeTabs",
    "Later",
    "Mark",
    "NotAuthorized",
    "NotThere",
    "Noticeboard",
    "People",
    "PipelineBusy",
    "Pipelines",
    "PostResult",
    "RecordedClock",
    "Rejected",
    "Store",
    "StoreLost",
    "StoreUnavailable",
    "Taken",
    "Unannounced",
    "Unread",
]
