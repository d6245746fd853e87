"""How a message reads: blocks as lines, tokens as the client shows them."""

import pytest

from bot.simulator.slack import Channel, Message, Version, render, render_text
from tests.clock import START
from tests.simulator.slack_apps import actions, button, section

NAMES = {"U01ANA": "ana", "C02OPS": "ops"}


def message(text="", *blocks):
    channel = Channel("C02OPS", "ops", "public", bot_is_member=True)
    return Message(channel, "1.000100", "U0PIPELINE", [Version(text, blocks, START)])


def test_blocks_are_read_line_by_line():
    """Every block of a card, as a person would read it aloud; the text for notifications is not shown."""
    card = message(
        "for notifications",
        {"type": "header", "text": {"type": "plain_text", "text": "Clear orders &amp; more"}},
        section("Asked by <@U01ANA> in <#C02OPS>"),
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "text": "*State:* waiting"},
                {"type": "plain_text", "text": "<@U01ANA>"},
            ],
        },
        {"type": "divider"},
        {
            "type": "context",
            "elements": [
                {"type": "mrkdwn", "text": "since <!date^1772420400^{date_short} {time}|then>"},
                {"type": "plain_text", "text": "op_1"},
            ],
        },
        actions(button("Approve"), button("Deny")),
        {
            "type": "input",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input"},
        },
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


def test_without_blocks_the_text_is_shown():
    """Tokens and entities included."""
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
        ("<!date^1772420400^{date_num} {time_secs}|x>", "2026-03-02 3:00:00 AM"),
        ("<!date^1772463600^{date_long} at {time}|x>", "Monday, March 2nd, 2026 at 3:00 PM"),
        ("<!date^1772420400^{date_pretty}^https://example.org|x>", "March 2nd, 2026"),
        ("<!date^1772420400^{date_short_pretty} {time}|x>", "Mar 2, 2026 3:00 AM"),
        ("<!date^1773284400^{date}|x>", "March 12th, 2026"),
        ("<!date^soon^{date}|at noon>", "at noon"),
        ("<!date^1772420400^{century}|this one>", "this one"),
    ],
)
def test_tokens_are_shown_as_the_client_shows_them(text, shown):
    """Mentions by name, links by label, times in UTC, entities once."""
    assert render_text(text, NAMES) == shown
