"""What is drawn for a run of the random cast: who, which pipeline, which rules, and what happens meanwhile."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.access_model import MINUTE, PIPELINES, ROLES, RULES, SECOND, Given
from tests.stories.cast_watched import CAST, TYPISTS

ANYBODY = st.sampled_from(CAST)
TYPIST = st.sampled_from(TYPISTS)
ASKER = st.sampled_from(("ana", "ana", "ola", "ola", "rio", *TYPISTS))
RESPONDER = st.sampled_from(("rio", "rio", "rio", *TYPISTS))
ADMIN = st.sampled_from(("root", "root", "root", "root", *TYPISTS))
MOSTLY = st.sampled_from([True, True, True, False])
MOMENTS = st.sampled_from([0, 5, 20, 30, 45, 60, 120, 600, 4000])
PIPELINE = st.sampled_from(("orders", *PIPELINES))
MEANWHILE = st.sampled_from(
    ["", "a lead leaves", "an approver is a guest", "it is frozen", "it runs", "a right is revoked"]
)
PATTERN = st.sampled_from(["*", "ord*", "orders", "billing"])
ORDER = st.permutations(["cora", "ben", "ola", "root", "gus", "ext", "ana", "rio"])
WHICH = st.integers(0, 30)
RULE = RULES.filter(bool)
GLASS = {"break-glass": True}
HOUSES = st.dictionaries(PATTERN, RULE, max_size=3) | st.sampled_from(
    [
        {},
        {"*": {"cancel-window": 30 * SECOND} | GLASS, "billing": {"approvals": 1} | GLASS},
        {"*": {"approvals": 2, "cancel-window": 30 * SECOND} | GLASS},
        {
            "*": {"approvals": 1, "cancel-window": 30 * SECOND},
            "ord*": {"approvals": 2, "within": 5 * MINUTE},
            "orders": GLASS,
        },
        {
            "*": {"approvals": 0, "cancel-window": 30 * SECOND} | GLASS,
            "orders": {"approvals": 2, "cancel-window": MINUTE},
        },
        {"*": {"approvals": 1, "cancel-window": 45 * SECOND} | GLASS, "orders": {"break-glass": False}},
    ]
)
GIVEN = st.builds(Given, st.sampled_from([*CAST, "leads"]), st.sampled_from(ROLES), PATTERN)
CHANGE = st.one_of(
    GIVEN,
    st.tuples(PATTERN, RULE),
    st.tuples(PATTERN, st.sampled_from([1, 60, "unfreeze", "off"])),
)
TWO_OF_THEM = {"*": {"approvals": 2, "cancel-window": 30 * SECOND}}
SMOOTHLY = {"who": "ana", "pipeline": "orders", "order": ["ben", "cora"], "at_once": False}

F = TypeVar("F", bound=Callable[..., None])
DEEDS: list[st.SearchStrategy[tuple[str, dict[str, Any]]]] = []


def deed(often: int = 1, **drawn: st.SearchStrategy) -> Callable[[F], F]:
    """One of the things that may happen, with what is drawn for it."""

    def noted(method: F) -> F:
        DEEDS.extend([st.tuples(st.just(method.__name__), st.fixed_dictionaries(drawn))] * often)
        return method

    return noted
