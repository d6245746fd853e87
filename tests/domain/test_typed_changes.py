"""Commands that make a change of access: each is read as that very change, whatever the notes and reasons are."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.changes import DropRule, GrantRole, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.access.permissions import Group, Role
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.commands import COMMAND, model, parse
from bot.domain.commands.typed_changes import command_for
from bot.domain.durations import moment_as_typed, span, span_within
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from tests.clock import START
from tests.rules import PATTERNS, any_rules

WHO = st.sampled_from([Actor(TeamId("T1"), UserId("U0ANA")), Group(TeamId("T1"), GroupId("S0LEADS"))])
WORDS = st.sampled_from(
    ["on call", "for a week", "--stop it", "for=3h", "`x`", "a  b", "x" * 400, "<@U1>"]
) | st.text(min_size=1, max_size=40)


def read(change):
    command = command_for(change, START)
    return None if command is None else parse(command.removeprefix(COMMAND))


@given(any_rules())
def test_a_rule(rule):
    command = None if rule.says_nothing else read(SetRule(rule))
    assert command is None or command == model.ChangeTheRule(RuleEdit(rule))


@given(
    WHO,
    st.sampled_from(Role),
    PATTERNS,
    st.none() | st.timedeltas(timedelta(minutes=-5), timedelta(days=900)),
    WORDS,
)
def test_a_grant(who, role, pattern, lasts, note):
    """A note that would be read as something else is left out; a time is never longer than it was."""
    expires_at = None if lasts is None else START + lasts
    command = read(GrantRole(who, role, pattern, expires_at, note))
    if command is None:
        assert lasts is not None
        assert lasts < timedelta(minutes=1)
        return
    assert (command.role, command.pattern) == (role, pattern)
    assert (command.lasts is None) is (lasts is None)
    assert lasts is None or command.lasts <= lasts < command.lasts + timedelta(days=1)
    assert command.note in {note, "", f"{note[:299]}…"}
    assert read(RevokeRole(who, role, pattern)) == model.Revoke(command.who, role, pattern)


@given(PATTERNS, st.timedeltas(timedelta(minutes=1), timedelta(days=30)), WORDS)
def test_a_freeze(pattern, lasts, reason):
    until = (START + lasts).replace(microsecond=0)
    command = read(SetFreeze(pattern, until, reason))
    assert (command.pattern, command.ends) == (pattern, until)
    assert command.reason in {reason, "as before", f"{reason[:299]}…"}


@given(PATTERNS)
def test_removals(pattern):
    assert read(DropRule(pattern)) == model.DropTheRule(pattern)
    assert read(RemoveFreeze(pattern)) == model.Unfreeze(pattern)


def test_lengths_of_time_that_can_be_typed():
    lengths = [timedelta(seconds=59), timedelta(minutes=90, seconds=59), timedelta(hours=400, minutes=59)]
    assert [span_within(length) for length in lengths] == [None, "90m", "400h"]
    assert span(span_within(timedelta(days=900, hours=5))) == timedelta(days=900)
    assert moment_as_typed(START) == "2026-03-02T03:00Z"
    assert moment_as_typed(START + timedelta(seconds=7)) == "2026-03-02T03:00:07Z"
