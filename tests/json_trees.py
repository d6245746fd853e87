"""Places in JSON values: every one of them, and the value with something else at one of them."""

import copy
from collections.abc import Iterator
from typing import Any

Place = tuple[Any, ...]
"""The keys and indexes that lead to a value; empty for the whole."""


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every value in it, and of what holds them."""
    yield place
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*place, key))


def at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def replaced(value: Any, place: Place, new: Any) -> Any:
    """A copy of the value with `new` at the place."""
    if not place:
        return new
    made = copy.deepcopy(value)
    at(made, place[:-1])[place[-1]] = new
    return made


def without(value: Any, place: Place) -> Any:
    """A copy of the value without what is at the place, which is not the whole."""
    made = copy.deepcopy(value)
    del at(made, place[:-1])[place[-1]]
    return made
