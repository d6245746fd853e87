"""Whether what the bot writes into its audit log is what docs/events.md says: names and types."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.audit_chain import Entry
from bot.webhooks.cloud_event import CloudEvent

_FIELDS: dict[str, Any] = CloudEvent.model_json_schema()["$defs"]["EventDetails"]["properties"]
_TYPES = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object", type(None): "null"}


def undescribed(entries: Iterable[Entry]) -> Iterator[str]:
    """What an entry says that has no description, or is not of the type that the schema gives it."""
    for entry in entries:
        for name, value in entry.event.data.items():
            field = _FIELDS.get(name)
            if field is None:
                yield f"{entry.event.kind}: {name} is not in EventDetails"
            elif "type" in field and _TYPES[type(value)] not in _listed(field["type"]):
                yield f"{entry.event.kind}: {name} is {value!r}, and not {field['type']}"


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types
