"""What people type, and what the bot makes of it: an example for every habit of phones, keyboards and Slack."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.access.permissions import Role
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.access.rules import Rule
from bot.domain.commands import VERBS, Clear, Command, Help, Start, Status, Stop, model, parse
from bot.domain.commands.parsers import is_group
from bot.domain.operations.plans import CLEAR, PLANS, START, STOP

COMMANDS = {
    "clear": {Clear, model.ClearByForm},
    "stop": {model.Stop},
    "start": {model.Start},
    "status": {Status},
    "list": {model.List},
    "pending": {model.Pending},
    "approve": {model.Approve},
    "deny": {model.Deny},
    "withdraw": {model.Withdraw},
    "review": {model.SignOff},
    "can-i": {model.CanI},
    "whoami": {model.WhoAmI},
    "history": {model.HistoryCommand},
    "grant": {model.GrantCommand},
    "revoke": {model.Revoke},
    "grants": {model.Grants},
    "rule": {model.ChangeTheRule, model.DropTheRule},
    "rules": {model.Rules},
    "freeze": {model.FreezeCommand},
    "unfreeze": {model.Unfreeze},
    "doctor": {model.Diagnose},
    "help": {Help},
}
HOURS_12 = timedelta(hours=12)
ANA, ONCALL = "<@U012ANA|ana>", "<!subteam^S012ON|@oncall>"
VIEWS = model.GrantCommand("U012ANA", Role.VIEWER, "orders", HOURS_12, "on call")


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("clear orders schema change, see INC-42", Clear("orders", "schema change, see INC-42")),
        ("  clear   orders   two  spaces ", Clear("orders", "two spaces")),
        ("CLEAR Orders", Clear("Orders", "")),
        ("clear orders\nsecond line", Clear("orders", "second line")),
        ("clear\N{NO-BREAK SPACE}orders\N{NARROW NO-BREAK SPACE}now", Clear("orders", "now")),
        ("clear \N{IDEOGRAPHIC SPACE}orders", Clear("orders", "")),
        ("clear “orders”", Clear("orders", "")),
        ("clear ‘orders’ it’s “broken”", Clear("orders", 'it\'s "broken"')),
        ("clear „orders“", Clear("orders", "")),
        ("clear `orders` why", Clear("orders", "why")),
        ("clear orders–2026", Clear("orders-2026", "")),
        ("clear orders—eu", Clear("orders--eu", "")),
        ("clear or\N{ZERO WIDTH SPACE}ders\N{RIGHT-TO-LEFT OVERRIDE}", Clear("orders", "")),
        ("clear orders a &lt; b &amp;&amp; c &gt; d", Clear("orders", "a < b && c > d")),
        ("clear orders &amp;lt;", Clear("orders", "&lt;")),
        ("clear orders asked by <@U012|ana>", Clear("orders", "asked by @ana")),
        ("clear orders asked by <@U012>", Clear("orders", "asked by @U012")),
        ("clear orders see <#C012|ops>", Clear("orders", "see #ops")),
        ("clear orders for <!subteam^S012|@oncall>", Clear("orders", "for @oncall")),
        ("clear orders <https://x.io/a?b=1|x.io>", Clear("orders", "x.io")),
        ("clear orders <https://x.io/a>", Clear("orders", "https://x.io/a")),
        ("clear", model.ClearByForm()),
        ("  CLEAR \N{ZERO WIDTH SPACE} ", model.ClearByForm()),
        ("stop orders its source is broken", Stop("orders", "its source is broken")),
        ("start orders", Start("orders", "")),
        ("list", model.List("*")),
        ("list `orders-*`", model.List("orders-*")),
        ("Status “orders”", Status("orders")),
        (" \N{NO-BREAK SPACE}\t", model.Overview()),
        ("help", Help(None)),
        ("HELP Status", Help("status")),
        ("pending", model.Pending()),
        ("approve 7FK2QA", model.Approve("7fk2qa")),
        ("approve `7fk2qa`", model.Approve("7fk2qa")),
        ("deny 7fk2qa not now, please", model.Deny("7fk2qa", "not now, please")),
        ("withdraw 7fk2qa", model.Withdraw("7fk2qa")),
        ("sign-off 7fk2qa", model.SignOff("7fk2qa")),
        ("can-i clear “orders”", model.CanI("orders", CLEAR)),
        ("can-i stop orders", model.CanI("orders", STOP)),
        ("can-i START orders", model.CanI("orders", START)),
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
        (f"grant {ANA} viewer orders --for 12h on call", VIEWS),
        (f"grant {ANA} viewer orders --for=12h on call", VIEWS),
        (f"grant {ANA} viewer orders \N{EM DASH}for=12h on call", VIEWS),
        (f"revoke {ANA} operator `orders-*`", model.Revoke("U012ANA", Role.OPERATOR, "orders-*")),
        ("grants", model.Grants()),
        (f"grants {ONCALL}", model.Grants(who="S012ON")),
        ("grants orders-*", model.Grants(pattern="orders-*")),
        ("grants <http://orders|orders>", model.Grants(pattern="orders")),
        ("rule orders-* off", model.DropTheRule("orders-*")),
        (
            f"rule prod-* channel=<#C012|ops> group={ONCALL} cancel-window=30s break-glass=allowed matching=INC-\\d+ x",
            model.ChangeTheRule(
                RuleEdit(
                    Rule(
                        "prod-*",
                        ask_channel="C012",
                        ask_group="S012ON",
                        stop_window=timedelta(seconds=30),
                        break_glass=True,
                        reason_pattern="INC-\\d+ x",
                    )
                )
            ),
        ),
        (
            "rule prod-* within= approvals=2 matching=",
            model.ChangeTheRule(
                RuleEdit(Rule("prod-*", approvals=2), frozenset({"approve_within", "reason_pattern"}))
            ),
        ),
        ("rules", model.Rules()),
        (
            "freeze prod-* for 4h release day",
            model.FreezeCommand("prod-*", timedelta(hours=4), "release day"),
        ),
        ("freeze prod-* until 00:00 night", model.FreezeCommand("prod-*", time(0, 0), "night")),
        ("freeze prod-* until 0:00Z night", model.FreezeCommand("prod-*", time(0, 0, tzinfo=UTC), "night")),
        (
            "freeze * until 2026-11-25T08:00Z audit",
            model.FreezeCommand("*", datetime(2026, 11, 25, 8, tzinfo=UTC), "audit"),
        ),
        ("unfreeze prod-*", model.Unfreeze("prod-*")),
        ("doctor", model.Diagnose()),
    ],
)
def test_what_was_meant_is_understood(typed, command):
    """Case of verbs, spaces, quotes, dashes and Slack's escapes do not matter; a name typed by hand is nobody's mention."""
    assert parse(typed) == command


def test_a_person_and_a_group_are_told_apart_by_their_first_letter():
    for mention, of_group in ((ANA, False), ("<@W012>", False), (ONCALL, True)):
        assert is_group(parse(f"grant {mention} viewer orders").who) is of_group


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.word)
def test_every_row_of_the_table_tells_the_truth(verb):
    """A verb's usage, example and help come from one row, and the example is read by that row."""
    assert verb.usage.startswith(f"/pipeline {verb.word}")
    assert verb.summary
    assert verb.details
    assert verb.example.split()[0] == verb.word
    assert type(parse(verb.example.replace("@ana", ANA))) in COMMANDS[verb.word]
    assert parse(f"help {verb.word}") == Help(verb.word)


def test_every_verb_and_every_command_is_here():
    assert [verb.word for verb in VERBS] == [*COMMANDS]
    assert {model.Overview}.union(*COMMANDS.values()) == set(Command.__args__)


def test_every_plan_can_be_typed_and_no_other():
    typed = ["clear o", "clear o --stop", "clear o --start", "clear o --restart", "stop o", "start o"]
    assert tuple(parse(each).plan for each in typed) == PLANS
