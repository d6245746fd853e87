"""Ages, as the shell prints them: rounded down, with the time in UTC beside them."""

from datetime import timedelta

import pytest

from bot.cli.look.ages import ago, ahead, in_brief, lasting
from tests.clock import START


@pytest.mark.parametrize(
    ("length", "brief"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(milliseconds=900), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=40, hours=23), "40 d"),
    ],
)
def test_the_largest_unit_counts(length, brief):
    assert in_brief(length) == brief


def test_the_time_stands_beside_it():
    later = START + timedelta(hours=3)
    assert ago(START, later) == "3 h ago (2026-03-02 03:00 UTC)"
    assert lasting(START, later) == "3 h (since 2026-03-02 03:00 UTC)"
    assert ahead(later, START) == "in 3 h (2026-03-02 06:00 UTC)"
