"""What is told of pipelines: names for what was typed, and what changed of one, line by line."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pipelines.activity import Activity, Shape, latest
from bot.domain.pipelines.pipeline import Storage
from bot.domain.pipelines.search import matching, nearly, resembling
from tests.clock import START

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


def test_case_blanks_and_slips() -> None:
    """`Orders` is another pipeline than `orders`: whichever was typed comes first, and both are offered."""
    assert matching(NAMES, "Orders")[:2] == ["Orders", "orders"]
    assert matching(["users", "Audit", "orders"], "  ") == ["Audit", "orders", "users"]
    assert matching(NAMES, "ordres") == []
    assert resembling(nearly(NAMES, "ordres"), "ordres", limit=2) == ["Orders", "orders"]


def test_what_has_it_is_not_close_as_well() -> None:
    assert nearly(["orders", "orders-eu", "orers", "archive"], "orders") == ["orers"]
    assert nearly(["ab", "ba"], "aa") == [], "two letters are close to everything"


def test_letters_in_each_others_place() -> None:
    names = [f"tenant-{number:04}" for number in range(10_000)]
    assert resembling(nearly(names, "tennat-0471")[:50], "tennat-0471", limit=1) == ["tenant-0471"]


@given(st.lists(st.text(alphabet="abAB-_", min_size=1, max_size=6), max_size=12), st.text(max_size=300))
def test_whatever_is_typed(names: list[str], typed: str) -> None:
    found = matching(set(names), typed)
    wanted = typed.strip()[:200].casefold()
    assert sorted(found) == sorted(name for name in set(names) if wanted in name.casefold())
    assert not set(found) & set(nearly(set(names), typed))


STOPPED = Shape(START, "Stopped", "Stopped", Storage.IN_USE, "Success")


def later(minutes: int, **differences) -> Shape:
    return replace(STOPPED, at=START + timedelta(minutes=minutes), **differences)


def test_each_thing_that_changes_is_told_and_nothing_else():
    shapes = [
        later(4, has_error=True),
        later(3, program="SqlError"),
        later(2, storage=Storage.CLEARING, program="SqlError"),
        later(1, wanted="Running", deployment="Running"),
        STOPPED,
    ]
    assert latest(shapes, 9) == (
        Activity(later(4).at, program="Success", has_error=True),
        Activity(later(3).at, storage=Storage.IN_USE),
        Activity(
            later(2).at, deployment="Stopped", wanted="Stopped", storage=Storage.CLEARING, program="SqlError"
        ),
        Activity(later(1).at, deployment="Running", wanted="Running"),
    )


def test_rows_without_news_do_not_count():
    shapes = [later(minute, program="Pending" if minute < 50 else "Success") for minute in range(99, 0, -1)]
    assert latest([*shapes, STOPPED], 2) == (
        Activity(later(50).at, program="Success"),
        Activity(later(1).at, program="Pending"),
    )
    assert latest([STOPPED], 5) == latest([], 5) == (), "the oldest row has nothing to differ from"
