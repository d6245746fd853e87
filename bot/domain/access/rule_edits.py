"""Rule edits: the keys of a pattern's rule that somebody sets or removes, while the others stay as they are. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Rule


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """`values` holds what is set, and the pattern; `removed` are the fields of the keys that are removed."""

    values: Rule
    removed: frozenset[str] = frozenset()

    @property
    def pattern(self) -> str:
        return self.values.pattern

    def applied_to(self, before: Rule | None) -> Rule:
        """The rule that results; it may say nothing any more."""
        changed: dict[str, Any] = dict.fromkeys(self.removed)
        changed.update((key.field, value) for key, value in self.values.said)
        return replace(before or Rule(self.pattern), **changed)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key before and after, as people type the values; None where a rule does not have the key."""

    name: str
    before: str | None
    after: str | None


def key_changes(before: Rule, after: Rule) -> Iterator[KeyChange]:
    """The keys that differ, in the order in which they are written."""
    was, now = before.as_typed, after.as_typed
    for key in RULE_KEYS:
        if was.get(key.name) != now.get(key.name):
            yield KeyChange(key.name, was.get(key.name), now.get(key.name))


def unchanged_keys(before: Rule, after: Rule) -> Rule:
    """A rule of what both say alike."""
    same: dict[str, Any] = {
        key.field: value for key, value in after.said if getattr(before, key.field) == value
    }
    return Rule(after.pattern, **same)
