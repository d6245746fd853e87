"""What people type about requests, access, rules and freezes, and how each is read."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.commands import Clear, model, parse
from bot.domain.commands.parsers import is_group
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.durations import moment, resolved, span
from bot.domain.errors import BadRule, Misunderstood
from bot.domain.operations.plans import CLEAR
from tests.clock import START
from tests.rules import any_rules

HOURS_12 = timedelta(hours=12)
ANA, ONCALL = "<@U012ANA|ana>", "<!subteam^S012ON|@oncall>"


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("clear orders --break-glass INC-1 disk full", Clear("orders", "disk full", "INC-1")),
        ("clear orders —break-glass INC-1 disk full", Clear("orders", "disk full", "INC-1")),
        ("clear orders -BREAKGLASS INC-1 why", Clear("orders", "why", "INC-1")),
        ("clear orders why --break-glass INC-1", Clear("orders", "why", "INC-1")),
        ("pending", model.Pending()),
        ("approve 7FK2QA", model.Approve("7fk2qa")),
        ("approve `7fk2qa`", model.Approve("7fk2qa")),
        ("deny 7fk2qa not now, please", model.Deny("7fk2qa", "not now, please")),
        ("withdraw 7fk2qa", model.Withdraw("7fk2qa")),
        ("sign-off 7fk2qa", model.SignOff("7fk2qa")),
        ("can-i clear “orders”", model.CanI("orders", CLEAR)),
        ("whoami", model.WhoAmI()),
        ("history", model.HistoryCommand()),
        ("history orders", model.HistoryCommand(name="orders")),
        (f"history {ANA}", model.HistoryCommand(user="U012ANA")),
        (
            f"grant {ANA} operator orders-*",
            model.GrantCommand("U012ANA", Role.OPERATOR, "orders-*", None, ""),
        ),
        (
            f"grant {ONCALL} RESPONDER * for 12h on call, see <#C012|ops>",
            model.GrantCommand("S012ON", Role.RESPONDER, "*", HOURS_12, "on call, see C012"),
        ),
        (
            f"grant {ANA} viewer orders note",
            model.GrantCommand("U012ANA", Role.VIEWER, "orders", None, "note"),
        ),
        (f"revoke {ANA} operator `orders-*`", model.Revoke("U012ANA", Role.OPERATOR, "orders-*")),
        ("grants", model.Grants()),
        (f"grants {ONCALL}", model.Grants(who="S012ON")),
        ("grants orders-*", model.Grants(pattern="orders-*")),
        ("grants <http://orders|orders>", model.Grants(pattern="orders")),
        ("rule orders-* off", model.DropTheRule("orders-*")),
        (
            "rule prod-* approvals=2 reason=required",
            model.SetTheRule(Rule("prod-*", approvals=2, reason_required=True)),
        ),
        (
            f"rule prod-* channel=<#C012|ops> group={ONCALL} stop=30s break-glass=allowed matching=INC-\\d+ x",
            model.SetTheRule(
                Rule(
                    "prod-*",
                    ask_channel="C012",
                    ask_group="S012ON",
                    stop_window=timedelta(seconds=30),
                    break_glass=True,
                    reason_pattern="INC-\\d+ x",
                )
            ),
        ),
        ("rules", model.Rules()),
        (
            "freeze prod-* for 4h release day",
            model.FreezeCommand("prod-*", timedelta(hours=4), "release day"),
        ),
        ("freeze prod-* until 00:00 night", model.FreezeCommand("prod-*", time(0, 0, tzinfo=UTC), "night")),
        (
            "freeze * until 2026-11-25T08:00 audit",
            model.FreezeCommand("*", datetime(2026, 11, 25, 8, tzinfo=UTC), "audit"),
        ),
        ("unfreeze prod-*", model.Unfreeze("prod-*")),
    ],
)
def test_what_was_meant_is_understood(typed, command):
    """A mention is the person, group or channel that it stands for; a name typed by hand is nobody."""
    assert parse(typed) == command


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("clear orders --break-glass", "takes an incident and a reason"),
        ("clear orders --break-glass INC-1", "takes an incident and a reason"),
        ("approve", "Which request?"),
        ("approve orders!", "Which request?"),
        ("approve 7fk2qa please", "`please` is too much here"),
        ("deny 7fk2qa", "Say why"),
        ("can-i", "Ask about a clear"),
        ("can-i delete orders", "Ask about a clear"),
        ("pending now", "`now` is too much here"),
        ("grant @ana operator orders", "`@ana` is nobody I can find"),
        (f"grant {ANA} boss orders", "`boss` is no role"),
        (f"grant {ANA} operator", "Type `/pipeline grant"),
        (f"grant {ANA} operator ordérs", "is no pipeline pattern"),
        (f"grant {ANA} operator orders for ever", "`ever` is no length of time"),
        (f"grant {ANA} operator orders for 0h", "`0h` is no length of time"),
        (f"revoke {ANA} operator orders now", "`now` is too much here"),
        ("rule prod-*", "Type `/pipeline rule"),
        ("rule prod-* approvals=9", "0 to 5"),
        ("rule prod-* approval=2", "I do not know `approval=2`"),
        ("rule prod-* approvals", "I do not know `approvals`"),
        ("rule prod-* reason=maybe", "neither `required` nor `optional`"),
        ("rule prod-* within=soon", "no length of time"),
        ("rule prod-* channel=#ops", "with #"),
        ("rule prod-* group=@oncall", "with @"),
        ("rule prod-* approvals=two", "0 to 5"),
        ("rule prod-* matching=INC-[", "no regular expression"),
        ("rule prod-* matching=a{1001}", "no regular expression"),
        ("freeze", "Type `/pipeline freeze"),
        ("freeze prod-* 4h why", "Say how long"),
        ("freeze prod-* for ever why", "`ever` is no length of time"),
        ("freeze prod-* for 0h why", "`0h` is no length of time"),
        ("freeze prod-* until 25:00 why", "Say how long"),
        ("freeze prod-* until 0001-01-01T00:00+12:00 why", "Say how long"),
        ("freeze prod-* for 4h", "Say why"),
        ("unfreeze", "Type `/pipeline unfreeze"),
        ("unfreeze prod-* now", "`now` is too much here"),
    ],
)
def test_what_cannot_be_read_is_told_what_to_type(typed, answer):
    """Nothing is guessed, and nothing is left out silently."""
    with pytest.raises(Misunderstood) as raised:
        parse(typed)
    assert answer in raised.value.message


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("90M", timedelta(minutes=90)),
        ("12h", HOURS_12),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("0s", timedelta(0)),
        ("12", None),
        ("h", None),
        ("-1h", None),
        ("1.5h", None),
        ("12345h", None),
        ("", None),
    ],
)
def test_lengths_of_time(text, length):
    """A number of up to four digits and one unit."""
    assert span(text) == length


def test_moments_are_in_utc():
    """A zone that is given counts; without one it is UTC."""
    assert moment("2026-11-25T08:00") == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert moment("2026-11-25T08:00+02:00") == datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert moment("8:05") == time(8, 5, tzinfo=UTC)
    assert [moment(text) for text in ("24:00", "tomorrow", "", "2026-13-01")] == [None] * 4


@pytest.mark.parametrize(
    ("ends", "at"),
    [
        (HOURS_12, START + HOURS_12),
        (START - HOURS_12, START - HOURS_12),
        (time(3, 1, tzinfo=UTC), START + timedelta(minutes=1)),
        (time(3, 0, tzinfo=UTC), START + timedelta(days=1)),
        (time(2, 0, tzinfo=UTC), START + timedelta(hours=23)),
    ],
)
def test_when_it_ends_is_seen_from_now(ends, at):
    """A time of day is the next one: today's, if it is still to come."""
    assert resolved(ends, START) == at


rules = any_rules(
    st.just("prod-*"),
    reason_pattern=st.sampled_from([None, "INC-\\d+", "^x y$", "stop=1s", "a=b c=d"]),
)


@given(rules)
def test_a_rule_in_words_can_be_typed_again(rule):
    """What is shown of a rule is what sets it, to the letter."""
    assert rule_of("prod-*", rule.in_words) == rule


def test_what_follows_matching_belongs_to_it():
    """An expression may have spaces and signs of its own; another value of the rule in there would go unheeded."""
    assert rule_of("*", "approvals=1 matching=see x=5s") == Rule("*", approvals=1, reason_pattern="see x=5s")
    for said in ("xmatching=y", "matching=INC approvals=2", "matching=", "approvals=2 approvals=3"):
        with pytest.raises(BadRule):
            rule_of("*", said)


def test_the_shells_spelling_of_a_time_counts_in_chat():
    """A grant for a while that became one for good would be noticed by nobody."""
    assert parse(f"grant {ANA} viewer prod-* --for 12h night") == parse(
        f"grant {ANA} viewer prod-* for 12h night"
    )


def test_a_person_and_a_group_are_told_apart_by_their_first_letter():
    """Slack's ids of user groups begin with S, those of people with U or W."""
    for mention, of_group in ((ANA, False), ("<@W012>", False), (ONCALL, True)):
        assert is_group(parse(f"grant {mention} viewer orders").who) is of_group
