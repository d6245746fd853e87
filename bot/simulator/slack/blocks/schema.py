"""Combinators for JSON validation: they name every place that is not valid.

A check takes a value and the JSON pointer to it and yields problems. It never raises and never changes the value.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Check = Callable[[Any, str], Iterator[Problem]]


def string(*, most: int, fewest: int = 1, one_of: frozenset[str] | None = None) -> Check:
    """Text of `fewest` to `most` characters, and one of those given, if any are."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must be a string", at)
        elif len(value) < fewest:
            yield Problem(f"must be more than {fewest - 1} characters", at)
        elif len(value) > most:
            yield Problem(f"must be less than {most + 1} characters", at)
        elif one_of is not None and value not in one_of:
            yield Problem(f"must be one of {', '.join(sorted(one_of))}", at)

    return check


def boolean(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem("must be a boolean", at)


def integer(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield Problem("must be an integer", at)


def anything(_value: Any, _at: str) -> Iterator[Problem]:
    return iter(())


def items(check_item: Check, *, most: int, fewest: int = 1) -> Check:
    """A list of `fewest` to `most` things that all pass `check_item`."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must be an array", at)
            return
        if len(value) < fewest:
            yield Problem(f"no fewer than {fewest} items required", at)
        if len(value) > most:
            yield Problem(f"no more than {most} items allowed", at)
        for index, item in enumerate(value):
            yield from check_item(item, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with exactly these keys; `type` is always allowed, it chose the check."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must be an object", at)
            return
        for key in required:
            if value.get(key) is None:
                yield Problem(f"missing required field: {key}", at)
        for key, part in value.items():
            if key in known and part is not None:
                yield from known[key](part, f"{at}/{key}")
            elif key not in known and key != "type":
                yield Problem(f"invalid additional property: {key}", at)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` chooses the check for the rest of it."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must be an object", at)
        elif not isinstance(value.get("type"), str) or value["type"] not in kinds:
            yield Problem(f"unsupported type: {value.get('type')}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def all_of(*checks: Check) -> Check:
    def check(value: Any, at: str) -> Iterator[Problem]:
        for one in checks:
            yield from one(value, at)

    return check
