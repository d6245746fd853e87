"""Whatever is typed, the parser answers: with a command whose NAME Feldera accepts, or with words of its own."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.commands import VERBS, Clear, Command, Help, Status, parse
from bot.domain.commands.model import CanI
from bot.domain.errors import Misunderstood
from bot.domain.ids import is_pipeline_name
from bot.domain.operations.plans import CLEAR

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LONGEST = 100

# The names that Feldera ever took: new ones are shorter, and begin and end with a letter or digit.
legal_names = st.text(CHARACTERS, min_size=1, max_size=LONGEST)
pieces = st.one_of(
    st.text(max_size=12),
    st.text(CHARACTERS, max_size=110),
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
    return 1 <= len(name) <= LONGEST and set(name) <= set(CHARACTERS)


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
    answer = read(text)
    if isinstance(answer, Misunderstood):
        assert len(answer.message) < 500
        assert "\n" not in answer.message
        assert answer.message.count("`") % 2 == 0


def looks_like_an_option(name):
    """It begins with a dash, perhaps after an underscore: people write `_--stop_`, too."""
    return name.lstrip("_").startswith("-")


@given(st.one_of(st.text(max_size=110), legal_names))
@example("_-")
def test_the_two_rules_agree(word):
    """The bot's rule for names is Feldera's, no stricter and no laxer; one that looks like an option is put in quotes."""
    assert is_pipeline_name(word) == feldera_accepts(word)
    if feldera_accepts(word):
        typed = f"'{word}'" if looks_like_an_option(word) else word
        assert read(f"status {typed}") == Status(word)
        assert read(f"can-i clear {typed}") == CanI(word, CLEAR)


@given(legal_names, st.sampled_from(["{}", "“{}”", "'{}'", "`{}`", " {} ", "\N{NO-BREAK SPACE}{}"]))
def test_every_legal_name_comes_through(name, written):
    """Quoted or not, a name that Feldera accepts is read as it is, letter by letter; one with a leading dash only quoted."""
    assert feldera_accepts(name)
    assume(not looks_like_an_option(name) or written.strip() != "{}")
    typed = written.format(name)
    assert parse(f"status {typed}") == Status(name)
    if not looks_like_an_option(name):
        assert parse(f"clear {typed}") == Clear(name, "")


@given(legal_names, st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_a_reason_keeps_its_letters(name, reason):
    assume(not looks_like_an_option(name))
    command = read(f"clear {name} x{reason.replace('<', '').replace('&', '')}")
    assert isinstance(command, Clear)
    assert re.sub(r"[\W_]", "", command.reason) == re.sub(r"[\W_]", "", f"x{reason}")
