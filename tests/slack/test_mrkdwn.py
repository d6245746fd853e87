"""Strangers' text in Slack's markup: nothing of it acts, and it always fits."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text.mrkdwn import at, channel, code, duration, escaped, link, mention, plain, size

ENTITY = re.compile(r"&(amp|lt|gt);")
hostile = st.one_of(
    st.text(max_size=400),
    st.text("&<>`|!@#* \N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH SPACE}\n", max_size=400),
    st.integers(1, 3000).map(lambda count: "&" * count),
)
limits = st.integers(1, 400)


@given(hostile, limits)
def test_escaped_text_always_fits_and_ends_whole(text, limit):
    """Escape first, then cut, never inside an entity: Slack counts what it is sent."""
    marked = escaped(text, limit)
    assert len(marked) <= limit
    assert "&" not in ENTITY.sub("", marked), "half an entity would be shown as it stands"


@given(hostile, limits)
def test_no_markup_of_its_own_survives(text, limit):
    """No `<!channel>`, no link, no mention: angle brackets arrive as entities."""
    for marked in (escaped(text, limit), code(text, limit + 2)):
        assert "<" not in marked
        assert ">" not in marked


@given(hostile, limits)
def test_nothing_hides_or_reorders_other_text(text, limit):
    """One line, without control, format or unassigned characters."""
    for shown in (plain(text, limit), escaped(text, limit), code(text, limit + 2)):
        assert not {unicodedata.category(char)[0] for char in shown} & {"C"}
        assert len(shown.splitlines()) <= 1


@given(hostile, limits)
def test_plain_text_is_cut_only_where_it_must_be(text, limit):
    """What fits arrives whole; what does not ends in an ellipsis."""
    whole, shown = plain(text, 10_000), plain(text, limit)
    assert len(shown) <= limit
    assert shown == whole if len(whole) <= limit else shown.endswith("…")


@given(st.text("abc &<>", max_size=80))
def test_what_fits_reads_back_as_it_was(text):
    """Escaping loses nothing: undone, it is the text on one line."""
    marked = escaped(text, 1000)
    assert marked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == " ".join(text.split())


@given(hostile, st.integers(3, 400))
def test_a_code_span_cannot_be_left(text, limit):
    """Exactly the two backticks that the bot wrote, with something between them."""
    span = code(text, limit)
    assert len(span) <= limit
    assert re.fullmatch(r"`[^`]+`", span)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("two\r\nlines\N{LINE SEPARATOR}and\tmore", "two lines and more"),
        ("pay\N{RIGHT-TO-LEFT OVERRIDE}load\N{ZERO WIDTH JOINER}", "payload"),
        ("", ""),
    ],
)
def test_examples_of_escaping(text, marked):
    """What people write every day, and what the clever ones try."""
    assert escaped(text) == marked


@pytest.mark.parametrize(
    ("text", "limit", "marked"),
    [("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("abc&def", 6, "abc…"), ("a&&&&", 11, "a&amp;…")],
)
def test_examples_of_cutting(text, limit, marked):
    """An entity that does not fit whole is left out."""
    assert escaped(text, limit) == marked


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (8, "8 seconds"),
        (60, "1 minute"),
        (125, "2 minutes and 5 seconds"),
        (600, "10 minutes"),
        (4200, "1 hour and 10 minutes"),
        (3661, "1 hour, 1 minute and 1 second"),
        (2 * 86400, "2 days"),
    ],
)
def test_durations(seconds, said):
    """As people say them, to the second."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 Bytes"),
        (1, "1 Byte"),
        (512, "512 Bytes"),
        (1536, "1.5 KiB"),
        (3 * 2**20, "3.0 MiB"),
        (5 * 2**40, "5.0 TiB"),
    ],
)
def test_sizes(count, said):
    """In binary units, named as such."""
    assert size(count) == said


def test_moments_are_shown_in_the_readers_time_zone():
    """Slack formats the date; the fallback, for old clients and notifications, says that it is UTC."""
    moment = datetime(2026, 3, 2, 3, 0, 9, 900_000, tzinfo=UTC)
    assert at(moment) == "<!date^1772420409^{date_short_pretty} at {time_secs}|2026-03-02 03:00:09 UTC>"


def test_the_bots_own_markup():
    """Ids and addresses come from Slack; a label is a stranger's text."""
    assert mention("U1") == "<@U1>"
    assert channel("C1") == "<#C1>"
    assert link("https://t.slack.com/x", "a > b") == "<https://t.slack.com/x|a &gt; b>"
