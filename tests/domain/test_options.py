"""What stands between a verb and the reason: options as people and phones write them."""

import pytest

from bot.domain.commands import Clear, Start, Stop, parse
from bot.domain.commands.words import CanI
from bot.domain.errors import Misunderstood
from bot.domain.plans import CLEAR, PLANS, START, STOP, StepName


def misunderstood(text):
    with pytest.raises(Misunderstood) as raised:
        parse(text)
    return raised.value.message


@pytest.mark.parametrize(
    "typed",
    [
        "clear orders --stop --start bad backfill",
        "clear orders --start --stop bad backfill",
        "clear orders --restart bad backfill",
        "clear orders --restart --stop bad backfill",
        "clear --stop orders --start bad backfill",
        "clear --restart orders bad backfill",
        "CLEAR orders --Stop --START bad backfill",
        "clear orders -stop -start bad backfill",
        "clear orders \N{EM DASH}stop \N{EN DASH}start bad backfill",
        "clear orders \N{EM DASH}restart bad backfill",
        "clear orders \N{EN DASH}\N{EN DASH}restart bad backfill",
        "clear orders \N{HORIZONTAL BAR}restart bad backfill",
    ],
)
def test_options_come_in_any_order_case_and_dash(typed):
    """A phone turns two hyphens into a dash: it counts as they would."""
    assert parse(typed) == Clear("orders", "bad backfill", stop=True, start=True)


def test_an_option_alone():
    assert parse("clear orders --stop") == Clear("orders", "", stop=True)
    assert parse("clear orders --start now").plan == (StepName.CLEAR, StepName.START)


def test_the_glass_may_be_broken_for_a_plan():
    """Whatever stands around it."""
    expected = Clear("orders", "lag alarm", incident="INC-7", stop=True, start=True)
    assert parse("clear orders --break-glass INC-7 --restart lag alarm") == expected
    assert parse("clear --restart orders \N{EM DASH}breakglass INC-7 lag alarm") == expected
    assert parse("stop orders --break-glass INC-7 lag alarm") == Stop("orders", "lag alarm", "INC-7")


def test_what_comes_after_the_reason_began_is_the_reason():
    """The preview shows what is going to be done."""
    assert parse("clear orders please --stop") == Clear("orders", "please --stop")
    assert parse("clear orders - really") == Clear("orders", "- really")
    assert parse("stop orders -1 day of data") == Stop("orders", "-1 day of data")


def test_an_unknown_option_is_never_taken_for_a_reason():
    """What it was meant to change could be lost on the way."""
    assert misunderstood("clear orders --stopp bad backfill") == (
        "I do not know the option `--stopp`. Did you mean `--stop`? There are: `--stop`, `--start`, `--restart`, "
        "`--break-glass`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`; "
        "a reason does not begin with a dash."
    )
    assert "Did you mean" not in misunderstood("clear -orders")
    assert "`--break-glass`" in misunderstood("start orders --force")


def test_stop_and_start_read_a_name_and_a_reason():
    assert parse("stop orders its source is broken") == Stop("orders", "its source is broken")
    assert parse("start orders") == Start("orders", "")
    assert (parse("stop orders").plan, parse("start orders").plan) == (STOP, START)


def test_every_plan_can_be_typed():
    """And no other."""
    typed = ["clear o", "clear o --stop", "clear o --start", "clear o --restart", "stop o", "start o"]
    assert tuple(parse(each).plan for each in typed) == PLANS


def test_one_may_ask_about_each():
    assert [parse(f"can-i {verb} orders") for verb in ("clear", "stop", "START")] == [
        CanI("orders", CLEAR),
        CanI("orders", STOP),
        CanI("orders", START),
    ]
    assert misunderstood("can-i pause orders").startswith("Ask about a clear, a stop or a start")


@pytest.mark.parametrize(
    "word", ["stp", "stopp", "stpo", "sto", "halt", "kill", "strat", "staart", "cancel", "close", "clean-up"]
)
def test_a_slip_never_suggests_what_destroys(word):
    """Whoever mistypes a stop or a start is not led to a clear."""
    assert "clear orders" not in misunderstood(f"{word} orders")


def test_a_slip_of_a_stop_suggests_a_stop():
    assert "Did you mean `/pipeline stop orders why`?" in misunderstood("stpo orders why")
    assert "Did you mean `/pipeline clear orders`?" in misunderstood("claer orders")
