"""Seams: the moments before and after each commit, request and response of a process, found where all of them pass.

Every commit passes a SQLite connection, and every byte to or from Slack and Feldera a socket of the event loop. So a
new store method, API call or delivery is a seam without being listed here. A name is what is done, for example
`commit operations.change (sent)` or `request POST /api/chat.postMessage`.
"""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
import threading
from asyncio import selector_events
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import bot.store

STORE = Path(bot.store.__file__).parent
PASSED_BY_ALL = frozenset(
    {"connection", "connections.py", "store.py"}
)  # these do not tell transactions apart
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER"})
REQUEST = re.compile(rb"([A-Z]+) ([^ ?]+)\S* HTTP/1\.1\r\n")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
SECRETS = re.compile(r"/(commands|actions)/.*")
ENVELOPE = re.compile(rb'"type": ?"(\w+)"')
UPGRADED = b"HTTP/1.1 101"


class SeamLog:
    """Writes each hit of a seam to a file, one a line, and kills the process at the wanted one.

    A hit is a moment, a seam and a number: `before request POST /v0/pipelines/orders/clear #1`.
    """

    def __init__(self, file: Path, kill_at: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._kill_at = kill_at
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def hit(self, moment: str, seam: str) -> None:
        with self._lock:
            self._counts[f"{moment} {seam}"] += 1
            hit = f"{moment} {seam} #{self._counts[f'{moment} {seam}']}"
            os.write(self._file, f"{hit}\n".encode())
            if hit == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, seam: str) -> Iterator[None]:
        self.hit("before", seam)
        yield
        self.hit("after", seam)


class _Statements:
    """A connection or a cursor: statements are executed on either."""

    def execute(self, sql, parameters=(), /):
        return self.seams.does(sql, partial(super().execute, sql, parameters), parameters)

    def executemany(self, sql, parameters, /):
        return self.seams.does(sql, partial(super().executemany, sql, parameters))

    def executescript(self, script, /):
        return self.seams.does(script, partial(super().executescript, script), is_script=True)


class SeamCursor(_Statements, sqlite3.Cursor):
    @property
    def seams(self) -> "SeamConnection":
        return self.connection


class SeamConnection(_Statements, sqlite3.Connection):
    """A connection whose commits are seams; a transaction that has written nothing is none."""

    log: SeamLog

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._committed = 0  # changes
        self._kinds: list[str] = []  # of the events that the current transaction appends

    @property
    def seams(self) -> "SeamConnection":
        return self

    def cursor(self, factory=SeamCursor):
        return super().cursor(factory)

    def commit(self):
        return self.does("COMMIT", super().commit)

    def __exit__(self, *exception):
        return self.does("COMMIT", partial(super().__exit__, *exception))

    def does(self, sql: str, done: Callable, parameters=(), *, is_script: bool = False):
        """Execute a statement: in a seam, if it commits something."""
        verb = sql.split(None, 1)[0].rstrip(";").upper()
        if verb == "BEGIN":
            self._committed, self._kinds = self.total_changes, []
        if sql.startswith("INSERT INTO events ") and isinstance(parameters, dict):
            self._kinds.append(parameters["kind"])
        commits = verb in {"COMMIT", "END"} and self.in_transaction and self.total_changes > self._committed
        if not (commits or is_script or (verb in WRITES and not self.in_transaction)):
            return done()
        what = f" ({', '.join(dict.fromkeys(self._kinds))})" if self._kinds else ""
        with self.log.around(f"commit {_call_site()}{what}"):
            return done()


def _call_site() -> str:
    """The store's function whose transaction this is, for example `operations.change`."""
    found = "outside the store"
    frame = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(STORE) and path.relative_to(STORE).parts[0] not in PASSED_BY_ALL:
            found = f"{path.stem}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return found


class SeamTransport(selector_events._SelectorSocketTransport):
    """A connection whose requests and responses are seams: each as a whole, however many pieces it comes in."""

    def __init__(self, log, *arguments, **options) -> None:
        self._log = log
        self._asked = ""  # the request that is answered next
        self._sending = ""  # the message that is being written
        self._unsent = 0  # bytes of the current message
        self._is_websocket = False
        self._is_served = options.get("server") is not None
        super().__init__(*arguments, **options)

    def write(self, data):
        data = bytes(data)
        if not data:
            return
        if self._unsent <= 0:
            self._sending, self._unsent = self._message(data)
            self._log.hit("before", self._sending)
        super().write(data)
        self._unsent -= len(data)
        if self._unsent <= 0:
            self._log.hit("after", self._sending)

    def writelines(self, list_of_data):
        self.write(b"".join(list_of_data))

    def _message(self, data: bytes) -> tuple[str, int]:
        """The name and the length of the message that is sent and begins with this data."""
        if self._is_websocket:
            return "frame to Slack", len(data)
        head, _, _ = data.partition(b"\r\n\r\n")
        body = LENGTH.search(head)
        length = len(head) + 4 + (int(body[1]) if body else 0)
        found = REQUEST.match(data)
        if found is None:
            return f"answer {self._asked}", length
        path = SECRETS.sub(r"/\1", found[2].decode())
        self._asked = f"{found[1].decode()} {path}"
        return f"request {self._asked}", length

    def _read_ready(self):
        try:
            coming = self._sock.recv(self.max_size, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError, ConnectionError):
            coming = b""
        seam = self._received(coming) if coming else None
        if seam is None:
            super()._read_ready()
            return
        with self._log.around(seam):
            super()._read_ready()

    def _received(self, data: bytes) -> str | None:
        """The name of the message that begins with this data; None for the rest of one."""
        found = REQUEST.match(data)
        if self._is_websocket:
            kind = ENVELOPE.search(data)
            return f"frame from Slack ({kind[1].decode()})" if kind else "frame from Slack"
        if self._is_served:
            if found is None:
                return None
            self._asked = f"{found[1].decode()} {found[2].decode()}"
            return f"delivery {self._asked}"
        if not data.startswith(b"HTTP/1.1 "):
            return None
        self._is_websocket = data.startswith(UPGRADED)
        return f"response {self._asked}"


class SeamLoop(asyncio.SelectorEventLoop):
    """An event loop all of whose sockets have seams."""

    def __init__(self, log: SeamLog) -> None:
        self._log = log
        super().__init__()

    def _make_socket_transport(self, sock, protocol, waiter=None, **options):
        # asyncio wakes itself up by a pair of sockets that never gets here.
        return SeamTransport(self._log, self, sock, protocol, waiter, **options)


def put_seams_into_this_process(log: SeamLog) -> Callable[[], SeamLoop]:
    """Let each connection to a database have seams; returns what makes an event loop whose sockets have them."""
    SeamConnection.log = log
    sqlite3.connect = partial(sqlite3.connect, factory=SeamConnection)
    return partial(SeamLoop, log)
