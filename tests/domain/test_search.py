"""Which names are offered for what was typed, and in which order."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pipelines.search import matching, nearly, resembling

NAMES = ["eu-orders", "orders", "orders-eu", "preorders", "Orders", "users", "reorder_queue", "prod/orders"]


def test_the_likeliest_first() -> None:
    """The very name, the name in other letters, names that begin so, names with a word that does, the rest."""
    assert matching(NAMES, "orders") == [
        "orders",
        "Orders",
        "orders-eu",
        "eu-orders",
        "prod/orders",
        "preorders",
    ]


def test_upper_and_lower_case() -> None:
    """`Orders` is another pipeline than `orders`: whichever was typed comes first, and both are offered."""
    assert matching(NAMES, "Orders")[:2] == ["Orders", "orders"]


def test_nothing_typed() -> None:
    """Everything, by the alphabet."""
    assert matching(["users", "Audit", "orders"], "  ") == ["Audit", "orders", "users"]


def test_no_name_has_it() -> None:
    """Then nothing matches; what was mistyped is found by being close."""
    assert matching(NAMES, "ordres") == []
    assert resembling(nearly(NAMES, "ordres"), "ordres", limit=2) == ["Orders", "orders"]


def test_what_has_it_is_not_close_as_well() -> None:
    """Nobody is offered a name twice."""
    assert nearly(["orders", "orders-eu", "orers", "archive"], "orders") == ["orers"]


def test_two_letters_are_close_to_nothing() -> None:
    """They would be close to everything."""
    assert nearly(["ab", "ba"], "aa") == []


def test_letters_in_each_others_place() -> None:
    """The likeliest slip is found among many names that begin alike."""
    names = [f"tenant-{number:04}" for number in range(10_000)]
    assert resembling(nearly(names, "tennat-0471")[:50], "tennat-0471", limit=1) == ["tenant-0471"]


@given(st.lists(st.text(alphabet="abAB-_", min_size=1, max_size=6), max_size=12), st.text(max_size=300))
def test_whatever_is_typed(names: list[str], typed: str) -> None:
    """Only names there are, each once, and all that have it in them."""
    found = matching(set(names), typed)
    wanted = typed.strip()[:200].casefold()
    assert sorted(found) == sorted(name for name in set(names) if wanted in name.casefold())
    assert not set(found) & set(nearly(set(names), typed))
