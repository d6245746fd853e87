"""Whatever is typed, the parser answers: with a command whose NAME Feldera accepts, or with words of its own."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import VERBS, Clear, Command, Help, Status, parse
from bot.domain.errors import Misunderstood
from bot.domain.names import is_pipeline_name

FIRST_AND_LAST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
BETWEEN = FIRST_AND_LAST + "-_"
LONGEST = 63

# Feldera's rule as its API documents it, written out by hand: 1 to 63 bytes, ^([A-Za-z0-9][-A-Za-z0-9_]*)?[A-Za-z0-9]$
legal_names = st.one_of(
    st.sampled_from(FIRST_AND_LAST),
    st.builds(
        lambda first, middle, last: first + middle + last,
        st.sampled_from(FIRST_AND_LAST),
        st.text(BETWEEN, max_size=LONGEST - 2),
        st.sampled_from(FIRST_AND_LAST),
    ),
)
pieces = st.one_of(
    st.text(max_size=12),
    st.text(BETWEEN, max_size=70),
    legal_names,
    st.sampled_from([verb.word for verb in VERBS]),
    st.sampled_from(
        ["`", "“", "’", "\N{NO-BREAK SPACE}", "&lt;", "&amp;", "<@U1|x>", "<!here>", "<", "|", "—"]
    ),
)
typings = st.one_of(
    st.text(max_size=5000), st.lists(pieces, max_size=8).map(" ".join), st.lists(pieces).map("".join)
)


def feldera_accepts(name: str) -> bool:
    if not 1 <= len(name.encode()) <= LONGEST:
        return False
    ends = {name[0], name[-1]}
    return ends <= set(FIRST_AND_LAST) and set(name) <= set(BETWEEN)


def read(text: str) -> Command | Misunderstood:
    try:
        return parse(text)
    except Misunderstood as error:
        return error


@given(typings)
def test_nothing_else_is_ever_raised_and_no_bad_name_gets_through(text):
    """A command comes out only with a NAME that Feldera's rule accepts."""
    match read(text):
        case Clear(name) | Status(name):
            assert feldera_accepts(name)
        case Help(verb):
            assert verb is None or verb in {each.word for each in VERBS}
        case Misunderstood() as error:
            assert error.message


@given(typings)
def test_answers_stay_short_and_whole(text):
    """Whatever is typed comes back at most in part, on one line, with backticks that come in pairs."""
    answer = read(text)
    if isinstance(answer, Misunderstood):
        assert len(answer.message) < 500
        assert "\n" not in answer.message
        assert answer.message.count("`") % 2 == 0


@given(st.sampled_from(["clear", "status"]), st.text(max_size=70))
def test_the_two_rules_agree(verb, word):
    """The bot's rule for names is Feldera's, no stricter and no laxer."""
    assert is_pipeline_name(word) == feldera_accepts(word) if word else not is_pipeline_name(word)
    if feldera_accepts(word):
        assert read(f"{verb} {word}").name == word


@given(legal_names, st.sampled_from(["{}", "“{}”", "'{}'", "`{}`", " {} ", "\N{NO-BREAK SPACE}{}"]))
def test_every_legal_name_comes_through(name, written):
    """Quoted or not, a name that Feldera accepts is read as it is, letter by letter."""
    assert feldera_accepts(name)
    assert parse(f"clear {written.format(name)}") == Clear(name, "")
    assert parse(f"status {written.format(name)}") == Status(name)


@given(legal_names, st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_a_reason_keeps_its_letters(name, reason):
    """Letters and digits of a reason arrive, whatever punctuation is made plain around them; a dash begins an option."""
    command = read(f"clear {name} x{reason.replace('<', '').replace('&', '')}")
    assert isinstance(command, Clear)
    assert re.sub(r"[\W_]", "", command.reason) == re.sub(r"[\W_]", "", f"x{reason}")
