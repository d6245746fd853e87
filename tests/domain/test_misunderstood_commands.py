"""What people type that is no command: what is missing, what is wrong with it, and what to type."""

import pytest
from inline_snapshot import snapshot

from bot.domain.commands import VERBS, parse
from bot.domain.errors import Misunderstood

EVERY_VERB = ", ".join(f"`{verb.word}`" for verb in VERBS)
ANA = "<@U012ANA|ana>"


def misunderstood(text: str) -> str:
    with pytest.raises(Misunderstood) as raised:
        parse(text)
    return raised.value.message


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
