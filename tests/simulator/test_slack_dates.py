"""Moments as Slack's client tells them: in the reader's time zone, and how far they are from now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.simulator.slack import render_text
from bot.simulator.slack.dates import filled_in, full_date, shown_date
from tests.clock import START

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOW = START
"""A Monday, three in the morning in London; in New York it is Sunday still."""


def told(date_format, moment, now=NOW):
    return filled_in(date_format, moment, now=now)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("date_num", "2026-02-21"),
        ("date_slash", "02/21/2026"),
        ("date", "February 21st, 2026"),
        ("date_pretty", "February 21st, 2026"),
        ("date_short", "Feb 21, 2026"),
        ("date_short_pretty", "Feb 21, 2026"),
        ("date_long", "Saturday, February 21st, 2026"),
        ("date_long_pretty", "Saturday, February 21st, 2026"),
        ("date_long_full", "February 21, 2026"),
        ("day_divider_pretty", "Saturday, February 21st"),
        ("time", "1:05 PM"),
        ("time_secs", "1:05:09 PM"),
        ("ago", "8 days ago"),
    ],
)
def test_every_part_of_a_format(part, text):
    """As Slack's reference lists them."""
    assert told(f"{{{part}}}", datetime(2026, 2, 21, 13, 5, 9, tzinfo=UTC)) == text


def test_a_day_divider_names_a_year_that_is_not_this_one():
    assert (
        told("{day_divider_pretty}", datetime(2025, 12, 31, tzinfo=UTC)) == "Wednesday, December 31st, 2025"
    )


@pytest.mark.parametrize(
    ("days", "text"),
    [(-2, "Feb 28, 2026"), (-1, "Yesterday"), (0, "Today"), (1, "Tomorrow"), (2, "Mar 4, 2026")],
)
def test_the_days_around_today_have_names(days, text):
    assert told("{date_short_pretty}", NOW + timedelta(days=days)) == text


def test_a_name_of_a_day_is_small_within_a_sentence():
    """It is capital where it begins the text."""
    assert told("{date_pretty} at {time}", NOW) == "Today at 3:00 AM"
    assert told("until {date_long_pretty}", NOW) == "until today"


def test_today_is_the_readers_day():
    """At three in the morning in London it is yesterday evening in New York; there, an hour earlier is still today."""
    an_hour_ago = NOW - timedelta(hours=3, minutes=30)
    assert told("{date_pretty}, {time}", an_hour_ago.astimezone(UTC)) == "Yesterday, 11:30 PM"
    assert told("{date_pretty}, {time}", an_hour_ago.astimezone(NEW_YORK)) == "Today, 6:30 PM"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds ago"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (172_800, "2 days ago"),
        (-90, "In 1 minute"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(seconds, text):
    assert told("{ago}", NOW - timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (23, "23rd")],
)
def test_days_have_their_endings(day, text):
    assert told("{date}", datetime(2026, 8, day, tzinfo=UTC)) == f"August {text}, 2026"


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:00 AM"), (11, "11:00 AM"), (12, "12:00 PM"), (23, "11:00 PM")]
)
def test_the_clock_has_twelve_hours(hour, text):
    assert told("{time}", datetime(2026, 8, 1, hour, tzinfo=UTC)) == text


def test_a_token_is_told_where_its_reader_is():
    """Summer time included; what it links to comes with it, carets and all."""
    shown = shown_date("!date^1785542400^{date_num} {time}^https://x.example/?a^b", zone=BERLIN)
    assert (shown.text, shown.link) == ("2026-08-01 2:00 AM", "https://x.example/?a^b")
    assert full_date(shown.moment) == "Saturday, August 1st, 2026 at 2:00:00 AM"


@pytest.mark.parametrize(
    "token",
    [
        "!date^",
        "!date^1",
        "!date^x^{date}",
        "!date^1^{century}",
        f"!date^{10**30}^{{date}}",
        "!date^1.5^{date}",
    ],
)
def test_a_malformed_token_is_no_date(token):
    """The fallback is shown then."""
    assert shown_date(token) is None
    assert render_text(f"<{token}|a &lt; b>", {}) == "a < b"


def test_without_a_present_nothing_is_said_of_today():
    """So that a transcript stays true."""
    assert render_text(f"<!date^{int(NOW.timestamp())}^{{date_pretty}}, {{ago}}|x>", {}) == (
        "March 2nd, 2026, Mar 2, 2026 at 3:00 AM"
    )
