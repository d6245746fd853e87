"""What an entry's data says was there before a change; anything that is not such values is nothing."""

import pytest

from bot.domain.access.rules import Rule
from bot.domain.audit_values import json_of, previous_in, rule_in
from bot.domain.events import Event, EventKind
from tests.clock import START

FREEZE = {"pattern": "orders", "until": "2026-03-02T03:00:00+00:00", "reason": "move", "by": "shell:root"}
GRANT = {"number": 1, "role": "viewer", "by": "shell:root", "until": None, "note": ""}
RULES = (EventKind.RULE_SET, EventKind.RULE_DROPPED)
FREEZES = (EventKind.FROZEN, EventKind.UNFROZEN)
GRANTS = (EventKind.GRANTED, EventKind.REVOKED)


def entry(kind, before):
    return Event(kind, START, {"pattern": "orders", "before": before})


@pytest.mark.parametrize(
    ("kinds", "stored"),
    [(RULES, {}), (RULES, {"approvals": "2", "within": "2h"}), (FREEZES, FREEZE), (GRANTS, [GRANT, GRANT])],
)
def test_values_are_kept(kinds, stored):
    """Under the kinds of entries that hold them, and no others."""
    for kind in EventKind:
        previous = previous_in(entry(kind, stored))
        assert json_of(previous) == (stored if kind in kinds else None), kind


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (EventKind.RULE_SET, "approvals=2"),
        (EventKind.RULE_SET, {"quorum": "2"}),
        (EventKind.RULE_SET, {"approvals": "9"}),
        (EventKind.RULE_SET, {"approvals": 2}),
        (EventKind.FROZEN, "until 2026-03-02T03:00:00+00:00 by shell:root: move"),
        (EventKind.FROZEN, FREEZE | {"until": "then"}),
        (EventKind.FROZEN, FREEZE | {"by": None}),
        (EventKind.REVOKED, "number 1 by shell:root, until revoked"),
        (EventKind.REVOKED, [GRANT, "number 2"]),
        (EventKind.REVOKED, [GRANT | {"until": "then"}]),
        (EventKind.REVOKED, [GRANT | {"until": 7}]),
        (EventKind.REVOKED, []),
    ],
)
def test_what_is_no_such_value_is_nothing(kind, stored):
    """Nothing of it is guessed: whoever shows the entry shows what is stored."""
    assert previous_in(entry(kind, stored)) is None


def test_an_entry_of_an_earlier_version_has_the_names_of_its_time():
    """The entry and its hash stay; the rule is shown with the name that people type today."""
    rule = previous_in(entry(EventKind.RULE_SET, {"approvals": "2", "stop": "30s"}))
    assert rule.in_words == "approvals=2 cancel-window=30s"
    assert previous_in(entry(EventKind.RULE_SET, {"stop": "30s", "cancel-window": "30s"})) is None


def test_a_rule_is_that_of_the_pattern_in_the_entry():
    data = {"pattern": "orders", "rule": {"approvals": "2"}}
    assert rule_in(Event(EventKind.REFUSED, START, data)) == Rule("orders", approvals=2)
    assert rule_in(Event(EventKind.RULE_SET, START, data | {"rule": "approvals=2"})) is None
    assert rule_in(Event(EventKind.RULE_SET, START, data | {"pattern": None})) is None
