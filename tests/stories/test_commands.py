"""What can be typed after `/pipeline`, and what is answered when it cannot be read."""

import pytest

CLEAR = "Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`"
NO_NAME = "cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`."


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("claer orders why", "I do not know `claer`. Did you mean `/pipeline clear orders why`?"),
        ("help delete", "There is no help on `delete`. Type `/pipeline help`, or `/pipeline help` and one"),
        ("status orders now", "`status` takes one pipeline name and nothing after it. Type"),
        ("clear orders/../payments", f"`orders/../payments` {NO_NAME} {CLEAR}"),
        ("clear -orders", "I do not know the option `-orders`. There are: `--stop`, `--start`, `--restart`,"),
        ("clear orders why --start=true", f"`--start` takes no value: write it alone. {CLEAR}"),
        (f"status {'x' * 101}", f"`{'x' * 79}…` {NO_NAME} Type `/pipeline status NAME`."),
        ("clear @ben", f"`@ben` {NO_NAME}"),
        ("`rm` *x* <!channel> & co", "I do not know `'rm'`. I know: `clear`, `stop`,"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(workspace, typed, told):
    """Nothing is guessed and nothing is asked of Feldera."""
    ana = workspace.operator("ana")
    workspace.adds_person("ben")
    assert ana.types(f"/pipeline {typed}").startswith(f"🤔 {told}")
    assert workspace.feldera.requests == []


def test_what_a_phone_makes_of_it(workspace):
    """Curly quotes, dashes and unbreakable or invisible spaces are read as what the person meant."""
    typed = (
        "CLEAR\N{NO-BREAK SPACE}‘orders\N{NON-BREAKING HYPHEN}eu’ \N{ZERO WIDTH SPACE}“schema” – it’s  due"
    )
    workspace.feldera.adds("orders-eu")
    preview = workspace.operator("ana").asks(f"/pipeline {typed}")
    assert preview.startswith("*Clear `orders-eu`?*")
    assert '\nReason: "schema" - it\'s due\n' in preview


HOSTILE = "*ask* @ben & @channel, see https://example.com/INC-42?a=1&b=2 <!here> `x` in #ops"


@pytest.mark.parametrize(("reason", "shown"), [(HOSTILE, HOSTILE), ("because " * 400, "because bec…")])
def test_a_reason_is_shown_as_it_was_typed_and_cut(workspace, reason, shown):
    """Mentions, links and `&` stay plain text: nobody is rung, and nothing is formatted. Slack takes no longer text."""
    ana = workspace.operator("ana")
    workspace.adds_person("ben")
    (said,) = (
        line for line in ana.asks(f"/pipeline clear orders {reason}").split("\n") if "Reason: " in line
    )
    assert said.endswith(shown)
    assert len(said) < 600
    ana.told("Clear orders")
    workspace.passes(seconds=10)
    assert f"\nRequested by @ana: `{said.removeprefix('Reason: ').replace('`', 'ˋ')}`\n" in workspace.card()
    workspace.thread()
