"""What people type after `/pipeline`, read into a typed command.

One table of verbs drives parsing, help and did-you-mean. Nothing here runs anything, and a guess is only ever
offered, never taken.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import Misunderstood
from bot.domain.names import PIPELINE_NAME_MAX, PipelineName, is_pipeline_name

COMMAND = "/pipeline"
QUOTED_MAX = 80  # characters of somebody's typing that an answer repeats


@dataclass(frozen=True, slots=True)
class Clear:
    name: PipelineName
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    name: PipelineName


@dataclass(frozen=True, slots=True)
class Help:
    verb: str | None


Command = Clear | Status | Help


@dataclass(frozen=True, slots=True)
class Verb:
    """A row of the table: how a verb is written, what it does, and how the words after it are read."""

    word: str
    arguments: str
    summary: str
    details: str
    example: str
    read: Callable[["Verb", str], Command]

    @property
    def usage(self) -> str:
        return " ".join(filter(None, (COMMAND, self.word, self.arguments)))


def parse(text: str) -> Command:
    """Read what followed `/pipeline`.

    Raises:
        Misunderstood: with what to type instead.
    """
    word, rest = _first_word(_plain(text))
    if not word:
        return Help(verb=None)
    verb = find_verb(word)
    if verb is None:
        raise Misunderstood(_unknown_verb(word, rest))
    return verb.read(verb, rest)


def find_verb(word: str) -> Verb | None:
    return next((verb for verb in VERBS if verb.word == word.lower()), None)


def _read_clear(verb: Verb, rest: str) -> Clear:
    name, reason = _first_word(rest)
    return Clear(name=_pipeline_name(verb, name), reason=reason)


def _read_status(verb: Verb, rest: str) -> Status:
    name, extra = _first_word(rest)
    pipeline = _pipeline_name(verb, name)
    if extra:
        raise Misunderstood(
            f"`{verb.word}` takes one pipeline name and nothing after it. Type `{COMMAND} {verb.word} {pipeline}`."
        )
    return Status(name=pipeline)


def _read_help(_verb: Verb, rest: str) -> Help:
    word, extra = _first_word(rest)
    if not word:
        return Help(verb=None)
    verb = find_verb(word)
    if verb is None or extra:
        close = _closest(word)
        if close:
            raise Misunderstood(
                f"There is no help on `{_quoted(rest)}`. Did you mean `{COMMAND} help {close}`?"
            )
        raise Misunderstood(
            f"There is no help on `{_quoted(rest)}`. Type `{COMMAND} help`, or `{COMMAND} help` and one of: {_words()}."
        )
    return Help(verb=verb.word)


VERBS: tuple[Verb, ...] = (
    Verb(
        word="clear",
        arguments="NAME [reason…]",
        summary="Clear a stopped pipeline's storage, after showing you what that destroys.",
        details=(
            "Shows what the clear would destroy, to you alone, and asks once more before anything happens. "
            "The pipeline must be stopped. A clear dissociates the pipeline's storage, which can delete it: "
            "all checkpoints are gone, and it cannot be cancelled. Everything after NAME is the reason, "
            "shown on the card. Needs the role operator."
        ),
        example="clear orders schema change, see INC-42",
        read=_read_clear,
    ),
    Verb(
        word="status",
        arguments="NAME",
        summary="Show a pipeline's deployment, storage and last error, to you alone.",
        details="Only you see the answer. Needs the role viewer or operator.",
        example="status orders",
        read=_read_status,
    ),
    Verb(
        word="help",
        arguments="[VERB]",
        summary="Show this, or more about one verb.",
        details="Only you see the answer.",
        example="help clear",
        read=_read_help,
    ),
)


def _pipeline_name(verb: Verb, word: str) -> PipelineName:
    name = _unquoted(word)
    if not name:
        raise Misunderstood(f"Which pipeline? Type `{verb.usage}`, for example `{COMMAND} {verb.example}`.")
    if not is_pipeline_name(name):
        raise Misunderstood(
            f"`{_quoted(name)}` cannot be the name of a pipeline: 1 to {PIPELINE_NAME_MAX} letters, digits, `-` and "
            f"`_`, starting and ending with a letter or digit. Type `{verb.usage}`."
        )
    return PipelineName(name)


def _unknown_verb(word: str, rest: str) -> str:
    close = _closest(word)
    if close:
        meant = " ".join(filter(None, (COMMAND, close, rest)))
        return f"I do not know `{_quoted(word)}`. Did you mean `{_quoted(meant)}`?"
    return f"I do not know `{_quoted(word)}`. I know: {_words()}. Type `{COMMAND} help`."


def _closest(word: str) -> str | None:
    """The verb that was most likely meant, if any."""
    close = difflib.get_close_matches(word.lower(), [verb.word for verb in VERBS], n=1)
    return close[0] if close else None


def _words() -> str:
    return ", ".join(f"`{verb.word}`" for verb in VERBS)


def _quoted(text: str) -> str:
    """Somebody's words, fit to stand between backticks."""
    text = text.replace("`", "'")
    return text if len(text) <= QUOTED_MAX else f"{text[: QUOTED_MAX - 1]}…"


def _first_word(text: str) -> tuple[str, str]:
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


_QUOTES = ("`", '"', "'")


def _unquoted(word: str) -> str:
    quoted = len(word) > 1 and word[0] in _QUOTES and word[0] == word[-1]
    return word[1:-1] if quoted else word


# Slack's escapes (should_escape in the manifest): <@U1|ana> <#C1|general> <!subteam^S1|@oncall> <https://x|label>.
_ESCAPE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_CROWDS = frozenset({"channel", "here", "everyone"})
_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
        **dict.fromkeys("\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}", "'"),
        **dict.fromkeys("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}", '"'),
        **dict.fromkeys("\N{DOUBLE LOW-9 QUOTATION MARK}\N{DOUBLE HIGH-REVERSED-9 QUOTATION MARK}", '"'),
        **dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}", "-"),
        "\N{EM DASH}": "--",
    }
)


def _plain(text: str) -> str:
    """What the person meant to type: Slack's escapes undone once, phone punctuation and spaces made plain.

    Invisible characters (zero-width, bidirectional controls) are dropped: they could only mislead.
    """
    text = _ESCAPE.sub(_unescaped, text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = text.translate(_PUNCTUATION)
    return " ".join("".join(_visible(char) for char in text).split())


def _unescaped(match: re.Match[str]) -> str:
    sigil, target, label = match.groups()
    shown = label or target
    if sigil == "!":
        return f"@{target}" if target in _CROWDS else shown
    return shown if not sigil or shown.startswith(sigil) else f"{sigil}{shown}"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else char
