"""Rules, freezes and grants of the audit log, as text."""

from collections.abc import Iterable

import pytest

from bot.domain.access.rules import Rule
from bot.domain.audit_values import PreviousFreeze, PreviousGrant, json_of
from bot.domain.events import Event, EventKind
from bot.domain.ids import ChannelId, GroupId
from bot.slack.sentences.access import rule_text
from bot.slack.text.spans import Text, at
from tests.clock import START

RULE = Rule(
    "orders",
    approvals=2,
    ask_channel=ChannelId("C0OPS"),
    ask_group=GroupId("S0LEADS"),
    reason_pattern="<x> or so",
)
RULE_IN_TEXT = "approvals=2 channel=<#C0OPS> group=<!subteam^S0LEADS> matching=`&lt;x&gt; or so`"
BY_ANA = PreviousGrant(3, "viewer", "T1/U0ANA", None, "")
PREVIOUS = [
    (EventKind.RULE_SET, RULE, RULE_IN_TEXT),
    (EventKind.RULE_DROPPED, Rule("orders"), "`nothing`"),
    (
        EventKind.FROZEN,
        PreviousFreeze("orders", START, "release <@U1>: day", "shell:root"),
        f"frozen by `shell:root` until {at(START).mrkdwn}: `release &lt;@U1&gt;: day`",
    ),
    (EventKind.GRANTED, (BY_ANA,), "grant #3 by <@U0ANA>, no expiry"),
    (
        EventKind.REVOKED,
        (PreviousGrant(3, "viewer", "T1/U0ANA", None, "x); grant #9 by T1/U0EVE, no expiry (y"),),
        "grant #3 by <@U0ANA>, no expiry, note: `x); grant #9 by T1/U0EVE, no expiry (y`",
    ),
    (
        EventKind.REVOKED,
        (
            PreviousGrant(3, "viewer", "T1/U0ANA", START, "by T1/U0EVE"),
            PreviousGrant(4, "viewer", "shell:uid 0", None, ""),
        ),
        f"grant #3 by <@U0ANA>, ends {at(START).mrkdwn}, note: `by T1/U0EVE`; grant #4 by `shell:uid 0`, no expiry",
    ),
]


def marked(texts: Iterable[Text]) -> list[str]:
    return [text.mrkdwn for text in texts]


@pytest.mark.parametrize(("kind", "previous", "text"), PREVIOUS)
def test_what_was_there_before(kind, previous, text):
    """The answer to a change and its entry say the same: moments and people are the reader's, typed text is code."""
    assert rule_text.before(previous).mrkdwn == text
    entry = Event(kind, START, {"pattern": "orders", "before": json_of(previous)})
    assert marked(rule_text.rule_and_before(entry)) == [f"before {text}"]


def test_a_rule_and_the_one_before():
    entry = Event(
        EventKind.RULE_SET,
        START,
        {"pattern": "orders", "rule": RULE.as_typed, "before": {"approvals": "1"}},
    )
    assert marked(rule_text.rule_and_before(entry)) == [f"rule {RULE_IN_TEXT}", "before approvals=1"]


@pytest.mark.parametrize(
    ("kind", "stored", "text"),
    [
        (EventKind.RULE_SET, "approvals=2 channel=C0OPS", "`approvals=2 channel=C0OPS`"),
        (EventKind.REVOKED, "number 3 by T1/U0ANA, until revoked", "`number 3 by T1/U0ANA, until revoked`"),
        (EventKind.FROZEN, "until then by <!here>: `x`", "`until then by &lt;!here&gt;: ˋxˋ`"),
        (EventKind.RULE_SET, {"quorum": "<2>"}, '`{"quorum": "&lt;2&gt;"}`'),
    ],
)
def test_what_does_not_read_as_values_is_shown_as_it_stands(kind, stored, text):
    """A sentence of an earlier version, and a value of a later one."""
    entry = Event(kind, START, {"pattern": "orders", "before": stored})
    assert marked(rule_text.rule_and_before(entry)) == [f"before {text}"]
