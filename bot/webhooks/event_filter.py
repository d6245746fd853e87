"""Event filter: which entries somebody gets, by type and by pipeline. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.engine.ports.webhooks import LocatedEntry
from bot.webhooks.event_types import TYPES


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Without types, every type; without patterns, every entry, also those about no pipeline."""

    types: frozenset[str]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, types: Iterable[str], patterns: Iterable[str]) -> "EventFilter":
        return cls(frozenset(types), tuple(patterns))

    def passes(self, located: LocatedEntry) -> bool:
        if self.types and TYPES[located.entry.event.kind].name not in self.types:
            return False
        if not self.patterns:
            return True
        pipeline = located.pipeline
        return pipeline is not None and any(fnmatchcase(pipeline, each) for each in self.patterns)
