"""What is left until a coming moment, in the two largest units."""

from datetime import timedelta

import pytest

from bot.slack.sentences.time_left import time_left
from bot.slack.text.spans import Text, at
from tests.clock import START


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=2, hours=3, minutes=5), "2 days 3 h"),
        (timedelta(days=1, minutes=5), "1 day"),
        (timedelta(hours=3, minutes=40, seconds=59), "3 h 40 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(minutes=42), "42 min"),
        (timedelta(seconds=20), "1 min"),
        (timedelta(0), "1 min"),
        (timedelta(minutes=-3), "1 min"),
    ],
)
def test_what_is_left(left, said):
    """A deadline that has just passed is not negative: somebody is about to find out."""
    assert time_left(START + left, START) == Text("in {} ({})", said, at(START + left))
