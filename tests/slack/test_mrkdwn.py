"""Strangers' text in Slack's markup: nothing of it acts, and it always fits."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text.mrkdwn import escaped, plain

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
    marked = escaped(text, limit)
    assert "<" not in marked
    assert ">" not in marked


@given(hostile, limits)
def test_nothing_hides_or_reorders_other_text(text, limit):
    """One line, without control, format or unassigned characters."""
    for shown in (plain(text, limit), escaped(text, limit)):
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
