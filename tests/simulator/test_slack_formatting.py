"""How far Slack goes with mrkdwn, and that it goes no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.slack import render_text
from bot.simulator.slack.rendering.mrkdwn_parser import mrkdwn
from bot.simulator.slack.rendering.spans import read_out
from tests.simulator.slack_readers import ANA, BEN, shown

MESSAGE = "https://acme.slack.com/archives/C03OPS/p1772420400000100"

SHOWN = {
    # Marks format in pairs, on one line, at the edges of words; inside each other as well.
    "*b* _i_ ~s~ `c`": "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>",
    "*_both_* _*both*_": "<strong><em>both</em></strong> <em><strong>both</strong></em>",
    "_*`all`*_": "<em><strong><code>all</code></strong></em>",
    '(*a*), "_b_"; ~c~!': '(<strong>a</strong>), "<em>b</em>"; <s>c</s>!',
    "—*a*… “_b_”": "—<strong>a</strong>… “<em>b</em>”",
    "*one:* two\n*three\nfour*": "<strong>one:</strong> two<br>*three<br>four*",
    "*bold*with*more*stars*": "<strong>bold*with*more*stars</strong>",
    "*a _b* c_": "<strong>a _b</strong> c_",
    # In code nothing is formatted, but entities are read, and tokens are what they name; lines stay lines.
    "`*a* _b_`": "<code>*a* _b_</code>",
    "`a &lt;b&gt; &amp;amp;`": "<code>a <b> &amp;</code>",
    "`https://example.org`": "<code>https://example.org</code>",
    "` `": "<code> </code>",
    "```*a*\n  b```": "<pre>*a*\n  b</pre>",
    "said:\n```\none\n\ntwo\n```\nand": "said:<pre>one\n\ntwo</pre>and",
    "````a````": "<pre>`a`</pre>",
    "`a\nb`": "`a<br>b`",
    "```a``` ```b```": "<pre>a</pre> <pre>b</pre>",
    "`for <@U01ANA>`": "<code>for <mention>@ana</mention></code>",
    # Quotes begin a line; those that follow each other are one, and three signs quote all the rest.
    "&gt; a\n&gt;b\nc": "<blockquote>a<br>b</blockquote>c",
    "> *a*": "<blockquote><strong>a</strong></blockquote>",
    "a\n&gt; b\n\nc": "a<blockquote>b</blockquote><br>c",
    "&gt;&gt;&gt; a\nb\n```c```": "<blockquote>a<br>b<pre>c</pre></blockquote>",
    "1 &gt; 0 &amp;lt; &amp;": "1 > 0 &lt; &",
    "a\n &gt; b": "a<br> > b",
    # Links lead where a browser may go; any other address is text, and so is what only looks like HTML.
    "<https://x.ex/?a=1&amp;b=2|the *docs*>": "<a https://x.ex/?a=1&b=2>the *docs*</a>",
    "<mailto:a@x.ex|write>": "<a mailto:a@x.ex>write</a>",
    "*<https://x.ex|docs>*": "<strong><a https://x.ex>docs</a></strong>",
    "<javascript:alert(1)|click>": "click",
    "<data:text/html,x>": "data:text/html,x",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "<https://|nowhere>": "nowhere",
    # Bare addresses are links, without what ends the sentence, and nothing in them is a mark.
    "see https://x.ex/a?b=1&amp;c.": "see <a https://x.ex/a?b=1&c>https://x.ex/a?b=1&c</a>.",
    "https://x.ex/?a&amp;": "<a https://x.ex/?a&>https://x.ex/?a&</a>",
    "(https://x.ex/a_(b))": "(<a https://x.ex/a_(b)>https://x.ex/a_(b)</a>)",
    "*https://x.ex*": "<strong><a https://x.ex>https://x.ex</a></strong>",
    "&lt;https://x.ex&gt;": "<<a https://x.ex>https://x.ex</a>>",
    "https://x.ex/a_b_c/*d": "<a https://x.ex/a_b_c/*d>https://x.ex/a_b_c/*d</a>",
    "example.org and ftp://x.ex": "example.org and ftp://x.ex",
}


@pytest.mark.parametrize("text", SHOWN)
def test_marks_code_quotes_and_links_are_shown_as_slack_shows_them(text):
    assert shown(text) == SHOWN[text]


@pytest.mark.parametrize(
    "text",
    [
        "a*b*c",
        "snake_case_name and kebab~case~name",
        "2 * 3 * 4",
        "*no *",
        "* no*",
        "*alone",
        "alone*",
        "**x** __x__ ~~x~~",
        "** __ ~~ ``",
        "*é*é and é_x_",
        "这是*粗体*文字",
        "a`b`c",
        "x```a```y",
        "# no heading, [no](link) :tada:",
        "- no list",
        "```",
        "``````",
        "https",
    ],
)
def test_nothing_else_is_formatted(text):
    """Marks in words, around spaces, unpaired, doubled or empty are text; so is what only Markdown knows."""
    assert mrkdwn(text, ANA) == [text]


def test_verbatim_leaves_bare_addresses_alone():
    text = "*a* https://x.example <https://y.example>"
    assert shown(text, verbatim=True) == (
        "<strong>a</strong> https://x.example <a https://y.example>https://y.example</a>"
    )


@pytest.mark.parametrize(
    ("text", "kind", "name", "called"),
    [
        ("<@U01ANA>", "user", "@ana", [ANA]),
        ("<@U02BEN|old-name>", "user", "@ben", [BEN]),
        ("<@U0NOBODY|a &amp; b>", "user", "@a & b", []),
        ("<!subteam^S05ONCALL|@x>", "group", "@oncall", [ANA]),
        ("<#C03OPS>", "channel", "#ops", []),
        ("<!here>", "everyone", "@here", [ANA, BEN]),
    ],
)
def test_mentions_say_whom_they_call(text, kind, name, called):
    """By the name of today; `me` where it calls for the reader."""
    (mention,) = mrkdwn(text, ANA)
    assert (mention["kind"], mention["text"]) == (kind, name)
    assert [reader for reader in (ANA, BEN) if mrkdwn(text, reader)[0]["me"]] == called


def test_a_channel_can_be_gone_to_by_who_is_in_it():
    inside, _, outside = mrkdwn("<#C03OPS> <#C04HERE>", ANA)
    assert (inside["place"], outside["place"], outside["text"]) == ("C03OPS", None, "#elsewhere")


@pytest.mark.parametrize(
    ("address", "thread"),
    [
        (MESSAGE, "1772420400.000100"),
        (f"{MESSAGE}?thread_ts=1772420300.000100&amp;cid=C03OPS", "1772420300.000100"),
    ],
)
def test_a_permalink_leads_to_its_thread(address, thread):
    (link,) = mrkdwn(f"<{address}|card>", ANA)
    assert (link["tag"], link["place"], link["thread"]) == ("a", "C03OPS", thread)


@pytest.mark.parametrize(
    "path", ["C04HERE/p1772420400000100", "C03OPS", "C03OPS/p1", "C03OPS/p17724204/../x"]
)
def test_a_permalink_to_what_the_reader_cannot_see_is_text(path):
    assert mrkdwn(f"<https://acme.slack.com/archives/{path}|card>", ANA) == ["card"]


def test_a_date_is_told_to_its_reader():
    """In full where it is pointed at; the fallback where it cannot be read, and a link where it has one."""
    token = "!date^1772420400^{date_short_pretty} at {time}"
    (date,) = mrkdwn(f"<{token}|then>", ANA)
    assert date == {
        "tag": "time",
        "text": "Today at 3:00 AM",
        "moment": "2026-03-02T03:00:00+00:00",
        "title": "Monday, March 2nd, 2026 at 3:00:00 AM",
    }
    assert shown("<!date^soon^{date}|at &lt;noon&gt;>") == "at <noon>"
    assert shown(f"<{token}^https://x.example|then>") == "<a https://x.example>Today at 3:00 AM</a>"


SIGNS = st.sampled_from([*"*_~`>&;<|^!@#:/\n ()aé字✅\u202e\u200b\u0301", "```", "&lt;", "&gt;", "&amp;"])
TOKENS = st.sampled_from(["<@U01ANA>", "<!date^1^{date}|x>", "<https://x.example|l>", "https://x.example"])
HOSTILE = st.lists(st.one_of(SIGNS, SIGNS, TOKENS, st.text(max_size=3)), max_size=40).map("".join)
MARKS = set("*_~`>")


def solid(text):
    return "".join(text.split())


@given(HOSTILE)
def test_whatever_is_written_is_shown_and_no_more(text):
    """Spaces aside, all that is missing from the shown text are marks; nothing is added, and nothing changes places."""
    left = iter(solid(render_text(text, ANA.names)))
    for char in solid(read_out(mrkdwn(text, ANA, verbatim=True))):
        for other in left:
            if other == char:
                break
            assert other in MARKS, f"{other!r} is missing"
        else:
            raise AssertionError(f"{char!r} was added")
    assert set(left) <= MARKS


def test_a_long_line_of_marks_is_read_in_one_go():
    """What takes the square of its length would hang the page: this took minutes then."""
    for text in (
        "*a " * 20_000,
        "_*~a " * 10_000,
        "`" * 30_000,
        "```a" * 9001,
        "> \n" * 20_000,
        "<" * 30_000,
    ):
        mrkdwn(text, ANA)
