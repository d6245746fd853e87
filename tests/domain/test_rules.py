"""Rules and limits: what holds where none says anything, that the strictest value wins, and how they read."""

from datetime import timedelta

import pytest

from bot.domain.access.requests.request_limits import REQUESTS_MAX, REQUESTS_WITHIN, next_request_at
from bot.domain.access.rules import Freeze, Requirements, Rule, frozen, requirements_for
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
def test_a_rule_asks_of_operators_what_it_asks_of_others(is_operator):
    for approvals in (0, 1, 5):
        assert held(Rule("orders-*", approvals=approvals), is_operator=is_operator).approvals == approvals
    silent = held(Rule("orders-*", stop_window=30 * SECOND), is_operator=is_operator)
    assert (silent.approvals, silent.rules) == (0 if is_operator else 1, ("orders-*",))


def test_the_card_goes_to_the_channel_of_the_longest_pattern():
    """The narrowest as a rule: a team's own channel, rather than that of everybody."""
    everybody, team = Rule("*", ask_channel="C0ALL"), Rule("orders-*", ask_channel="C0ORDERS")
    for rules in ((everybody, team), (team, everybody)):
        assert held(*rules).ask_channels[0] == "C0ORDERS"


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
    merged = held(*rules)
    assert (merged.approvals, merged.approve_within, merged.remind_after) == (2, HOUR, 20 * MINUTE)
    assert (merged.reason_required, merged.stop_window, merged.break_glass) == (True, 60 * SECOND, False)
    assert set(merged.ask_channels) == {"C01", "C02"}
    assert set(merged.ask_groups) == {"S01", "S02"}
    assert set(merged.reason_patterns) == {"INC-[0-9]+", "because"}
    assert set(merged.rules) == {"orders-*", "*"}
    assert held(Rule("*", ask_channel="C01"), Rule("orders-*", ask_channel="C01")).ask_channels == ("C01",)


@pytest.mark.parametrize("field", ["approvals", "stop_window", "approve_within", "break_glass"])
def test_each_field_is_taken_by_itself(field):
    mixed = Rule("*", approvals=5, approve_within=3 * HOUR, stop_window=timedelta(0), break_glass=True)
    expected = {"approvals": 5, "stop_window": 10 * SECOND, "approve_within": 2 * HOUR, "break_glass": True}
    assert getattr(held(LAX, mixed), field) == expected[field]


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
    assert not Rule("*", **fields).says_nothing


def test_a_rule_in_words():
    assert LAX.in_words == (
        "approvals=1 channel=C01 group=S01 within=2h remind=1h reason=optional cancel-window=10s "
        "break-glass=allowed matching=INC-[0-9]+"
    )
    assert (
        Rule("*", reason_required=True, break_glass=False).in_words == "reason=required break-glass=forbidden"
    )
    assert (Rule("*").in_words, Rule("*").says_nothing) == ("", True)


def freeze(pattern, **until):
    return Freeze(1, pattern, START + timedelta(**until), "year end", "T1/UCLEO", START)


def test_a_freeze_holds_what_it_matches_until_its_very_moment():
    long, short = freeze("orders-*", hours=2), freeze("*", hours=1)
    assert frozen([short, long], "orders-eu", START) == long
    assert frozen([long, short], "orders-eu", START) == long
    assert frozen([short, long], "billing", START) == short
    assert frozen([long], "billing", START) is None
    assert frozen([long], "orders-eu", START + 2 * HOUR - SECOND) == long
    assert frozen([long], "orders-eu", START + 2 * HOUR) is None


def minutes(*counts):
    return [START + timedelta(minutes=count) for count in counts]


def test_the_eleventh_waits_until_the_first_is_ten_minutes_old():
    asked_at, now = minutes(*range(REQUESTS_MAX)), START + timedelta(minutes=9)
    assert next_request_at(asked_at[1:], now) is None
    assert next_request_at(asked_at, now) == START + REQUESTS_WITHIN
    assert next_request_at(reversed(asked_at), now) == START + REQUESTS_WITHIN
    assert next_request_at(asked_at, START + REQUESTS_WITHIN) is None


def test_after_a_clock_reset_nobody_waits_for_a_future_that_was_wrong():
    """The bot's time went back by an hour: what was asked for "later" holds nobody up."""
    assert next_request_at(minutes(*range(REQUESTS_MAX)), START - timedelta(hours=1)) is None
