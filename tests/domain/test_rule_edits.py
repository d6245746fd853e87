"""Edits of a rule: what becomes of each key, and that what results decides who may make one."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import ChangeObjection, DropRule, EditRule, SetRule, decide_change, resolved
from bot.domain.access.permissions import Grant, Kind, Membership, Role
from bot.domain.access.rule_edits import RuleEdit, key_changes, unchanged_keys
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Rule
from bot.domain.commands.rule_syntax import rule_edit_of
from bot.domain.ids import Actor, TeamId, UserId
from tests.clock import START
from tests.rules import any_rules

ANA = Actor(TeamId("T1"), UserId("U1"))
rules = any_rules(st.just("prod-*"), reason_pattern=st.sampled_from([None, "INC-\\d+"]))
fields = st.frozensets(st.sampled_from([key.field for key in RULE_KEYS]))


@given(rules, rules, fields)
def test_each_key_is_set_removed_or_kept(before, values, removed):
    """As people type it, too: `key=` removes."""
    unset = removed - {key.field for key, _ in values.said}
    after = RuleEdit(values, unset).applied_to(before)
    for key in RULE_KEYS:
        value, was = getattr(values, key.field), getattr(before, key.field)
        kept = None if key.field in unset else was
        assert getattr(after, key.field) == (kept if value is None else value)
    names = [f"{key.name}=" for key in RULE_KEYS if key.field in unset and key.field != "reason_pattern"]
    last = ["matching="] if "reason_pattern" in unset else []
    assert rule_edit_of("prod-*", " ".join([*names, values.in_words, *last]).strip()) == RuleEdit(
        values, unset
    )


@given(rules, rules)
def test_what_changed_and_what_did_not_are_all_of_it(before, after):
    changed = {change.name: change.after for change in key_changes(before, after)}
    same = unchanged_keys(before, after).as_typed
    assert changed.keys().isdisjoint(same)
    assert {name: value for name, value in (changed | same).items() if value is not None} == after.as_typed


def test_without_a_rule_an_edit_makes_one_and_without_keys_it_removes_it():
    two, none = Rule("prod-*", approvals=2), RuleEdit(Rule("prod-*"), frozenset({"approvals"}))
    assert resolved(EditRule(RuleEdit(two)), [Rule("orders", approvals=5)]) == SetRule(two)
    assert resolved(EditRule(none), [two]) == resolved(EditRule(none), []) == DropRule("prod-*")


def test_the_rule_that_results_decides_who_may_edit_it():
    """Two approvals are looser than the three that somebody has set in the meantime."""
    edit = EditRule(RuleEdit(Rule("prod-*", approvals=2)))
    grants = tuple(
        Grant(number, ANA, role, "*", "shell:root", START, None, "")
        for number, role in enumerate((Role.ADMIN, Role.OPERATOR))
    )
    said = []
    for rule in (Rule("prod-*", approvals=1, reason_required=True), Rule("prod-*", approvals=3)):
        access_data = AccessData(grants, (rule,), freezes=())
        change = resolved(edit, access_data.rules)
        said.append(decide_change(change, Membership(ANA, Kind.MEMBER), access_data, START).objection)
    assert said == [None, ChangeObjection.OWN_FAVOUR]
