"""Values of any type, found by walking it, so that none is forgotten when a reply gets another field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Values = Any
"""Some values of one type: a list of them, or a strategy."""


@dataclass(frozen=True)
class Walk:
    """`known` are the values of a type, `by_field` those of a field of this name, but for `not_those` of some classes."""

    known: Mapping[Any, Values]
    by_field: Mapping[str, Values]
    among: Callable[[list[Any]], Values]
    one_of: Callable[[list[Values]], Values]
    several: Callable[[Any, Values, str], Values]
    mapping: Callable[[Values, Values], Values]
    of_fields: Callable[[type, Callable[[], dict[str, Values]]], Values]
    not_those: frozenset[tuple[type, str]] = frozenset()

    def of(self, hint: Any, field: str = "") -> Values:
        """The values of this type.

        Raises:
            TypeError: nobody has said what that may be.
        """
        if hint in self.known:
            return self.known[hint]
        if hint is type(None):
            return self.among([None])
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in {UnionType, Union}:
            return self.one_of([self.of(each, field) for each in arguments])
        if origin in {tuple, frozenset}:
            return self.several(origin, self.of(arguments[0], field), field)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self.mapping(*map(self.of, arguments))
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self.among(list(hint))
        if isinstance(hint, type) and is_dataclass(hint):
            return self.of_fields(hint, lambda: self._fields(hint))
        raise TypeError(f"what is a {hint}, in {field!r}?")

    def _fields(self, kind: type) -> dict[str, Values]:
        """Every field of it, those with a default, too."""
        hints = get_type_hints(kind)
        return {
            each.name: self.by_field[each.name]
            if each.name in self.by_field and (kind, each.name) not in self.not_those
            else self.of(hints[each.name], each.name)
            for each in fields(kind)
        }
