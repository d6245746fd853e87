"""Rule keys: the table has every field, what one part of it writes another reads, and which change asks less."""

import ast
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import bot
from bot.domain.access.rule_keys import BY_NAME, OLD_NAMES, RULE_KEYS
from bot.domain.access.rules import Requirements, Rule, is_looser, requirements_for, strictest
from bot.domain.commands.rule_syntax import rule_from_words, rule_of
from bot.domain.errors import BadRule
from bot.slack.views.help_topics import rule_keys
from tests.rules import SAID, any_rules

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
by_name = pytest.mark.parametrize("key", RULE_KEYS, ids=lambda key: key.name)
NOTHING = Requirements(approvals=0)
PACKAGE = Path(bot.__file__).parent
READ = {
    node.attr
    for room in ("domain", "engine")
    for path in (PACKAGE / room).rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
}


def test_the_table_has_every_field_of_a_rule_and_of_its_requirements_once():
    """One that it lacked would be neither typed nor stored, and would bind nobody."""
    assert sorted(key.field for key in RULE_KEYS) == sorted(SAID)
    assert {field.name for field in fields(Rule)} == {"pattern", *SAID}
    requirements = {field.name for field in fields(Requirements)} - {"rules"}
    assert sorted(key.in_requirements for key in RULE_KEYS) == sorted(requirements)
    assert len({key.name for key in RULE_KEYS}) == len(RULE_KEYS)


@by_name
def test_a_decision_reads_each_requirement(key):
    """A key that is typed, stored and shown, and that no decision reads, would look like protection and be none."""
    assert key.in_requirements in READ


@by_name
@given(data=st.data())
def test_a_value_reads_as_it_was_written(key, data):
    rule = Rule("*", **{key.field: data.draw(SAID[key.field])})
    assert list(rule.as_typed) == [key.name]
    assert rule_from_words("*", rule.in_words) == rule


@given(any_rules())
def test_a_rule_reads_as_it_was_written(rule):
    assert rule_from_words(rule.pattern, rule.in_words) == rule


spaceless = any_rules(reason_pattern=st.sampled_from([None, "INC-\\d+", "^x y$", "stop=1s", "a=b c=d"]))


@given(spaceless)
def test_a_rule_in_words_can_be_typed_again(rule):
    assert rule_of(rule.pattern, rule.in_words) == rule


def test_what_follows_matching_belongs_to_it():
    """An expression may have spaces and signs of its own; another value of the rule in there would go unheeded."""
    assert rule_of("*", "approvals=1 matching=see x=5s") == Rule("*", approvals=1, reason_pattern="see x=5s")
    for said in ("xmatching=y", "matching=INC approvals=2", "matching=", "approvals=2 approvals=3"):
        with pytest.raises(BadRule):
            rule_of("*", said)


@pytest.mark.parametrize(("old", "name"), OLD_NAMES.items())
def test_an_old_name_is_read_and_never_written(old, name):
    """In any case, from commands and from the database; never beside the new one, which it must not hide."""
    value = BY_NAME[name].example.partition("=")[2]
    for read in (rule_of("*", f"{old.upper()}={value}"), rule_from_words("*", f"{old}={value}")):
        assert read.in_words == f"{name}={value}"
    with pytest.raises(BadRule, match=f"`{name}` is given twice"):
        rule_of("*", f"{name}={value} {old}={value}")
    with pytest.raises(BadRule, match="takes everything that follows it"):
        rule_of("*", f"matching=x {old}={value}")
    assert old not in BY_NAME


@by_name
def test_the_examples_can_be_typed_and_help_has_them(key):
    name, _, values = (key.shell_example or key.example).partition("=")
    assert name == key.name
    for value in values.split("|"):
        assert list(rule_of("*", f"{name}={value}").as_typed) == [key.name]
    assert f"{key.example}` – {key.help}" in rule_keys().mrkdwn.replace("&gt;", ">")
    assert key.help
    assert key.example.startswith(f"{key.name}=")


@by_name
def test_what_is_no_value_is_said_to_be_none(key):
    with pytest.raises(BadRule) as refused:
        rule_of("*", f"{key.name}=(")
    assert refused.value.message


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


def rule(**said):
    return Rule("orders-*", **said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule(approvals=2), rule(approvals=1)),
        (rule(approvals=2), rule(stop_window=SECOND)),
        (rule(approvals=2), None),
        (None, rule(approvals=0)),
        (rule(stop_window=SECOND), rule(stop_window=SECOND, approvals=0)),
        (rule(stop_window=30 * SECOND), rule(stop_window=29 * SECOND)),
        (rule(stop_window=30 * SECOND), rule(approvals=1)),
        (rule(approve_within=HOUR), rule(approve_within=2 * HOUR)),
        (rule(approve_within=HOUR / 2), rule(approvals=1)),
        (None, rule(approve_within=2 * HOUR)),
        (rule(reason_required=True), rule(reason_required=False)),
        (rule(reason_required=True), rule(approvals=1)),
        (rule(reason_pattern="INC-"), rule(reason_pattern="x")),
        (rule(reason_pattern="INC-"), rule(reason_required=True)),
        (rule(break_glass=False), rule(break_glass=True)),
        (rule(approvals=1), rule(approvals=1, break_glass=True)),
        (rule(break_glass=False), rule(approvals=1)),
    ],
)
def test_less_is_asked(before, after):
    assert is_looser(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, None),
        (rule(), None),
        (None, rule(approvals=1, approve_within=HOUR, break_glass=False)),
        (rule(approvals=1), rule(approvals=2)),
        (rule(approvals=1), rule(approvals=1, stop_window=SECOND, reason_required=True, reason_pattern="x")),
        (rule(approve_within=2 * HOUR), rule(approve_within=HOUR)),
        (rule(break_glass=True), rule(break_glass=False)),
        (rule(break_glass=True), rule(approvals=1)),
    ],
)
def test_as_much_is_asked_or_more(before, after):
    assert not is_looser(before, after)


saying = SAID | {
    "approvals": st.integers(0, 5),
    "approve_within": st.sampled_from([HOUR / 2, HOUR, 2 * HOUR]),
    "reason_pattern": st.sampled_from(["INC", "x"]),
    "stop_window": st.sampled_from([timedelta(0), SECOND, 60 * SECOND]),
}
rules = st.builds(Rule, st.just("orders-*"), **{field: st.none() | said for field, said in saying.items()})


ASKING = {"channel", "group", "remind"}  # keys that only say where and when somebody is asked


def asks_less(key, before: Requirements, after: Requirements) -> bool:
    was, will_be = (getattr(each, key.in_requirements) for each in (before, after))
    if isinstance(was, tuple):
        return not set(will_be) >= set(was)
    if was is None or will_be is None:
        return will_be is None and was is not None
    return key.strictest([was, will_be]) != will_be


@by_name
@given(data=st.data())
def test_what_asks_less_is_looser(key, data):
    """A key says itself which value is the stricter one: what is less than that is never anybody's own to make."""
    values = st.none() | SAID[key.field]
    before, after = (Rule("*", **{key.field: data.draw(values)}) for _ in range(2))
    if key.name in ASKING:
        assert after.says_nothing or not is_looser(before, after)
    elif asks_less(key, strictest([before], approvals=0), strictest([after], approvals=0)):
        assert is_looser(before, after)


@settings(max_examples=400)
@given(st.none() | rules, st.none() | rules, st.lists(rules, max_size=2), st.booleans())
@example(rule(stop_window=SECOND), rule(stop_window=SECOND, approvals=0), [], False)
@example(rule(approve_within=2 * HOUR), None, [rule(approve_within=7 * HOUR)], False)
def test_what_is_not_looser_asks_no_less_of_anybody(before, after, others, is_operator):
    """Beside whatever other rules, and of operators as of others: `is_looser` never errs towards no."""

    def asked(changed):
        held = [*others, *([] if changed is None else [changed])]
        return requirements_for(held, "orders-eu", is_operator=is_operator)

    was, will_be = asked(before), asked(after)
    if any(asks_less(key, was, will_be) for key in RULE_KEYS if key.name not in ASKING):
        assert is_looser(before, after)


@given(rules)
def test_the_same_rule_again_or_one_that_asks_elsewhere_is_no_looser(same):
    assert not is_looser(same, same)
    assert not is_looser(same, replace(same, ask_channel="C09", ask_group=None, remind_after=None))
