"""Mutations of JSON: a real value with something odd in one or several places, and its text as JSON.

What Python's `json` cannot write is a `JsonText`: a number with too many digits, depth without end, half a surrogate.
A `JsonObject` can have a key twice.
"""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.json_trees import at, places, replaced, without

DEPTH = 100_000
HUGE = 300_000  # characters: a few of them are more than the bot takes


@dataclass(frozen=True)
class JsonText:
    """JSON as it is to be sent, or what only looks like it."""

    text: str

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: FBT001  Hypothesis prints examples so
        printer.text(repr(self))

    def __repr__(self) -> str:
        shown = self.text if len(self.text) < 50 else f"{self.text[:20]}… {len(self.text)} characters"
        return f"JsonText({shown})"


@dataclass(frozen=True)
class JsonObject:
    """An object by its keys and values in order: a key may be there twice."""

    pairs: tuple[tuple[str, Any], ...]


def encoded(value: Any) -> str:
    """The value as JSON, in ASCII: a lone surrogate is escaped."""
    match value:
        case JsonText(text):
            return text
        case JsonObject(pairs):
            return "{" + ",".join(f"{json.dumps(key)}:{encoded(inner)}" for key, inner in pairs) + "}"
        case dict():
            return encoded(JsonObject(tuple(value.items())))
        case list():
            return "[" + ",".join(map(encoded, value)) + "]"
    return json.dumps(value)


TOO_MUCH = {
    "deep list": JsonText("[" * DEPTH + "]" * DEPTH),
    "deep object": JsonText('{"a":' * DEPTH + "1" + "}" * DEPTH),
    "open list": JsonText("[" * DEPTH),
    "deep, but within limits": JsonText("[" * 900 + "]" * 900),
    "digits": JsonText("9" * 5_000),
    "exponent": JsonText("1e999999999"),
    "text": JsonText(json.dumps("x" * HUGE)),
    "escaped text": JsonText('"' + r"\u0000" * 4_000 + '"'),
    "list": JsonText("[" + "0," * 100_000 + "0]"),
}
_ODD: list[Any] = [
    *(None, True, False, 0, -1, 7, 2**53 + 1, 2**63, 2**64, 10**40, 0.5, -0.0, 1e308),
    *(float("nan"), float("inf"), float("-inf")),
    *(
        "",
        " ",
        "0",
        "x",
        "null",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\u202e",
        "\ufeff",
        "١",
        "U7",
        "T7",
        "C7",
    ),
    *(
        "<!channel>",
        "<@U7>",
        "payload",
        "payload=",
        "{}",
        "[]",
        "../..",
        "%00",
        "http://",
        "https://127.0.0.1:1/x",
    ),
    *([], [[]], [None], [7], {}, {"": ""}, {"id": 7}, {"id": None}, {"type": {"type": []}}, ["x"] * 30),
    *(
        JsonText(text)
        for text in (r'"\ud800"', r'"\u0000"', "01", "'x'", "undefined", "", "nul", "// x", "{}}")
    ),
]
TEXTS = st.text(st.characters(), max_size=20)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ODD = st.one_of(
    st.sampled_from(_ODD),
    st.sampled_from(_ODD),
    ANY_JSON,
    st.sampled_from([*TOO_MUCH]).map(TOO_MUCH.__getitem__),
)


# Any of a number of things that is not known when it is drawn: modulo that number.
WHICH = st.sampled_from(range(2**12))
WAYS = ("other", "other", "other", "spliced", "wrapped", "gone", "twice", "more", "repeated", "edited")


@dataclass(frozen=True)
class Mutation:
    """A change of a value, whatever that is: drawn before the value is known, so that it can be repeated and shrunk.

    `place` and `source` are places, modulo as many as there are; `odd` and `text` are what gets in.
    """

    way: str
    place: int
    source: int
    odd: Any
    text: str

    def __call__(self, value: Any, others: Any) -> Any:
        """The changed value; parts of `others`, another real value, can get into it."""
        found = [*places(value)]
        place = found[self.place % len(found)]
        was, new = at(value, place), self.odd
        match self.way, was:
            case "gone", _ if place:
                return without(value, place)
            case "spliced", _:
                sources = [*places(others)]
                new = at(others, sources[self.source % len(sources)])
            case "wrapped", _:
                new = ([was], [was, was], {"id": was}, {"value": was})[self.source % 4]
            case "twice", dict() if was:
                pairs, added = [*was.items()], ([*was][self.source % len(was)], self.odd)
                new = JsonObject(tuple([added, *pairs] if self.source % 2 else [*pairs, added]))
            case "more", dict():
                new = was | {self.text: self.odd}
            case "repeated", list() if was:
                new = was * (2, 3, 30, 1_000)[self.source % 4]
            case "edited", str():
                cut = self.source % (len(was) + 1)
                new = was[:cut] + self.text + was[cut + (0, 1, len(was))[self.place % 3] :]
        return replaced(value, place, new)


MUTATIONS = st.lists(
    st.builds(Mutation, st.sampled_from(WAYS), place=WHICH, source=WHICH, odd=ODD, text=TEXTS),
    min_size=1,
    max_size=3,
)


def mutated(value: Any, mutations: list[Mutation], others: Any = None) -> Any:
    for mutation in mutations:
        value = mutation(value, value if others is None else others)
    return value
