"""The file of grants and rules: what is written is read back, and whatever cannot be is refused with its line."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.access.access_file import BadAccessFile, read
from bot.cli.access.access_file_writer import written
from bot.domain.access.changes import GrantRole
from bot.domain.access.diff import DesiredAccess
from bot.domain.access.permissions import Group, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId
from tests.rules import any_rules

HOME = TeamId("T1")
ANA, ONCALL = Actor(HOME, UserId("U0ANA")), Group(HOME, GroupId("S0ONCALL"))
EVERYTHING = Rule(
    "prod-*",
    approvals=2,
    ask_channel=ChannelId("C0OPS"),
    ask_group=GroupId("S0ONCALL"),
    approve_within=timedelta(hours=2),
    remind_after=timedelta(minutes=30),
    reason_required=True,
    reason_pattern=r"INC-\d+: .*",
    stop_window=timedelta(seconds=30),
    break_glass=False,
)
WRITTEN = r"""# Grants and rules. `pipeline-bot access import FILE` shows what it would change; --yes applies it.
team: T1
grants:
- pattern: '*'
  role: approver
  group: S0ONCALL
- pattern: orders-*
  role: operator
  user: U0ANA
  until: 2026-11-25T08:00
  note: on call
rules:
- pattern: prod-*
  approvals: 2
  channel: C0OPS
  group: S0ONCALL
  within: 2h
  remind: 30m
  reason: required
  cancel-window: 30s
  break-glass: forbidden
  matching: 'INC-\d+: .*'
"""
AS_WRITTEN = DesiredAccess(
    frozenset(
        {
            GrantRole(ANA, Role.OPERATOR, "orders-*", datetime(2026, 11, 25, 8, tzinfo=UTC), "on call"),
            GrantRole(ONCALL, Role.APPROVER, "*"),
        }
    ),
    frozenset({EVERYTHING}),
)


def test_it_is_written_for_people_sorted_and_read_back():
    assert written(AS_WRITTEN, HOME) == WRITTEN
    assert list(yaml.safe_load(WRITTEN)["rules"][0]) == ["pattern", *EVERYTHING.as_typed]
    assert read(WRITTEN, None) == AS_WRITTEN


def test_json_is_yaml():
    text = """{"team": "T1", "grants": [{"user": "U0ANA", "role": "operator", "pattern": "*",
               "until": "2026-11-25T08:00:00Z"}],
               "rules": [{"pattern": "*", "approvals": 0}]}"""
    assert read(text, None) == DesiredAccess(
        frozenset({GrantRole(ANA, Role.OPERATOR, "*", datetime(2026, 11, 25, 8, tzinfo=UTC))}),
        frozenset({Rule("*", approvals=0)}),
    )


def test_the_old_name_of_a_key_is_read():
    text = WRITTEN.replace("cancel-window: 30s", "stop: 30s")
    assert read(text, None) == read(WRITTEN, None)
    with pytest.raises(BadAccessFile, match="Line 1: `cancel-window` is given twice"):
        read("rules: [{pattern: x, stop: 1s, cancel-window: 1s}]", HOME)


def test_a_part_that_is_not_there_is_not_wanted_to_be_empty():
    assert read("rules: []", HOME) == DesiredAccess(None, frozenset())
    assert read("grants: []", HOME) == DesiredAccess(frozenset(), None)


def test_values_are_taken_as_they_are_written():
    """Neither `no` nor a number nor a date becomes anything else on the way."""
    text = "grants:\n- {user: U0ANA, role: viewer, pattern: NO, note: 1e3}\n- {user: U0ANA, role: viewer, pattern: 007}"
    gives = {(give.pattern, give.note) for give in read(text, HOME).grants}
    assert gives == {("NO", "1e3"), ("007", "")}


def test_people_of_another_workspace_keep_it():
    give = GrantRole(Actor(TeamId("T0OTHER"), ANA.user), Role.VIEWER, "*")
    text = written(DesiredAccess(frozenset({give}), frozenset()), HOME)
    assert "team: T0OTHER" in text
    assert read(text, None).grants == {give}
    assert read("grants: [{user: T0OTHER/U0ANA, role: viewer, pattern: x}]", HOME).grants == {
        GrantRole(give.principal, Role.VIEWER, "x")
    }


GRANT = "- {user: U0ANA, role: viewer, pattern: x}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "The file is empty. To remove every grant and rule, write `grants: []` and `rules: []`."),
        ("team: T1", "Line 1: there is neither `grants` nor `rules`."),
        ("- x", "Line 1: the file consists of lines `key: value`, with the keys team, grants, rules."),
        (
            "grants: []\nroles: []",
            "Line 2: `roles` is not a key of the file. Keys: team, grants, rules.",
        ),
        ("grants: []\nrules: []\ngrants: []", "Line 3: `grants` is given twice."),
        ("grants: U0ANA", "Line 1: `grants` is a list: each begins with a dash."),
        ("grants:\n- U0ANA", "Line 2: a grant consists of lines `key: value`"),
        (
            f"grants:\n{GRANT}\n- {{user: U0BEN, rol: viewer, pattern: x}}",
            "Line 3: `rol` is not a key of a grant.",
        ),
        ("grants:\n- {role: viewer, pattern: x}", "Line 2: a grant is to one `user: U…` or one `group: S…`."),
        (
            "grants:\n- {user: U0A, group: S0A, role: viewer, pattern: x}",
            "Line 2: a grant is to one `user: U…`",
        ),
        (
            "grants:\n- user: ana\n  role: viewer\n  pattern: x",
            "Line 2: 'ana' is not a user id such as U0123ABCD.",
        ),
        (
            "grants:\n- {group: U0A, role: viewer, pattern: x}",
            "Line 2: 'U0A' is not a user group's id such as",
        ),
        ("grants:\n- user: U0A\n  pattern: x", "Line 2: A grant needs `role`."),
        (
            "grants:\n- user: U0A\n  pattern: x\n  role: boss",
            "Line 4: 'boss' is not a role. Roles: viewer, requester,",
        ),
        (
            "grants:\n- user: U0A\n  role: viewer\n  pattern: a/b",
            "Line 4: 'a/b' is not a valid pipeline pattern",
        ),
        (
            "grants:\n- {user: U0A, role: viewer, pattern: x, until: 18:00}",
            "Line 2: '18:00' is not a valid time.",
        ),
        ("grants:\n- {user: U0A, role: viewer, pattern: [x]}", "Line 2: a single value is expected here."),
        (
            'grants:\n- {user: U0A, role: viewer, pattern: x, note: "\\uD800"}',
            "Line 2: this is not valid text",
        ),
        ("team: acme\ngrants: []", "Line 1: 'acme' is not a valid Slack workspace id, such as T0123ABCD."),
        ("rules:\n- {approvals: 2}", "Line 2: A rule needs `pattern`."),
        ("rules:\n- {pattern: x}", "Line 2: the rule on x sets nothing. Remove it."),
        (
            "rules:\n- pattern: x\n  approvals: 2\n  channel: ops",
            "Line 4: `channel` is a channel's id, such as C0123ABCD.",
        ),
        ("rules:\n- pattern: x\n  approvals: 9", "Line 3: approvals is 0 to 5, not 9."),
        ("grants:\n- user: U0A\n  pattern: *\n  role: viewer", "Line 3: quote it: '*'."),
        ("grants:\n- {user: U0A, pattern: *-eu, role: viewer}", "Line 2: quote it: '*-eu'."),
        ("rules:\n- pattern: x\n  matching: [A-Z]+-[0-9]+", "Line 3: quote it: '[A-Z]+-[0-9]+'."),
        (
            "rules:\n- pattern: x\n  matching: [A-Z]",
            "Line 3: a single value is expected here. If it is one, quote it: '[A-Z]'.",
        ),
        (
            "grants:\n- {user: U0A, role: viewer, pattern: x, until: 12h}",
            "Line 2: '12h' is a duration, and a file needs a time, such as 2026-11-25T08:00, in UTC.",
        ),
        (
            "rules:\n- {pattern: x, quorum: 2}",
            "Line 2: `quorum` is not a key of a rule. Keys: pattern, approvals,",
        ),
        (
            "rules:\n- {pattern: x, within: 2h approvals=0}",
            "Line 2: `2h approvals=0` is not a valid length of time",
        ),
        (
            "rules:\n- {pattern: x, approvals: 1}\n- {pattern: x, approvals: 2}",
            "Line 3: there is already a rule on x. Merge them.",
        ),
        ("grants: [", "Line 1: this is not valid YAML: "),
        ("a: b: c", "Line 1: this is not valid YAML: mapping values are not allowed here."),
        ("grants: \x00", "This is not valid YAML: "),
        ("a: 1\n---\nb: 2", "Line 2: this is not valid YAML: "),
        ("&a [*a]", "Line 1: "),
        ("[" * 10_000, "This is not valid YAML: "),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(text, complaint):
    with pytest.raises(BadAccessFile) as refused:
        read(text, HOME)
    assert refused.value.message.startswith(complaint)
    assert refused.value.message.count("\n") == 0


def test_a_grant_of_a_workspace_that_nobody_knows_is_refused():
    with pytest.raises(BadAccessFile, match="Write it at the top of the file, as `team: T0123ABCD`"):
        read(f"grants:\n{GRANT}", None)


@given(st.text(max_size=60) | st.text(alphabet="grantsules:[]{}-,\n *&!|>'\"#?x", max_size=60))
def test_no_text_is_too_odd_to_be_answered(text):
    with contextlib.suppress(BadAccessFile):
        assert isinstance(read(text, HOME), DesiredAccess)


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
MOMENTS = st.datetimes(timezones=st.just(UTC))
GIVES = st.builds(
    GrantRole,
    st.sampled_from(
        [ANA, ONCALL, Actor(TeamId("T0OTHER"), UserId("U0EVE")), Group(TeamId("T0OTHER"), GroupId("S0X"))]
    ),
    st.sampled_from(list(Role)),
    st.sampled_from(["*", "orders-*", "no", "007", "[!a]-?", "a-x", "1e3", "null", "y"]),
    st.none() | MOMENTS,
    WORDS,
)
RULES = any_rules(st.sampled_from(["*", "orders-*", "null", "[!a]"]), approvals=st.integers(0, 5))


@given(
    st.frozensets(GIVES, max_size=5),
    st.lists(RULES, max_size=3, unique_by=lambda rule: rule.pattern).map(frozenset),
)
def test_any_access_is_read_back_as_it_was_written_and_written_the_same_again(grants, rules):
    access = DesiredAccess(grants, rules)
    text = written(access, HOME)
    again = read(text, None)
    assert again == access
    assert written(again, HOME) == text
