"""What people type, and what the bot makes of it: an example for every habit of phones, keyboards and Slack."""

from datetime import UTC, datetime, time, timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.access.rules import Rule
from bot.domain.commands import VERBS, Clear, Command, Help, Start, Status, Stop, model, parse
from bot.domain.commands.parsers import is_group
from bot.domain.errors import Misunderstood
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
EVERY_VERB = ", ".join(f"`{word}`" for word in COMMANDS)
HOURS_12 = timedelta(hours=12)
ANA, ONCALL = "<@U012ANA|ana>", "<!subteam^S012ON|@oncall>"
VIEWS = model.GrantCommand("U012ANA", Role.VIEWER, "orders", HOURS_12, "on call")


def misunderstood(text: str) -> str:
    with pytest.raises(Misunderstood) as raised:
        parse(text)
    return raised.value.message


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


@pytest.mark.parametrize(
    "name",
    [
        "orders.eu",
        "orders/clear",
        "orders%2Fclear",
        "#orders",
        "<@U012|ana>",
        "&lt;orders&gt;",
        "'orders",
        "ordérs",
        "\N{CYRILLIC SMALL LETTER O}rders",
        "ｏrders",
        "order٣",
        "a" * 101,
    ],
)
@pytest.mark.parametrize("verb", ["clear", "status"])
def test_what_cannot_be_a_name_is_refused(verb, name):
    """Before any URL is built: Feldera does not check names on look-ups."""
    message = misunderstood(f"{verb} {name}")
    assert "cannot be the name of a pipeline" in message
    assert f"Type `/pipeline {verb} NAME" in message


def test_what_is_missing_or_too_much_is_told_whole():
    assert (
        misunderstood("status")
        == misunderstood("status ``")
        == snapshot("Which pipeline? Type `/pipeline status NAME`, for example `/pipeline status orders`.")
    )
    assert misunderstood("status orders please") == snapshot(
        "`status` takes one pipeline name and nothing after it. Type `/pipeline status orders`."
    )
    assert misunderstood("clear orders.eu schema change") == snapshot(
        "`orders.eu` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("help wash", f"There is no help on `wash`. Type `/pipeline help`, or `/pipeline help` and one of: {EVERY_VERB}; or a topic: `roles`, `rules`, `break-glass`."),
        ("help clear now", "There is no help on `clear now`. Did you mean `/pipeline help clear`?"),
        ("help Statsu please", "There is no help on `Statsu please`. Did you mean `/pipeline help status`?"),
        (
            "claer orders schema change",
            "I do not know `claer`. Did you mean `/pipeline clear orders schema change`?",
        ),
        ("STATSU orders", "I do not know `STATSU`. Did you mean `/pipeline status orders`?"),
        ("stpo orders why", "I do not know `stpo`. Did you mean `/pipeline stop orders why`?"),
        (
            "frobnicate `orders` <!channel>",
            f"I do not know `frobnicate`. I know: {EVERY_VERB}. Type `/pipeline help`.",
        ),
    ],
)  # fmt: skip
def test_a_slip_is_met_with_a_guess_and_what_is_far_off_with_every_verb(typed, answer):
    """The guess carries the rest along, so that it can be copied; it is never taken by itself."""
    assert misunderstood(typed) == answer


@pytest.mark.parametrize(
    "word", ["stp", "stopp", "stpo", "sto", "halt", "kill", "strat", "staart", "cancel", "close", "clean-up"]
)
def test_a_slip_never_suggests_what_destroys(word):
    assert "clear orders" not in misunderstood(f"{word} orders")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ('clear ""', "Which pipeline?"),
        ("clear orders --break-glass", "needs an incident and a reason"),
        ("clear orders --break-glass INC-1", "needs an incident and a reason"),
        ("approve", "Which request?"),
        ("approve 7fk", "The id `7fk` is too short: type at least its first 4 characters."),
        ("deny `a` no", "The id `a` is too short"),
        ("withdraw orders!", "`orders!` is not a valid id of a request."),
        ("sign-off 7fk1", "`7fk1` is not a valid id of a request."),
        ("approve 7fk2qa please", "`please` is too much here"),
        ("deny 7fk2qa", "Give a reason"),
        ("can-i", "Ask about a clear, a stop or a start"),
        ("can-i delete orders", "Ask about a clear"),
        ("pending now", "`now` is too much here"),
        ("grant @ana operator orders", "I cannot find a user `@ana`"),
        (f"grant {ANA} boss orders", "`boss` is not a role"),
        (f"grant {ANA} operator", "Type `/pipeline grant"),
        (f"grant {ANA} operator ordérs", "is not a valid pipeline pattern"),
        (f"grant {ANA} operator orders for ever", "`ever` is not a valid length of time"),
        (f"grant {ANA} operator orders for 0h", "`0h` ends at once, and would have no effect"),
        (f"revoke {ANA} operator orders now", "`now` is too much here"),
        ("rule prod-*", "Type `/pipeline rule"),
        ("rule prod-* approvals=9", "0 to 5"),
        ("rule prod-* approval=2", "Unknown key `approval`. Allowed keys: `approvals`, "),
        ("rule prod-* approvals", "`approvals` needs a value, such as `approvals=2`."),
        ("rule prod-* reason=maybe", "neither `required` nor `optional`"),
        ("rule prod-* within=soon", "not a valid length of time"),
        ("rule prod-* channel=#ops", "Type #"),
        ("rule prod-* group=@oncall", "Type @"),
        ("rule prod-* approvals=two", "0 to 5"),
        ("rule prod-* matching=INC-[", "not a valid regular expression"),
        ("rule prod-* matching=a{1001}", "not a valid regular expression"),
        ("freeze", "Type `/pipeline freeze"),
        ("freeze prod-* 4h why", "Say how long"),
        ("freeze prod-* for ever why", "`ever` is not a valid length of time"),
        ("freeze prod-* for 0h why", "`0h` ends at once, and would have no effect"),
        ("freeze prod-* until 25:00 why", "Say how long"),
        ("freeze prod-* until 0001-01-01T00:00+12:00 why", "Say how long"),
        ("freeze prod-* for 4h", "Give a reason"),
        ("unfreeze", "Type `/pipeline unfreeze"),
        ("unfreeze prod-* now", "`now` is too much here"),
    ],
)
def test_what_cannot_be_read_is_told_what_to_type(typed, answer):
    assert answer in misunderstood(typed)


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
