"""Rules: what holds where none says anything, that the strictest value wins, and how they read."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.rules import Freeze, Requirements, Rule, frozen, requirements_for
from bot.domain.durations import span_in_words
from bot.domain.errors import BadRule
from tests.clock import START

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def held(*rules, is_operator=False, name="orders-eu"):
    return requirements_for(rules, name, is_operator=is_operator)


@pytest.mark.parametrize(("is_operator", "approvals"), [(False, 1), (True, 0)])
def test_without_a_rule(is_operator, approvals):
    """A requester needs one approval within the hour, an operator none; no glass may be broken."""
    assert held(Rule("billing", approvals=5, break_glass=True), is_operator=is_operator) == Requirements(
        approvals=approvals,
        approve_within=HOUR,
        remind_after=None,
        ask_channels=(),
        ask_groups=(),
        reason_required=False,
        reason_patterns=(),
        stop_window=timedelta(0),
        break_glass=False,
        rules=(),
    )


@pytest.mark.parametrize("is_operator", [True, False])
@pytest.mark.parametrize("approvals", range(6))
def test_a_rule_asks_of_operators_what_it_asks_of_others(approvals, is_operator):
    """Approvals under a rule are the rule's, whoever asks; 0 is a value as any other."""
    assert held(Rule("orders-*", approvals=approvals), is_operator=is_operator).approvals == approvals


def test_a_rule_silent_on_approvals_leaves_the_default():
    """A field that says nothing decides nothing, though the rule is named among those that hold."""
    rule = Rule("orders-*", stop_window=30 * SECOND)
    assert (held(rule).approvals, held(rule, is_operator=True).approvals) == (1, 0)
    assert held(rule).rules == ("orders-*",)


LAX = Rule(
    "orders-*",
    approvals=1,
    ask_channel="C01",
    ask_group="S01",
    approve_within=2 * HOUR,
    remind_after=HOUR,
    reason_required=False,
    reason_pattern="INC-[0-9]+",
    stop_window=10 * SECOND,
    break_glass=True,
)
STRICT = Rule(
    "*",
    approvals=2,
    ask_channel="C02",
    ask_group="S02",
    approve_within=HOUR,
    remind_after=20 * MINUTE,
    reason_required=True,
    reason_pattern="because",
    stop_window=60 * SECOND,
    break_glass=False,
)


@pytest.mark.parametrize("rules", [(LAX, STRICT), (STRICT, LAX)])
def test_the_strictest_value_of_each_field_wins(rules):
    """Most approvals, shortest time, every reason's pattern, longest window, glass only if all allow it; all are asked."""
    merged = held(*rules)
    assert (merged.approvals, merged.approve_within, merged.remind_after) == (2, HOUR, 20 * MINUTE)
    assert (merged.reason_required, merged.stop_window, merged.break_glass) == (True, 60 * SECOND, False)
    assert set(merged.ask_channels) == {"C01", "C02"}
    assert set(merged.ask_groups) == {"S01", "S02"}
    assert set(merged.reason_patterns) == {"INC-[0-9]+", "because"}
    assert set(merged.rules) == {"orders-*", "*"}


@pytest.mark.parametrize("field", ["approvals", "stop_window", "approve_within", "break_glass"])
def test_each_field_is_taken_by_itself(field):
    """A rule that is strict in one way and lax in another is not taken or left as a whole."""
    mixed = Rule("*", approvals=5, approve_within=3 * HOUR, stop_window=timedelta(0), break_glass=True)
    expected = {"approvals": 5, "stop_window": 10 * SECOND, "approve_within": 2 * HOUR, "break_glass": True}
    assert getattr(held(LAX, mixed), field) == expected[field]


def test_one_channel_named_twice_is_asked_once():
    """Two rules may agree on where to ask."""
    assert held(Rule("*", ask_channel="C01"), Rule("orders-*", ask_channel="C01")).ask_channels == ("C01",)


@pytest.mark.parametrize(
    ("rules", "reason", "taken"),
    [
        ((), "", True),
        ((Rule("*", reason_required=True),), "", False),
        ((Rule("*", reason_required=True),), "  \n", False),
        ((Rule("*", reason_required=True),), "schema change", True),
        ((Rule("*", reason_pattern="INC-[0-9]+"),), "", False),
        ((Rule("*", reason_pattern="INC-[0-9]+"),), "see INC-42", True),
        ((Rule("*", reason_pattern="INC-[0-9]+"),), "see inc-42", False),
        ((Rule("*", reason_pattern="^INC"), Rule("orders-*", reason_pattern="x$")), "INC x", True),
        ((Rule("*", reason_pattern="^INC"), Rule("orders-*", reason_pattern="x$")), "INC y", False),
        ((Rule("*", reason_pattern=".*"),), "", False),
    ],
)
def test_a_reason_is_taken_if_every_rule_takes_it(rules, reason, taken):
    """A pattern is looked for anywhere in it, and asks for a reason by itself."""
    assert held(*rules).takes_reason(reason) is taken


def test_no_pattern_of_an_admin_holds_everybody_up():
    """Backtracking would search these 3,000 letters for longer than the universe is old."""
    assert not held(Rule("*", reason_pattern="(a+)+$")).takes_reason("a" * 3000 + "b")


@pytest.mark.parametrize(
    "fields",
    [
        {"approvals": -1},
        {"approvals": 6},
        {"stop_window": -SECOND},
        {"stop_window": 61 * SECOND},
        {"approve_within": 59 * SECOND},
        {"approve_within": timedelta(days=7, seconds=1)},
        {"remind_after": timedelta(0)},
        {"approve_within": timedelta(minutes=90, seconds=0.5)},
        {"remind_after": timedelta(seconds=10_001)},
        {"ask_channel": "#ops"},
        {"ask_group": "@oncall"},
        {"reason_pattern": ""},
        {"reason_pattern": "INC-["},
        {"reason_pattern": "a" * 101},
        {"reason_pattern": "a{1001}"},
    ],
)
def test_a_rule_outside_its_bounds_is_refused(fields):
    """With words for the person, before anything is stored."""
    with pytest.raises(BadRule) as refused:
        Rule("*", **fields)
    assert refused.value.message


@pytest.mark.parametrize(
    "fields",
    [
        {"approvals": 0},
        {"approvals": 5},
        {"stop_window": timedelta(0)},
        {"stop_window": 60 * SECOND},
        {"approve_within": MINUTE},
        {"remind_after": timedelta(days=7)},
        {"reason_pattern": "a" * 100},
    ],
)
def test_the_bounds_themselves_are_allowed(fields):
    """And such a rule says something."""
    assert not Rule("*", **fields).says_nothing


def test_a_rule_in_words():
    """As people type it, in one fixed order; what it does not say is left out."""
    assert LAX.in_words == (
        "approvals=1 channel=C01 group=S01 within=2h remind=1h reason=optional stop=10s "
        "break-glass=allowed matching=INC-[0-9]+"
    )
    assert (
        Rule("*", reason_required=True, break_glass=False).in_words == "reason=required break-glass=forbidden"
    )
    assert (Rule("*").in_words, Rule("*").says_nothing) == ("", True)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0s"),
        (30 * SECOND, "30s"),
        (60 * SECOND, "1m"),
        (90 * SECOND, "90s"),
        (90 * MINUTE, "90m"),
        (12 * HOUR, "12h"),
        (24 * HOUR, "1d"),
        (36 * HOUR, "36h"),
        (timedelta(days=7), "7d"),
    ],
)
def test_spans_in_words(span, words):
    """The largest unit that measures it whole."""
    assert span_in_words(span) == words


@given(st.integers(0, 10**7))
def test_a_span_in_words_loses_nothing(seconds):
    """Read back by its unit, it is the same."""
    words = span_in_words(timedelta(seconds=seconds))
    assert int(words[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[words[-1]] == seconds


def freeze(pattern, **until):
    return Freeze(1, pattern, START + timedelta(**until), "year end", "T1/UCLEO", START)


def test_a_freeze_holds_what_it_matches_until_its_very_moment():
    """The longest of several is named: until then nothing starts."""
    long, short = freeze("orders-*", hours=2), freeze("*", hours=1)
    assert frozen([short, long], "orders-eu", START) == long
    assert frozen([long, short], "orders-eu", START) == long
    assert frozen([short, long], "billing", START) == short
    assert frozen([long], "billing", START) is None
    assert frozen([long], "orders-eu", START + 2 * HOUR - SECOND) == long
    assert frozen([long], "orders-eu", START + 2 * HOUR) is None
