"""What changed, out of what was: one line a change, and none for a row without news."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.pipelines.activity import Activity, Shape, latest
from bot.domain.pipelines.pipeline import Storage
from tests.clock import START

STOPPED = Shape(START, "Stopped", "Stopped", Storage.IN_USE, "Success")


def later(minutes: int, **differences) -> Shape:
    return replace(STOPPED, at=START + timedelta(minutes=minutes), **differences)


def test_each_thing_that_changes_is_told_and_nothing_else():
    """Newest first, at the moment from which it was so."""
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
    """However many there are between two changes, the limit is of changes."""
    shapes = [later(minute, program="Pending" if minute < 50 else "Success") for minute in range(99, 0, -1)]
    assert latest([*shapes, STOPPED], 2) == (
        Activity(later(50).at, program="Success"),
        Activity(later(1).at, program="Pending"),
    )


def test_the_oldest_row_has_nothing_to_differ_from():
    """The record does not reach back to what was before: that is no change."""
    assert latest([STOPPED], 5) == latest([], 5) == ()
