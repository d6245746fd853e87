"""Lengths of time and moments as people type and read them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.durations import moment, resolved, span, span_in_words
from tests.clock import START

HOURS_12 = timedelta(hours=12)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("90M", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("0s", timedelta(0)),
        *((text, None) for text in ("12", "h", "-1h", "1.5h", "12345h", "")),
    ],
)
def test_a_length_is_a_number_of_up_to_four_digits_and_one_unit(text, length):
    assert span(text) == length


@given(st.integers(0, 10**7).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_length_is_written_in_the_largest_unit_that_measures_it_whole(length):
    words = span_in_words(length)
    units = {
        "s": timedelta(seconds=1),
        "m": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
    }
    assert int(words[:-1]) * units[words[-1]] == length
    larger = [unit for unit in units.values() if unit > units[words[-1]]]
    assert not length or not any(length % unit == timedelta(0) for unit in larger)


def test_moments_are_in_utc_unless_a_zone_is_given():
    assert moment("2026-11-25T08:00") == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert moment("2026-11-25T08:00+02:00") == datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert moment("8:05") == time(8, 5, tzinfo=UTC)
    assert [moment(text) for text in ("24:00", "tomorrow", "", "2026-13-01")] == [None] * 4


@pytest.mark.parametrize(
    ("ends", "at"),
    [
        (HOURS_12, START + HOURS_12),
        (START - HOURS_12, START - HOURS_12),
        (time(3, 1, tzinfo=UTC), START + timedelta(minutes=1)),
        (time(3, 0, tzinfo=UTC), START + timedelta(days=1)),
        (time(2, 0, tzinfo=UTC), START + timedelta(hours=23)),
    ],
)
def test_a_time_of_day_is_the_next_one(ends, at):
    assert resolved(ends, START) == at
