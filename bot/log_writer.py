"""Log handler that writes from its own thread, so that an unread pipe or a slow disk blocks nothing.

A write to a full pipe blocks forever. Lines wait in a bounded queue; those that do not fit are counted, and the count
is logged as soon as lines are written again. It writes to the descriptor directly: Python's own streams have locks,
which the end of the process would wait for, and `logging.handlers.QueueListener` would wait for its thread.
"""

import logging
import os
import threading
import time
from logging.handlers import QueueHandler
from queue import Full, Queue

from bot.shutdown_times import LOG_LINES

LINES_MOST = 2000  # waiting to be written


class LogWriter(QueueHandler):
    """Formats each line where it is logged, since the context is known there, and queues the result."""

    def __init__(self, formatter: logging.Formatter, descriptor: int) -> None:
        self._lines: Queue[str | None] = Queue(LINES_MOST)
        super().__init__(self._lines)
        self.setFormatter(formatter)
        self._descriptor = descriptor
        self._dropped = 0
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Write what is queued, if the reader takes it in time."""
        ends_at = time.monotonic() + LOG_LINES
        try:
            self._lines.put(None, timeout=LOG_LINES)
        except Full:
            return
        self._thread.join(max(ends_at - time.monotonic(), 0))

    def prepare(self, record: logging.LogRecord) -> str:
        return self.format(record)

    def enqueue(self, record: str) -> None:  # type: ignore[override]  # what `prepare` returned
        try:
            self._lines.put_nowait(record)
        except Full:
            with self._counting:
                self._dropped += 1

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - the name is logging's
        """Drop a record that cannot be formatted: `logging` would report it to standard error, and block on that."""
        with self._counting:
            self._dropped += 1

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
            dropped = self._take_dropped()
            if dropped:
                self._write(self.format(_lines_dropped(dropped)), counts=dropped)

    def _write(self, line: str, *, counts: int = 1) -> None:
        rest = f"{line}\n".encode(errors="backslashreplace")
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # the reader is gone or the disk is full: there is nowhere else to report it
            with self._counting:
                self._dropped += counts

    def _take_dropped(self) -> int:
        with self._counting:
            dropped, self._dropped = self._dropped, 0
        return dropped


def _lines_dropped(lines: int) -> logging.LogRecord:
    return logging.getLogger(__name__).makeRecord(
        __name__, logging.WARNING, __file__, 0, "log_lines_dropped", (), None, extra={"lines": lines}
    )
