"""Somebody who reads in the simulated Slack, and what a text is to them, written so that a test can be read."""

from dataclasses import replace
from datetime import UTC

from bot.simulator.slack.rendering.mrkdwn_parser import mrkdwn
from bot.simulator.slack.rendering.spans import Reader
from tests.clock import START

ANA = Reader(
    id="U01ANA",
    names={"U01ANA": "ana", "U02BEN": "ben", "C03OPS": "ops", "C04HERE": "elsewhere", "S05ONCALL": "oncall"},
    groups=frozenset({"S05ONCALL"}),
    places=frozenset({"C03OPS"}),
    archives="https://acme.slack.com/archives/",
    zone=UTC,
    now=START,
)
BEN = replace(ANA, id="U02BEN", groups=frozenset())


def html(spans):
    """The spans as a page would draw them, without the escaping."""
    return "".join(_html(span) for span in spans)


def shown(text, reader=ANA, **how):
    return html(mrkdwn(text, reader, **how))


def _html(span):
    if isinstance(span, str):
        return span
    match span["tag"]:
        case "br":
            return "<br>"
        case "a":
            return f"<a {span['href']}>{span['text']}</a>"
        case "mention" | "time" as tag:
            return f"<{tag}>{span['text']}</{tag}>"
        case tag:
            return f"<{tag}>{html(span['in'])}</{tag}>"
