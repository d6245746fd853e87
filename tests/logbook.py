"""What was logged during a story, so that a story can look at it, and fail at an error that it did not expect."""

import logging
from typing import Any

import structlog


class Logbook(logging.Handler):
    """Collects what is logged by us (structlog) or, from warnings on, by the libraries (logging), errors apart."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.errors: list[str] = []
        logging.getLogger().addHandler(self)
        structlog.configure(processors=[self._note])

    def _note(self, _logger: Any, method: str, event: dict[str, Any]) -> str:
        self._add(f"{event['event']} {event}", is_error=method in {"error", "critical", "exception"})
        raise structlog.DropEvent

    def emit(self, record: logging.LogRecord) -> None:
        self._add(f"{record.name} {record.getMessage()}", is_error=record.levelno >= logging.ERROR)

    def _add(self, line: str, *, is_error: bool) -> None:
        self.lines.append(line)
        if is_error:
            self.errors.append(line)

    def closes(self) -> None:
        logging.getLogger().removeHandler(self)
        structlog.reset_defaults()
