"""How far a clock is off, as far as one HTTP response can tell."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clock_skew import clock_skew
from tests.clock import START

seconds = st.floats(0, 30).map(lambda number: timedelta(seconds=number))


@given(ahead=st.floats(-500, 500).map(lambda number: timedelta(seconds=number)), there=seconds, back=seconds)
def test_the_truth_is_within_the_uncertainty(ahead, there, back):
    """Whatever the two ways took, and whatever fraction of a second the header lacks."""
    written = START + there
    sent, received = START + ahead, written + back + ahead
    found = clock_skew(format_datetime(written, usegmt=True), sent, received)
    assert abs(found.ahead - ahead) <= found.uncertainty + timedelta(microseconds=1)
    assert found.uncertainty <= (there + back) / 2 + timedelta(seconds=0.5, microseconds=1)


def test_a_slow_answer_proves_no_skew():
    limit = timedelta(seconds=30)
    date = format_datetime(START, usegmt=True)
    slow = clock_skew(date, START - timedelta(seconds=40), START)
    assert not slow.certainly_exceeds(limit)
    for off in (timedelta(seconds=32), timedelta(seconds=-32)):
        assert clock_skew(date, START + off, START + off).certainly_exceeds(limit)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 00:00:00 GMT"])
def test_what_is_no_date_tells_nothing(date):
    assert clock_skew(date, START, START) is None
