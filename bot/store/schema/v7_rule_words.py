"""A step of the schema: a rule is stored in its words. Frozen like every released step; it imports nothing of the domain."""

from collections.abc import Iterator

from sqlite_utils import Database

_NEXT = "CREATE TABLE rules (pattern TEXT PRIMARY KEY NOT NULL, words TEXT NOT NULL)"

_FLAGS = {"reason": ("optional", "required"), "break-glass": ("forbidden", "allowed")}
_LENGTHS = frozenset({"within", "remind", "stop"})  # in microseconds
_UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("us", 1))

# As each key was typed, in the order in which they were written, and its column.
_KEYS = {
    "approvals": "approvals",
    "channel": "ask_channel",
    "group": "ask_group",
    "within": "approve_within",
    "remind": "remind_after",
    "reason": "reason_required",
    "stop": "stop_window",
    "break-glass": "break_glass",
    "matching": "reason_pattern",
}


def build(db: Database) -> None:
    """Put the words of each rule in the place of its columns, in the transaction at hand."""
    rows = list(_rows(db))
    db.execute("DROP TABLE rules")
    db.execute(_NEXT)
    db.conn.executemany("INSERT INTO rules VALUES (?, ?)", rows)


def _rows(db: Database) -> Iterator[tuple[str, str]]:
    for row in db.query("SELECT * FROM rules ORDER BY pattern"):
        said = [(key, row[column]) for key, column in _KEYS.items() if row[column] is not None]
        yield row["pattern"], " ".join(f"{key}={_word(key, value)}" for key, value in said)


def _word(key: str, value: object) -> object:
    if not isinstance(value, int):  # a text; or damage, which is still none of the words that are read
        return value
    if key in _FLAGS:
        return _FLAGS[key][value]
    return _length(value) if key in _LENGTHS else value


def _length(microseconds: int) -> str:
    """The largest unit that measures it whole; a part of a second, which nobody could type, will not be read."""
    for unit, size in _UNITS:
        if microseconds and microseconds % size == 0:
            return f"{microseconds // size}{unit}"
    return "0s"
