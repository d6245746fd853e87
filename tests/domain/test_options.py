"""Options as people and phones write them, wherever they stand."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import Clear, Start, Stop, parse
from bot.domain.commands.model import Deny, GrantCommand
from bot.domain.errors import Misunderstood


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


def test_the_glass_may_be_broken_for_a_plan():
    expected = Clear("orders", "lag alarm", incident="INC-7", stop=True, start=True)
    assert parse("clear orders --break-glass INC-7 --restart lag alarm") == expected
    assert parse("clear --restart orders \N{EM DASH}breakglass INC-7 lag alarm") == expected
    assert parse("stop orders --break-glass INC-7 lag alarm") == Stop("orders", "lag alarm", "INC-7")


@pytest.mark.parametrize(
    "typed",
    [
        "clear orders \N{EM DASH}\N{EM DASH}start bad backfill",
        "clear orders --start, bad backfill",
        "clear orders --start: bad backfill",
        'clear orders "--start" bad backfill',
        "clear orders `--start` bad backfill",
        "clear orders \N{HEAVY MINUS SIGN}start bad backfill",
        "clear orders \N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}start bad backfill",
        "clear orders \N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}start bad backfill",
        "clear orders \N{VARIATION SELECTOR-16}--start bad backfill",
        "clear orders bad backfill --start",
        "clear orders bad --start backfill",
        "clear orders bad backfill \N{EN DASH}start.",
    ],
)
def test_an_option_is_understood_wherever_it_stands(typed):
    assert parse(typed) == Clear("orders", "bad backfill", start=True)


@pytest.mark.parametrize(
    "option",
    ["--break-glass INC-1", "--break_glass=INC-1", "\N{EM DASH}breakglass: INC-1,", "-BREAK-GLASS='INC-1'"],
)
@pytest.mark.parametrize("verb", ["clear", "stop", "start"])
def test_an_incident_is_written_as_one_word_or_as_two(verb, option):
    expected = {"clear": Clear, "stop": Stop, "start": Start}[verb]("orders", "lag alarm", incident="INC-1")
    assert parse(f"{verb} orders {option} lag alarm") == expected
    assert parse(f"{verb} orders lag alarm {option}") == expected


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("clear orders --start=true why", "`--start` takes no value: write it alone."),
        ("clear orders --start=", "`--start` takes no value: write it alone."),
        ("clear orders --dry_run why", "I do not know the option `--dry_run`."),
        ("clear orders why --force", "I do not know the option `--force`."),
        ("clear orders [--start] why", "I do not know the option `[--start]`. Did you mean `--start`?"),
        ("clear orders why (--strat)", "I do not know the option `(--strat)`. Did you mean `--start`?"),
        ("stop orders -1 day of data", "I do not know the option `-1`."),
        ("stop orders why --start", "I do not know the option `--start`."),
        ("clear orders --break-glass --restart why", "Break-glass needs an incident and a reason."),
        ("clear orders --break-glass= why", "Break-glass needs an incident and a reason."),
        ("clear orders why --break-glass", "Break-glass needs an incident and a reason."),
        ("clear orders --break-glass A --break-glass=B why", "`--break-glass` is given twice."),
        ("clear orders -- start why", "`--` stands alone before `start`."),
        ("clear orders why \N{EN DASH} Restart", "`-` stands alone before `Restart`."),
        ("clear orders - really", "`-` stands alone before `really`."),
        ("deny 7fk2qa --force not now", "`--force` is no option here."),
        ("deny 7fk2qa '--force' not now", "`'--force'` is no option here."),
        ("freeze orders for 4h release --force", "`--force` is no option here."),
        ("grant <@U012|x> viewer orders note --until=12h", "`--until=12h` is no option here."),
        ("approve 7fk2qa --force", "`--force` is too much here."),
    ],
)
def test_what_begins_with_a_dash_is_never_lost(typed, answer):
    """What is not understood is refused, with a sentence: no answer but a refusal says that it had no effect."""
    assert misunderstood(typed).startswith(answer)


def test_a_name_that_begins_with_a_dash_is_put_in_quotes():
    """It is from before Feldera limited names. An option in quotes stays an option."""
    assert parse("clear `-orders` --stop why") == Clear("-orders", "why", stop=True)
    assert parse("clear \N{LEFT DOUBLE QUOTATION MARK}-orders\N{RIGHT DOUBLE QUOTATION MARK}") == Clear(
        "-orders", ""
    )
    assert parse("clear '--stop' orders") == Clear("orders", "", stop=True)
    assert misunderstood("clear -orders").endswith("; a NAME that begins with a dash is put in quotes.")


def test_a_dash_between_words_is_punctuation():
    """It stands before no option's name: nothing that it could have meant is lost."""
    assert parse("clear orders schema change \N{EM DASH} see INC-4") == Clear(
        "orders", "schema change -- see INC-4"
    )
    assert parse("clear orders broken again :-)") == Clear("orders", "broken again :-)")
    assert parse("deny 7fk2qa - not now") == Deny("7fk2qa", "- not now")


_DASHES = [
    *(chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Pd"),
    *"\N{MINUS SIGN}\N{HEAVY MINUS SIGN}\N{MODIFIER LETTER MINUS SIGN}\N{SUPERSCRIPT MINUS}\N{HYPHEN BULLET}",
]
_DASHED = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "\N{LEFT DOUBLE QUOTATION MARK}", "(", "`", "["]),
    st.text(st.sampled_from(["-", *_DASHES]), min_size=1, max_size=4),
    st.sampled_from(["stop", "start", "restart", "break-glass", "force", "dry_run", "x"]),
    st.sampled_from(["", "=true", "=INC-1", ",", ")", "\N{RIGHT DOUBLE QUOTATION MARK}"]),
)
_TYPED = st.lists(st.one_of(_DASHED, st.sampled_from(["why", "INC-1", "4h", "it's", "a-b"])), max_size=6)


@given(
    st.sampled_from(
        [
            "clear orders",
            "stop orders",
            "start orders",
            "deny 7fk2qa",
            "freeze orders for 4h",
            "grant <@U012|x> viewer orders",
        ]
    ),
    _TYPED,
)
def test_no_word_with_leading_dashes_ends_in_the_reason(beginning, typed):
    """Of any kind of dash, of any verb, wherever it stands: it is understood, or the whole command is refused."""
    try:
        command = parse(" ".join([beginning, *typed]))
    except Misunderstood:
        return
    reason = command.note if isinstance(command, GrantCommand) else command.reason
    assert [word for word in reason.split() if word.strip('"`([')[:1] in {"-", *_DASHES}] == []
    assert getattr(command, "incident", "")[:1] not in {"-", *_DASHES}


def test_an_unknown_option_is_never_taken_for_a_reason():
    assert misunderstood("clear orders --stopp bad backfill") == (
        "I do not know the option `--stopp`. Did you mean `--stop`? There are: `--stop`, `--start`, `--restart`, "
        "`--break-glass`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`; "
        "no word of a reason begins with a dash."
    )
    assert "Did you mean" not in misunderstood("clear -orders")
    assert "`--break-glass`" in misunderstood("start orders --force")


@pytest.mark.parametrize("typed", ["status --all", "history \N{EM DASH}all", "can-i clear -orders"])
def test_an_option_where_a_name_stands_alone(typed):
    assert misunderstood(typed).endswith("; a NAME that begins with a dash is put in quotes.")
    assert parse("status '--all'").name == "--all"
