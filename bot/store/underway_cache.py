"""A cache of the operations that are live or await approval: a loop that wakes need not read thousands of rows.

The store's own writes keep it current; writes of another process (the shell) show in SQLite's `data_version`, which
only other connections' commits change. No decision is based on it: decisions use the row, read in the transaction that
writes it.
"""

import threading
from collections.abc import Iterable

from sqlite_utils import Database

from bot.domain.ids import OperationId
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.unchanged_looks import is_equal_but_for_rendering, is_lastingly_equal, shown_at
from bot.store.operation_rows import operation_of
from bot.store.operations import SELECT_UNDERWAY
from bot.store.row_cache import RowCache


class UnderwayCache:
    """Any thread may read it; `follow` is for the writing connection alone, on its thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: dict[OperationId, Operation] = {}
        self._is_sorted = True
        self._rows = RowCache(operation_of)
        self.is_read = False
        self._version: int | None = None

    def follow(self, db: Database) -> None:
        """Read the rows again if another connection wrote since they were last read."""
        (version,) = db.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        stored = self._rows.read(db.execute(SELECT_UNDERWAY))
        found = {operation.id: self.current(operation) for operation in stored}
        with self._lock:
            # What `keep` stored meanwhile is lost, and looked up again: those are due at once.
            self._operations, self._is_sorted, self.is_read = found, True, True
        self._version = version

    def all(self) -> tuple[Operation, ...]:
        """Oldest first."""
        with self._lock:
            if not self._is_sorted:
                in_order = sorted(self._operations.values(), key=lambda operation: operation.created_at)
                self._operations = {operation.id: operation for operation in in_order}
                self._is_sorted = True
            return tuple(self._operations.values())

    def current(self, stored: Operation) -> Operation:
        """The operation as this process knows it, if the row is equal in all lasting fields."""
        known = self._operations.get(stored.id)
        return known if known is not None and is_lastingly_equal(known, stored) else stored

    def put(self, *made: Transition | None) -> None:
        """Cache the operations of these transitions, whether or not their rows changed."""
        with self._lock:
            for operation in (each.operation for each in made if each is not None):
                if operation.state.is_live or operation.state is State.AWAITING_APPROVAL:
                    self._is_sorted &= operation.id in self._operations
                    self._operations[operation.id] = operation
                else:
                    self._operations.pop(operation.id, None)

    def render(self, operation_id: OperationId, version: int) -> None:
        """The store has noted that Slack's card shows this version, or a later one."""
        with self._lock:
            known = self._operations.get(operation_id)
            if known is not None and known.display.rendered_version < version:
                self._operations[operation_id] = shown_at(known, version)

    def keep(self, looked_at: Iterable[tuple[Operation, Operation]]) -> None:
        """Keep what looks found and no row stores: each operation before and after, unless it has changed since."""
        with self._lock:
            for before, after in looked_at:
                known = self._operations.get(before.id)
                if known is not None and (known is before or is_equal_but_for_rendering(known, before)):
                    self._operations[before.id] = shown_at(after, known.display.rendered_version)
