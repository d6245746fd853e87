"""A cache of parsed rows: thousands are read at a time, and the few that have changed are parsed again."""

import sqlite3
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from bot.store.column_values import Row

_T = TypeVar("_T")


class RowCache(Generic[_T]):
    """Keeps the rows that were read last. For one thread at a time."""

    def __init__(self, parse: Callable[[Row], _T]) -> None:
        self._parse = parse
        self._known: dict[Any, tuple[int, _T]] = {}  # by id, each with the hash of its row

    def read(self, cursor: sqlite3.Cursor) -> list[_T]:
        """All rows of the cursor, which have an `id`, in their order."""
        columns = [column for column, *_ in cursor.description]
        key = columns.index("id")
        found: dict[Any, tuple[int, _T]] = {}
        for row in cursor:
            known, stamp = self._known.get(row[key]), hash(row)
            if known is None or known[0] != stamp:
                known = stamp, self._parse(dict(zip(columns, row, strict=True)))
            found[row[key]] = known
        self._known = found
        return [value for _, value in found.values()]
