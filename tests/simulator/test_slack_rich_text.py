"""rich_text blocks: what mrkdwn marks, told piece by piece; nothing in it is markup."""

import pytest

from bot.simulator.slack.rich_text import rich_text
from tests.simulator.slack_readers import ANA, html


def section(*parts, kind="rich_text_section", **more):
    return {"type": kind, "elements": list(parts), **more}


def said(text, **style):
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def shown(*elements):
    return html(rich_text(elements, ANA))


def test_text_is_never_markup():
    assert shown(section(said("*a* <@U01ANA> &lt;\nb"))) == "*a* <@U01ANA> &lt;<br>b"


def test_styles_stand_inside_each_other():
    assert shown(
        section(said("a", bold=True, italic=True), said("b", strike=True), said("c", code=True))
    ) == ("<strong><em>a</em></strong><s>b</s><code>c</code>")


@pytest.mark.parametrize(
    ("part", "seen"),
    [
        ({"type": "user", "user_id": "U01ANA"}, "<mention>@ana</mention>"),
        ({"type": "usergroup", "usergroup_id": "S05ONCALL"}, "<mention>@oncall</mention>"),
        ({"type": "channel", "channel_id": "C03OPS"}, "<mention>#ops</mention>"),
        ({"type": "broadcast", "range": "here"}, "<mention>@here</mention>"),
        ({"type": "emoji", "name": "tada"}, ":tada:"),
        ({"type": "link", "url": "https://x.example", "text": "docs"}, "<a https://x.example>docs</a>"),
        ({"type": "link", "url": "https://x.example"}, "<a https://x.example>https://x.example</a>"),
        ({"type": "link", "url": "javascript:alert(1)", "text": "docs"}, "docs"),
        ({"type": "date", "timestamp": 1772420400, "format": "{date_pretty}"}, "<time>Today</time>"),
        ({"type": "date", "timestamp": 1772420400, "format": "{x}", "fallback": "then"}, "then"),
        ({"type": "something_new", "text": "still said"}, "still said"),
        ({"type": "something_new"}, ""),
        ("no part at all", ""),
    ],
)
def test_every_kind_of_part(part, seen):
    """What is not known is left to its text."""
    assert shown(section(part)) == seen


def test_lists_quotes_and_code_stand_by_themselves():
    one, two = section(said("one")), section(said("two"))
    assert (
        shown(
            section(one, two, kind="rich_text_list", style="ordered"),
            section(one, kind="rich_text_list", style="bullet"),
            section(said("q"), kind="rich_text_quote"),
            section(said("p"), kind="rich_text_preformatted"),
        )
        == "<ol><li>one</li><li>two</li></ol><ul><li>one</li></ul><blockquote>q</blockquote><pre>p</pre>"
    )
