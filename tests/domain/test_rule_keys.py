"""The table of a rule's keys: it has every field, and what one part of it writes another part reads."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.access.rules import Requirements, Rule, is_looser, strictest
from bot.domain.commands import find_verb
from bot.domain.commands.rule_syntax import rule_from_words, rule_of
from bot.domain.errors import BadRule
from tests.rules import SAID, any_rules

by_name = pytest.mark.parametrize("key", RULE_KEYS, ids=lambda key: key.name)
NOTHING = Requirements(approvals=0)
ASKING = {"channel", "group", "remind"}  # keys that only say where and when somebody is asked


def test_the_table_has_every_field_of_a_rule_and_of_its_terms():
    """One that it lacked would be neither typed nor stored, and would bind nobody."""
    assert ["pattern", *sorted(key.field for key in RULE_KEYS)] == [
        "pattern", *sorted({field.name for field in fields(Rule)} - {"pattern"})
    ]  # fmt: skip
    assert sorted(key.in_requirements for key in RULE_KEYS) == sorted(
        {field.name for field in fields(Requirements)} - {"rules"}
    )
    assert {key.field for key in RULE_KEYS} == set(SAID)


def test_no_name_is_there_twice():
    assert len({key.name for key in RULE_KEYS}) == len(RULE_KEYS)


@by_name
@given(data=st.data())
def test_a_value_reads_as_it_was_written(key, data):
    """Alone in its rule, in the words that are stored and shown."""
    rule = Rule("*", **{key.field: data.draw(SAID[key.field])})
    assert list(rule.as_typed) == [key.name]
    assert rule_from_words("*", rule.in_words) == rule


@given(any_rules())
def test_a_rule_reads_as_it_was_written(rule):
    """Whatever the expression for reasons looks like: to the last space."""
    assert rule_from_words(rule.pattern, rule.in_words) == rule


@by_name
def test_the_examples_can_be_typed(key):
    """Each of a choice; in Slack, a channel and a group are picked from its list."""
    name, _, values = (key.shell_example or key.example).partition("=")
    assert name == key.name
    for value in values.split("|"):
        assert list(rule_of("*", f"{name}={value}").as_typed) == [key.name]


@by_name
def test_help_in_slack_has_an_example(key):
    assert f"`{key.example}`" in find_verb("rule").details
    assert key.example.startswith(f"{key.name}=")


@by_name
def test_what_is_no_value_is_said_to_be_none(key):
    """With words, whether it cannot be read or is outside what it may be."""
    with pytest.raises(BadRule) as refused:
        rule_of("*", f"{key.name}=(")
    assert refused.value.message


@by_name
@given(data=st.data())
def test_what_asks_less_is_looser(key, data):
    """A key says itself which value is the stricter one: what is less than that is never anybody's own to make."""
    values = st.none() | SAID[key.field]
    before, after = (Rule("*", **{key.field: data.draw(values)}) for _ in range(2))
    was, will_be = (getattr(strictest([rule], approvals=0), key.in_requirements) for rule in (before, after))
    if key.name in ASKING:
        assert after.says_nothing or not is_looser(before, after)
    elif _is_less(key, was, will_be):
        assert is_looser(before, after)


def _is_less(key, was, will_be):
    if isinstance(was, tuple):
        return not set(will_be) >= set(was)
    if was is None or will_be is None:
        return will_be is None and was is not None
    return key.strictest([was, will_be]) != will_be


@by_name
@given(data=st.data())
def test_only_what_is_about_loss_lets_go_of_what_loses_nothing(key, data):
    """Stopping and starting a pipeline, rules only say who is asked, where, and how long for."""
    rule = Rule("*", **{key.field: data.draw(SAID[key.field])})
    asked = {
        loses_data: getattr(strictest([rule], approvals=0, loses_data=loses_data), key.in_requirements)
        for loses_data in (True, False)
    }
    unsaid = getattr(NOTHING, key.in_requirements)
    assert asked[False] == (unsaid if key.is_about_loss else asked[True])


@by_name
def test_something_heeds_every_term(key):
    """A key that is typed, stored and shown, and that no decision reads, would look like protection and be none."""
    package = Path(bot.__file__).parent
    read = {
        node.attr
        for room in ("domain", "engine")
        for path in (package / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert key.in_requirements in read
