"""Times that people type by their own clock, in zones whose clocks are set twice a year."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands.freeze_ends import end_of_freeze
from bot.domain.durations import local_moment, resolved
from bot.domain.errors import Misunderstood
from bot.domain.local_times import next_occurrence, on_the_clock, zone_name

BERLIN, HAVANA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
WINTER = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)  # 14:20 in Berlin


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "now", "moment"),
    [
        ("18:00", WINTER, utc(2026, 11, 30, 17)),
        ("14:20", WINTER, utc(2026, 12, 1, 13, 20)),
        ("9:00", WINTER, utc(2026, 12, 1, 8)),
        ("00:30", utc(2026, 11, 30, 23, 10), utc(2026, 11, 30, 23, 30)),
        ("18:00Z", WINTER, utc(2026, 11, 30, 18)),
        ("2026-12-24T08:00", WINTER, utc(2026, 12, 24, 7)),
        ("2026-07-01T08:00", WINTER, utc(2026, 7, 1, 6)),
        ("2026-12-24T08:00Z", WINTER, utc(2026, 12, 24, 8)),
        ("2026-12-24T08:00-05:00", WINTER, utc(2026, 12, 24, 13)),
        # The days on which clocks are set: before, after, and past the hour that is shown twice.
        ("01:30", utc(2026, 3, 28, 23, 30), utc(2026, 3, 29, 0, 30)),
        ("03:30", utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 30)),
        ("02:30", utc(2026, 3, 29, 8), utc(2026, 3, 30, 0, 30)),
        ("02:30", utc(2026, 10, 25, 0, 40), utc(2026, 10, 25, 1, 30)),
        ("02:30", utc(2026, 10, 25, 1, 30), utc(2026, 10, 26, 1, 30)),
    ],
)
def test_a_time_is_by_the_clock_of_whoever_typed_it_unless_it_says_otherwise(typed, now, moment):
    assert resolved(local_moment(typed), now, BERLIN) == moment


@pytest.mark.parametrize(
    ("typed", "now", "zone", "told"),
    [
        (
            "02:30",
            utc(2026, 3, 28, 22),
            BERLIN,
            "There is no 02:30 on 2026-03-29 in Europe/Berlin: the clocks skip it that day. Name another time.",
        ),
        (
            "02:30",
            utc(2026, 3, 29, 0, 30),
            BERLIN,
            "There is no 02:30 on 2026-03-29 in Europe/Berlin: the clocks skip it that day. Name another time.",
        ),
        (
            "2027-03-28T02:30",
            WINTER,
            BERLIN,
            "There is no 02:30 on 2027-03-28 in Europe/Berlin: the clocks skip it that day. Name another time.",
        ),
        (
            "2026-03-08",
            utc(2026, 3, 1),
            HAVANA,
            "There is no 00:00 on 2026-03-08 in America/Havana: the clocks skip it that day. Name another time.",
        ),
        (
            "02:30",
            utc(2026, 10, 24, 22, 30),
            BERLIN,
            "02:30 on 2026-10-25 in Europe/Berlin comes twice, because the clocks go back: type `2026-10-25T00:30Z` or `2026-10-25T01:30Z`.",
        ),
        (
            "9999-12-31T23:00",
            WINTER,
            ZoneInfo("Etc/GMT+9"),
            "`9999-12-31` is not a valid date: name one that is closer.",
        ),
    ],
)
def test_a_time_that_does_not_come_or_comes_twice_is_refused(typed, now, zone, told):
    """Either guess would be wrong for somebody; both moments of a double time can be pasted."""
    with pytest.raises(Misunderstood) as refusal:
        resolved(local_moment(typed), now, zone)
    assert refusal.value.message == told


def test_a_passed_moment_is_told_by_the_clock_that_it_was_read_by():
    with pytest.raises(Misunderstood, match="2026-07-01 08:00 Europe/Berlin has passed"):
        end_of_freeze(local_moment("2026-07-01T08:00"), WINTER, BERLIN)
    with pytest.raises(Misunderstood, match="2026-07-01 08:00 UTC has passed"):
        end_of_freeze(local_moment("2026-07-01T08:00Z"), WINTER)


ZONES = st.sampled_from(
    [
        BERLIN,
        HAVANA,
        *map(ZoneInfo, ("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Nuuk")),
    ]
)
MOMENTS = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: utc(2009, 1, 1) + timedelta(minutes=minutes))


@given(MOMENTS, st.times(), ZONES)
def test_the_next_occurrence_is_shown_by_the_clock_and_is_the_first(now, said, zone):
    """Walked minute by minute instead of reasoned about."""
    said = said.replace(second=0, microsecond=0)
    try:
        found = next_occurrence(said, now, zone)
    except Misunderstood:
        return
    assert found > now
    assert found.astimezone(zone).time() == said
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < found:
        assert minute.astimezone(zone).time() != said
        minute += timedelta(minutes=1)


@given(MOMENTS, ZONES)
def test_what_a_clock_shows_is_read_back_or_refused_as_double(moment, zone):
    shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    later = shown.replace(fold=1)
    if later.replace(tzinfo=zone).utcoffset() == shown.replace(tzinfo=zone).utcoffset():
        assert on_the_clock(shown, zone) == moment
        return
    with pytest.raises(Misunderstood, match=f"{moment:%Y-%m-%dT%H:%MZ}"):
        on_the_clock(shown, zone)


def test_zones_are_called_as_slack_calls_them():
    assert [zone_name(zone) for zone in (BERLIN, UTC, time(tzinfo=UTC).tzinfo)] == [
        "Europe/Berlin",
        "UTC",
        "UTC",
    ]
