"""How a message reads in plain text, and moments as Slack's client tells them: in the reader's time zone, from now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.simulator.slack import Channel, Message, Version, render, render_text
from bot.simulator.slack.rendering.dates import filled_in, full_date, shown_date
from tests.clock import START
from tests.simulator.slack_apps import actions, asks, button, plain, section

NAMES = {"U01ANA": "ana", "C02OPS": "ops"}
NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = datetime(2026, 2, 21, 13, 5, 9, tzinfo=UTC)


def message(text="", *blocks):
    channel = Channel("C02OPS", "ops", "public", bot_is_member=True)
    return Message(channel, "1.000100", "U0PIPELINE", [Version(text, blocks, START)])


def told(date_format, moment, now=START):
    """`START` is a Monday, three in the morning in London; in New York it is Sunday still."""
    return filled_in(date_format, moment, now=now)


def test_blocks_are_read_line_by_line():
    """As a person would read the card aloud; the text for notifications is not shown."""
    since = {"type": "mrkdwn", "text": "since <!date^1772420400^{date_short} {time}|then>"}
    card = message(
        "for notifications",
        {"type": "header", "text": plain("Clear orders &amp; more")},
        section("Asked by <@U01ANA> in <#C02OPS>"),
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*State:* waiting"}, plain("<@U01ANA>")]},
        {"type": "divider"},
        {"type": "context", "elements": [since, plain("op_1")]},
        actions(button("Approve"), button("Deny")),
        asks("Why", {"type": "plain_text_input"}),
    )
    assert render(card, NAMES) == (
        "Clear orders & more\n"
        "Asked by @ana in #ops\n"
        "*State:* waiting\n"
        "<@U01ANA>\n"
        "———\n"
        "since Mar 2, 2026 3:00 AM · op_1\n"
        "[Approve] [Deny]\n"
        "Why: ____"
    )
    assert render(message("Done, <@U01ANA>: a &lt; b"), NAMES) == "Done, @ana: a < b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U01ANA|somebody>", "@ana"),
        ("<@U0NOBODY>", "@U0NOBODY"),
        ("<@U0NOBODY|ghost>", "@ghost"),
        ("<#C02OPS|old-name>", "#ops"),
        ("<!here> <!channel>", "@here @channel"),
        ("<!subteam^S1|on call>", "on call"),
        ("<https://example.org|the docs>", "the docs"),
        ("<https://example.org/?a=1&amp;b=2>", "https://example.org/?a=1&b=2"),
        ("a &amp;lt; b", "a &lt; b"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<!date^1772463600^{date_long} at {time}|x>", "Monday, March 2nd, 2026 at 3:00 PM"),
        ("<!date^1772420400^{date_pretty}, {ago}^https://x|x>", "March 2nd, 2026, some time ago"),
    ],
)
def test_tokens_are_shown_as_the_client_shows_them(text, shown):
    """Mentions by name, links by label, entities once; dates without a present, so that a transcript stays true."""
    assert render_text(text, NAMES) == shown


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
def test_a_malformed_date_is_its_fallback(token):
    assert shown_date(token) is None
    assert render_text(f"<{token}|a &lt; b>", {}) == "a < b"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("date_num", "2026-02-21"),
        ("date_slash", "02/21/2026"),
        ("date", "February 21st, 2026"),
        ("date_pretty", "February 21st, 2026"),
        ("date_short", "Feb 21"),
        ("date_short_pretty", "Feb 21"),
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
    assert told(f"{{{part}}}", SATURDAY) == text


def test_a_day_divider_names_a_year_that_is_not_this_one():
    last_year = datetime(2025, 12, 31, tzinfo=UTC)
    assert told("{day_divider_pretty}", last_year) == "Wednesday, December 31st, 2025"


def test_the_days_around_today_have_names_small_within_a_sentence():
    days = [told("{date_short_pretty}", START + timedelta(days=number)) for number in range(-2, 3)]
    assert days == ["Feb 28", "Yesterday", "Today", "Tomorrow", "Mar 4"]
    assert told("{date_pretty} at {time}", START) == "Today at 3:00 AM"
    assert told("until {date_long_pretty}", START) == "until today"


def test_today_is_the_readers_day():
    """At three in the morning in London it is yesterday evening in New York; there, an hour earlier is still today."""
    an_hour_ago = START - timedelta(hours=3, minutes=30)
    assert told("{date_pretty}, {time}", an_hour_ago) == "Yesterday, 11:30 PM"
    assert told("{date_pretty}, {time}", an_hour_ago.astimezone(NEW_YORK)) == "Today, 6:30 PM"


def test_how_long_ago_is_told_in_the_largest_unit():
    said = {
        0: "0 seconds ago",
        1: "1 second ago",
        59: "59 seconds ago",
        60: "1 minute ago",
        3599: "59 minutes ago",
        3600: "1 hour ago",
        86_399: "23 hours ago",
        172_800: "2 days ago",
        -90: "In 1 minute",
    }
    assert {seconds: told("{ago}", START - timedelta(seconds=seconds)) for seconds in said} == said


def test_days_have_their_endings_and_the_clock_twelve_hours():
    days = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 13: "13th", 23: "23rd"}
    for day, text in days.items():
        assert told("{date}", datetime(2026, 8, day, tzinfo=UTC)) == f"August {text}, 2026"
    hours = [told("{time}", datetime(2026, 8, 1, hour, tzinfo=UTC)) for hour in (0, 11, 12, 23)]
    assert hours == ["12:00 AM", "11:00 AM", "12:00 PM", "11:00 PM"]


def test_a_date_is_told_where_its_reader_is():
    """Summer time included; what it links to comes with it, carets and all."""
    token = "!date^1785542400^{date_num} {time}^https://x.example/?a^b"
    shown = shown_date(token, zone=ZoneInfo("Europe/Berlin"))
    assert (shown.text, shown.link) == ("2026-08-01 2:00 AM", "https://x.example/?a^b")
    assert full_date(shown.moment) == "Saturday, August 1st, 2026 at 2:00:00 AM"


def test_a_short_date_names_its_year_where_it_is_half_a_year_away():
    far = START - timedelta(days=200)
    assert told("{date_short}", far) == f"{far:%b} {far.day}, {far.year}"


def test_a_message_shows_ages_as_of_a_present_if_it_has_one():
    """A transcript of what is read right now gives it; a text that must stay true does not."""
    cleared = section("Cleared <!date^1772420400^{date_short_pretty} at {time} ({ago})|then>")
    shown = datetime.fromtimestamp(1772420400, UTC) + timedelta(minutes=3)
    assert render(message("", cleared), NAMES, now=shown) == "Cleared Today at 3:00 AM (3 minutes ago)"
    assert render(message("", cleared), NAMES) == "Cleared Mar 2, 2026 at 3:00 AM (some time ago)"
