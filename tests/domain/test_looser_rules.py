"""Which changes of a rule ask less of somebody: nobody may make such a change in their own favour."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.access.rules import Requirements, Rule, is_looser, requirements_for
from tests.rules import SAID

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def rule(**said):
    return Rule("orders-*", **said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule(approvals=2), rule(approvals=1)),
        (rule(approvals=2), rule(stop_window=SECOND)),
        (rule(approvals=2), None),
        (None, rule(approvals=0)),
        (rule(), rule(approvals=0)),
        (rule(stop_window=SECOND), rule(stop_window=SECOND, approvals=0)),
        (rule(stop_window=30 * SECOND), rule(stop_window=29 * SECOND)),
        (rule(stop_window=30 * SECOND), rule(approvals=1)),
        (rule(approve_within=HOUR), rule(approve_within=2 * HOUR)),
        (rule(approve_within=HOUR / 2), rule(approvals=1)),
        (None, rule(approve_within=2 * HOUR)),
        (rule(approvals=1), rule(approvals=1, approve_within=2 * HOUR)),
        (rule(reason_required=True), rule(reason_required=False)),
        (rule(reason_required=True), rule(approvals=1)),
        (rule(reason_pattern="INC-"), rule(reason_pattern="x")),
        (rule(reason_pattern="INC-"), rule(reason_required=True)),
        (rule(break_glass=False), rule(break_glass=True)),
        (rule(approvals=1), rule(approvals=1, break_glass=True)),
        (rule(break_glass=False), rule(approvals=1)),
        (None, rule(break_glass=True)),
    ],
)
def test_less_is_asked(before, after):
    """Fewer approvals, a shorter stop, more time, no reason or another one, glass that may be broken."""
    assert is_looser(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, None),
        (rule(), None),
        (None, rule(approvals=1)),
        (None, rule(approve_within=HOUR)),
        (None, rule(break_glass=False)),
        (rule(approvals=1), rule(approvals=2)),
        (rule(approvals=1), rule(approvals=1, stop_window=SECOND)),
        (rule(approvals=1), rule(approvals=1, reason_required=True, reason_pattern="INC-")),
        (rule(approve_within=2 * HOUR), rule(approve_within=HOUR)),
        (rule(approvals=1), rule(approvals=1, approve_within=HOUR)),
        (rule(break_glass=True), rule(break_glass=False)),
        (rule(break_glass=True), rule(break_glass=True)),
        (rule(break_glass=True), rule(approvals=1)),
        (rule(approvals=2), rule(approvals=2, ask_channel="C02", ask_group="S02", remind_after=HOUR)),
    ],
)
def test_as_much_is_asked_or_more(before, after):
    """Such a change is an admin's to make, whatever else they may do."""
    assert not is_looser(before, after)


saying = SAID | {
    "approvals": st.integers(0, 5),
    "ask_channel": st.sampled_from(["C01", "C02"]),
    "ask_group": st.sampled_from(["S01", "S02"]),
    "approve_within": st.sampled_from([HOUR / 2, HOUR, 2 * HOUR]),
    "remind_after": st.sampled_from([HOUR / 4, HOUR]),
    "reason_required": st.booleans(),
    "reason_pattern": st.sampled_from(["INC", "x"]),
    "stop_window": st.sampled_from([timedelta(0), SECOND, 60 * SECOND]),
    "break_glass": st.booleans(),
}
rules = st.builds(Rule, st.just("orders-*"), **{field: st.none() | said for field, said in saying.items()})


def asks_less(before: Requirements, after: Requirements) -> bool:
    return (
        after.approvals < before.approvals
        or after.stop_window < before.stop_window
        or after.approve_within > before.approve_within
        or (before.reason_required and not after.reason_required)
        or not set(after.reason_patterns) >= set(before.reason_patterns)
        or (after.break_glass and not before.break_glass)
    )


@settings(max_examples=1000)
@given(st.none() | rules, st.none() | rules, st.lists(rules, max_size=2), st.booleans())
@example(rule(stop_window=SECOND), rule(stop_window=SECOND, approvals=0), [], False)
@example(rule(approve_within=2 * HOUR), None, [rule(approve_within=7 * HOUR)], False)
def test_what_is_not_looser_asks_no_less_of_anybody(before, after, others, is_operator):
    """Beside whatever other rules, and of operators as of others: `is_looser` never errs towards no."""

    def asked(changed):
        membership = [*others, *([] if changed is None else [changed])]
        return requirements_for(membership, "orders-eu", is_operator=is_operator)

    if asks_less(asked(before), asked(after)):
        assert is_looser(before, after)


@given(rules)
def test_the_same_rule_again_is_no_looser(same):
    """Nor is one that differs only in where and whom it asks."""
    assert not is_looser(same, same)
    elsewhere = replace(same, ask_channel="C09", ask_group=None, remind_after=None)
    assert not is_looser(same, elsewhere)
