"""What the record keeps, in lines that a story can compare whole: who did what, and what decided."""

import json
from collections.abc import Iterable, Mapping

from bot.domain.audit_chain import Entry
from bot.domain.events import Value


def in_lines(entries: Iterable[Entry], names: Mapping[str, str]) -> list[str]:
    """`03:00 granted by root: grant=1 pattern=orders …`, oldest first; `[op]` if it is about an operation."""
    return [_line(entry, names) for entry in entries]


def _line(entry: Entry, names: Mapping[str, str]) -> str:
    event = entry.event
    by = "" if event.by is None else f" by {names.get(event.by.user, event.by.user)}"
    about = " [op]" if entry.operation is not None else ""
    # Where the card stands is left out: every entry of an operation says it as soon as there is one.
    kept = {
        key: value
        for key, value in sorted(event.data.items())
        if value is not None and value != "" and key not in {"channel", "ts"}
    }
    if "reviewed" in kept:
        kept["reviewed"] = "…"  # a pipeline's id, another one each time
    data = " ".join(f"{key}={_as_stored(value)}" for key, value in kept.items())
    return f"{event.at:%H:%M} {event.kind.value}{by}{about}: {data}".rstrip(": ")


def _as_stored(value: Value) -> str:
    """Values of several parts as JSON, which they are stored as."""
    return str(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
