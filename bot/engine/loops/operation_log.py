"""Event log: writes operations' events as lines of the bot's own log."""

import structlog

from bot.domain.events import EventKind
from bot.domain.operations.inputs import Transition

log = structlog.get_logger(__name__)

_WARNINGS = frozenset({EventKind.UNREACHABLE, EventKind.OVERDUE, EventKind.NEEDS_HUMAN})


def log_events(after: Transition) -> None:
    """One line per event, named for its kind, with its data and its operation."""
    for event in after.events:
        report = log.warning if event.kind in _WARNINGS else log.info
        about = {
            **event.data,
            "operation": after.operation.id,
            "pipeline": after.operation.pipeline,
            "state": after.operation.state.value,
        }
        report(
            event.kind.value,
            **{key: value for key, value in about.items() if value is not None and value != ""},
        )
