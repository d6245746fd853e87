"""What people type, and what the bot makes of it: an example for every habit of phones, keyboards and Slack."""

import pytest
from inline_snapshot import snapshot

from bot.domain.commands import VERBS, Clear, Command, Help, Status, model, parse
from bot.domain.errors import Misunderstood

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
    "sign-off": {model.SignOff},
    "can-i": {model.CanI},
    "whoami": {model.WhoAmI},
    "history": {model.HistoryCommand},
    "grant": {model.GrantCommand},
    "revoke": {model.Revoke},
    "grants": {model.Grants},
    "rule": {model.SetTheRule, model.DropTheRule},
    "rules": {model.Rules},
    "freeze": {model.FreezeCommand},
    "unfreeze": {model.Unfreeze},
    "help": {Help},
}
EVERY_VERB = ", ".join(f"`{word}`" for word in COMMANDS)


def misunderstood(text: str) -> str:
    with pytest.raises(Misunderstood) as raised:
        parse(text)
    return raised.value.message


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("clear orders", Clear("orders", "")),
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
        ("clear 'orders'", Clear("orders", "")),
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
        ("status orders", Status("orders")),
        ("list", model.List("*")),
        ("list `orders-*`", model.List("orders-*")),
        ("Status “orders”", Status("orders")),
        ("", Help(None)),
        (" \N{NO-BREAK SPACE}\t", Help(None)),
        ("help", Help(None)),
        ("help clear", Help("clear")),
        ("HELP Status", Help("status")),
    ],
)
def test_what_was_meant_is_understood(typed, command):
    """Case of verbs, spaces, quotes, dashes and Slack's escapes do not matter; everything after NAME is the reason."""
    assert parse(typed) == command


@pytest.mark.parametrize(
    "name",
    [
        "orders.eu",
        "orders/clear",
        "orders%2Fclear",
        "../secrets",
        "clear?",
        "#orders",
        "@ana",
        "<@U012|ana>",
        "<#C012|orders>",
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


def test_a_missing_name_is_asked_for():
    """The answer shows what to type, with an example."""
    assert misunderstood("status") == snapshot(
        "Which pipeline? Type `/pipeline status NAME`, for example `/pipeline status orders`."
    )
    assert misunderstood("status ``") == snapshot(
        "Which pipeline? Type `/pipeline status NAME`, for example `/pipeline status orders`."
    )


def test_a_clear_of_nothing_in_particular():
    """A form asks which pipeline; quotes without anything in them are a slip."""
    assert parse("clear") == model.ClearByForm()
    assert parse("  CLEAR \N{ZERO WIDTH SPACE} ") == model.ClearByForm()
    assert "Which pipeline?" in misunderstood('clear ""')


def test_extra_words_are_refused():
    """`status` takes no reason, so a second word may be a mistake: it says what to type."""
    assert misunderstood("status orders please") == snapshot(
        "`status` takes one pipeline name and nothing after it. Type `/pipeline status orders`."
    )
    assert misunderstood("help clear now") == snapshot(
        "There is no help on `clear now`. Did you mean `/pipeline help clear`?"
    )
    assert misunderstood("help wash") == (
        f"There is no help on `wash`. Type `/pipeline help`, or `/pipeline help` and one of: {EVERY_VERB}."
    )


def test_a_slip_is_met_with_a_guess():
    """The guess carries the rest along, so that it can be copied; it is never taken by itself."""
    assert misunderstood("claer orders schema change") == snapshot(
        "I do not know `claer`. Did you mean `/pipeline clear orders schema change`?"
    )
    assert misunderstood("help claer") == snapshot(
        "There is no help on `claer`. Did you mean `/pipeline help clear`?"
    )
    assert misunderstood("help Statsu please") == snapshot(
        "There is no help on `Statsu please`. Did you mean `/pipeline help status`?"
    )
    assert misunderstood("STATSU orders") == snapshot(
        "I do not know `STATSU`. Did you mean `/pipeline status orders`?"
    )


def test_an_unknown_verb_is_met_with_the_known_ones():
    """Whoever is far off learns every verb there is."""
    assert misunderstood("frobnicate `orders` <!channel>") == (
        f"I do not know `frobnicate`. I know: {EVERY_VERB}. Type `/pipeline help`."
    )


def test_a_name_that_cannot_be_is_explained():
    """The rule is Feldera's, in words."""
    assert misunderstood("clear orders.eu schema change") == snapshot(
        "`orders.eu` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
    )


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.word)
def test_every_row_of_the_table_tells_the_truth(verb):
    """A verb's usage, example and help come from one row, and the example is read by that row."""
    assert verb.usage.startswith(f"/pipeline {verb.word}")
    assert verb.summary
    assert verb.details
    assert verb.example.split()[0] == verb.word
    typed = verb.example.replace("@ana", "<@U0123ANA|ana>")
    assert type(parse(typed)) in COMMANDS[verb.word]
    assert parse(f"help {verb.word}") == Help(verb.word)


def test_every_verb_and_every_command_is_here():
    """None can be added without being offered, and read by the table."""
    assert [verb.word for verb in VERBS] == [*COMMANDS]
    assert set().union(*COMMANDS.values()) == set(Command.__args__)
