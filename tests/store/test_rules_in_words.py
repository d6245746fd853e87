"""Rules of every earlier schema, which had a column for each key, are the rules that they were."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.rule_keys import OLD_NAMES
from bot.domain.access.rules import Rule
from bot.domain.ids import ChannelId, GroupId
from bot.store.access import rules_and_freezes
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseDamaged
from bot.store.shell_store import Administration
from tests.rules import SAID, any_rules
from tests.store.old_rows import write_before

WITH_COLUMNS = range(2, 7)  # the versions of the schema with rules, until they were stored in their words
SECOND = 1_000_000  # microseconds

# Columns as the versions before wrote them, what the rule is, and its words.
OLD = [
    ({}, Rule("p"), ""),
    ({"approvals": 0}, Rule("p", approvals=0), "approvals=0"),
    ({"ask_channel": "C012"}, Rule("p", ask_channel=ChannelId("C012")), "channel=C012"),
    ({"ask_group": "S012"}, Rule("p", ask_group=GroupId("S012")), "group=S012"),
    ({"approve_within": 60 * SECOND}, Rule("p", approve_within=timedelta(minutes=1)), "within=1m"),
    ({"approve_within": 7 * 86_400 * SECOND}, Rule("p", approve_within=timedelta(days=7)), "within=7d"),
    ({"remind_after": 5_400 * SECOND}, Rule("p", remind_after=timedelta(minutes=90)), "remind=90m"),
    ({"remind_after": 9_999 * SECOND}, Rule("p", remind_after=timedelta(seconds=9_999)), "remind=9999s"),
    ({"reason_required": 0}, Rule("p", reason_required=False), "reason=optional"),
    ({"reason_required": 1}, Rule("p", reason_required=True), "reason=required"),
    ({"stop_window": 0}, Rule("p", stop_window=timedelta(0)), "stop=0s"),
    ({"stop_window": 60 * SECOND}, Rule("p", stop_window=timedelta(minutes=1)), "stop=1m"),
    ({"break_glass": 0}, Rule("p", break_glass=False), "break-glass=forbidden"),
    ({"break_glass": 1}, Rule("p", break_glass=True), "break-glass=allowed"),
    ({"reason_pattern": "INC-\\d+ .*"}, Rule("p", reason_pattern="INC-\\d+ .*"), "matching=INC-\\d+ .*"),
    ({"reason_pattern": " a='b' "}, Rule("p", reason_pattern=" a='b' "), "matching= a='b' "),
    (
        {"approvals": 2, "reason_pattern": '"x" approvals=1\nmatching=é'},
        Rule("p", approvals=2, reason_pattern='"x" approvals=1\nmatching=é'),
        'approvals=2 matching="x" approvals=1\nmatching=é',
    ),
]
COLUMNS = {column for row, _, _ in OLD for column in row}
OLD_RULES = any_rules(**{field: st.none() for field in SAID.keys() - COLUMNS})


def columns_of(rule):
    """As the versions before wrote it: lengths in microseconds, a choice as 0 or 1."""
    said = {key.field: value for key, value in rule.said}
    return {"pattern": rule.pattern} | {
        field: value // timedelta(microseconds=1) if isinstance(value, timedelta) else value
        for field, value in said.items()
    }


def words_then(rule):
    """The migration is frozen: it writes what the versions of its time typed."""
    was = {new: old for old, new in OLD_NAMES.items()}
    return " ".join(f"{was.get(name, name)}={value}" for name, value in rule.as_typed.items())


@pytest.mark.parametrize("version", WITH_COLUMNS)
def test_rules_are_those_that_they_were(path, version):
    write_before(path, version, rules=[{"pattern": f"p-{n:02}", **row} for n, (row, _, _) in enumerate(OLD)])
    with open_database(path) as db:
        stored = [tuple(row.values()) for row in db.query("SELECT * FROM rules ORDER BY pattern")]
    assert stored == [(f"p-{n:02}", words) for n, (_, _, words) in enumerate(OLD)]
    with Administration.open(path) as shell:
        assert [rule.as_typed for rule in shell.rules()] == [rule.as_typed for _, rule, _ in OLD]


@settings(max_examples=30)
@given(st.sampled_from(WITH_COLUMNS), st.lists(OLD_RULES, max_size=3, unique_by=lambda rule: rule.pattern))
def test_any_rule_is_the_one_that_it_was(version, rules):
    with TemporaryDirectory() as place:
        path = Path(place) / "bot.db"
        write_before(path, version, rules=[columns_of(rule) for rule in rules])
        with open_database(path) as db:
            assert set(rules_and_freezes.rules(db)) == set(rules)
            words = dict(db.execute("SELECT pattern, words FROM rules").fetchall())
            assert words == {rule.pattern: words_then(rule) for rule in rules}


def test_without_rules_there_are_none(path):
    write_before(path, 6)
    with open_database(path) as db:
        assert rules_and_freezes.rules(db) == ()


@pytest.mark.parametrize(
    "row",
    [
        {"approvals": 9},
        {"approvals": "two"},
        {"approvals": 1.5},
        {"ask_channel": "ops"},
        {"approve_within": 59 * SECOND},
        {"stop_window": SECOND // 2},
        {"stop_window": -SECOND},
        {"reason_pattern": "INC-["},
    ],
    ids=str,
)
def test_a_row_that_the_bot_never_wrote_is_damage(path, row):
    """It is moved like the others, so that the file can be looked at, and is found out when it is read."""
    write_before(path, 6, rules=[{"pattern": "p", **row}])
    with open_database(path) as db, pytest.raises(DatabaseDamaged, match="a row of rules does not read"):
        rules_and_freezes.rules(db)


@pytest.mark.parametrize(
    "words",
    [
        "approvals=9",
        "approvals",
        "quorum=2",
        "approvals=1 approvals=2",
        "xmatching=y",
        "matching=",
        b"x",
        "stop=1s cancel-window=1s",
    ],
)
def test_words_that_the_bot_never_wrote_are_damage(path, words):
    with open_database(path) as db:
        db.execute("INSERT INTO rules VALUES ('p', ?)", (words,))
        with pytest.raises(DatabaseDamaged, match="a row of rules does not read"):
            rules_and_freezes.rules(db)
        with pytest.raises(DatabaseDamaged, match="a row of rules does not read"):
            rules_and_freezes.rule_on(db, "p")
