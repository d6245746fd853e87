"""Sentences in both forms: whatever fills a gap acts in neither, and always fits."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text.spans import (
    NOTHING,
    Text,
    ago,
    at,
    channel,
    code,
    code_block,
    filled,
    link,
    mention,
    mention_any,
    shortened,
    to_the_second,
)
from tests.slack.reading import hostile

MOMENT = datetime(2026, 3, 2, 3, 0, 9, 900_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "mrkdwn", "plain"),
    [
        (Text("No gaps, *bold* and `code`."), "No gaps, *bold* and `code`.", "No gaps, bold and code."),
        (Text("In order: {} of {}", 1, "two"), "In order: 1 of two", "In order: 1 of two"),
        (Text("`{name}`: {name}", name="a*b"), "`a*b`: a*b", "a*b: a*b"),
        (Text("{:,} entries", 12345), "12,345 entries", "12,345 entries"),
        (Text("type `{COMMAND} list *{}*`", "a"), "type `/pipeline list *a*`", "type /pipeline list *a*"),
        (Text("*{}?*", Text("Clear `{}`", "orders")), "*Clear `orders`?*", "Clear orders?"),
        (Text("{{}} and a & b"), "{} and a &amp; b", "{} and a & b"),
        (Text("Asked by {}: {}", mention("U1"), "why"), "Asked by <@U1>: why", "Asked by somebody: why"),
        (
            Text("Ask {} in {}", mention_any("S1"), channel("C1")),
            "Ask <!subteam^S1> in <#C1>",
            "Ask a user group in its channel",
        ),
        (
            Text("see {}", link("https://t.slack.com/x", "a > b")),
            "see <https://t.slack.com/x|a &gt; b>",
            "see a > b",
        ),
        (
            Text("until {}", at(MOMENT)),
            "until <!date^1772420409^\u200b{date_short_pretty} at {time}|2026-03-02 03:00 UTC>",
            "until 2026-03-02 03:00 UTC",
        ),
        (
            Text("ended {}", ago(MOMENT)),
            "ended <!date^1772420409^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>",
            "ended 2026-03-02 03:00 UTC",
        ),
        (
            Text("at {}", to_the_second(MOMENT)),
            "at <!date^1772420409^\u200b{time_secs}|2026-03-02 03:00:09 UTC>",
            "at 2026-03-02 03:00:09 UTC",
        ),
        (code("a`b <c>"), "`aˋb &lt;c&gt;`", "a`b <c>"),
        (code_block("a\n`b`"), "```a\nˋbˋ```", "a\n`b`"),
        (shortened("a&b" * 3, 12), "a&amp;ba…", "a&ba&ba&b"),
    ],
)
def test_both_forms(text: Text, mrkdwn: str, plain: str) -> None:
    """Marks and mentions for those who see them; moments in UTC and nobody's name for where Slack renders none."""
    assert (text.mrkdwn, text.plain) == (mrkdwn, plain)


@given(hostile, st.integers(3, 400))
def test_a_code_span_cannot_be_left(text, limit):
    """Exactly the two backticks that the bot wrote, with something between them."""
    span = code(text, limit).mrkdwn
    assert len(span) <= limit
    assert re.fullmatch(r"`[^`]+`", span)


@given(hostile)
def test_what_fills_a_gap_acts_nowhere(text):
    """No token and no entity of its own; within code, no backtick either; templates in it stay as they are."""
    for sentence in (Text("{}", text), Text("{it}", it=text), Text("{}", code(text))):
        assert not {"<", ">"} & set(sentence.mrkdwn)
    assert Text("`{}`", text).mrkdwn.count("`") == 2
    assert Text("{}", "{0} {COMMAND} `x`").mrkdwn == "{0} {COMMAND} `x`"


def test_what_somebody_typed_cannot_be_put_around_a_text() -> None:
    """An f-string would lose its spans, and what else is in it would never be escaped."""
    with pytest.raises(TypeError):
        f"{Text('a')}"


def test_joining_leaves_out_what_is_empty() -> None:
    """So that a list of parts needs no filter, and a sentence no space too many."""
    assert Text(", ").join([Text("a"), NOTHING, Text("{}", ""), Text("b")]) == Text("a, b")
    assert not Text(" ").join([])
    assert len(Text("a & ") + Text("`b`")) == len("a &amp; `b`")


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        (Text("Cleared `{}`.", "Orders"), "cleared `Orders`."),
        (Text("`{}` was cleared.", "Orders"), "`Orders` was cleared."),
        (Text("{} asked", mention("U1")), "<@U1> asked"),
    ],
)
def test_what_follows_a_colon_begins_in_lower_case(text: Text, lower: str) -> None:
    """A pipeline's name is not this bot's to change."""
    assert text.with_lower_case().mrkdwn == lower


def test_only_the_values_that_a_sentence_needs_are_made() -> None:
    """A table of sentences shares them all."""
    assert filled("{a}, {a}", {"a": lambda: "x", "b": lambda: 1 // 0}) == Text("x, x")
