"""Command options: `--stop`, `--start`, `--restart` and `--break-glass INCIDENT`, anywhere after a verb, in any order.

Phones turn two hyphens into a dash, and some people type one: all of these work, in any case. A word that begins with
dashes is parsed or refused, never taken for the reason: what it was meant to change could otherwise be lost.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.commands.tokens import first_word, quoted, unquoted, without_dashes
from bot.domain.errors import Misunderstood
from bot.domain.operations.plans import StepName

BREAK_GLASS = "break-glass"
_STEPS: dict[str, frozenset[StepName]] = {
    "stop": frozenset({StepName.STOP}),
    "start": frozenset({StepName.START}),
    "restart": frozenset({StepName.STOP, StepName.START}),
}
OF_A_CLEAR = (*_STEPS, BREAK_GLASS)
_AFTER_A_WORD = ",;:."  # punctuation that people type right after a word


@dataclass(frozen=True, slots=True)
class Options:
    """Parsed options. `words` are the rest; `incident` is empty if `--break-glass` lacks one."""

    words: tuple[str, ...]
    steps: frozenset[StepName]
    incident: str | None


def options(rest: str, *, known: Iterable[str], usage: str) -> Options:
    """Parse the options `known`, and all the words around them.

    Raises:
        Misunderstood: an option that is not known here, or that has an impossible value.
    """
    choices = tuple(known)
    words: list[str] = []
    steps: set[StepName] = set()
    incident: str | None = None
    while rest:
        word, rest = first_word(rest)
        option = without_dashes(word)
        quoted_name = choices and not words and unquoted(word) != word
        is_name = quoted_name and meant_option(option or "", choices) is None
        if option is None or is_name or _is_punctuation(option, rest, after=len(words), choices=choices):
            words.append(word)
            continue
        name, separator, value = option.partition("=")
        name = _known(name, word, choices, usage, words=words, before=first_word(rest)[0])
        if name != BREAK_GLASS:
            if separator:
                raise Misunderstood(f"`--{name}` takes no value: write it alone. Type `{usage}`.")
            steps |= _STEPS[name]
            continue
        if incident is not None:
            raise Misunderstood(f"`--{name}` is given twice. Type `{usage}`.")
        if not separator:
            value, rest = first_word(rest)
        incident = "" if without_dashes(value) is not None else unquoted(_bare(value))
    return Options(tuple(words), frozenset(steps), incident)


def without_options(rest: str, *, usage: str) -> str:
    """A reason or a note, where no options are allowed.

    Raises:
        Misunderstood: a word of it looks like an option.
    """
    return " ".join(options(rest, known=(), usage=usage).words)


def _is_punctuation(option: str, rest: str, *, after: int, choices: tuple[str, ...]) -> bool:
    """Whether standalone dashes are punctuation, rather than part of the option after them."""
    if any(map(str.isalnum, option)):
        return False
    if not choices:
        return True
    return after > 1 and meant_option(first_word(rest)[0], choices) is None


def meant_option(name: str, choices: tuple[str, ...]) -> str | None:
    """Which of `choices` somebody means who typed `name` after dashes, however it is spelled."""
    plain = {_folded(choice): choice for choice in choices}
    return plain.get(_folded(unquoted(_bare(name))))


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _bare(word: str) -> str:
    return word.rstrip(_AFTER_A_WORD)


def _known(  # noqa: PLR0913 - the option and its context
    name: str, word: str, choices: tuple[str, ...], usage: str, *, words: list[str], before: str
) -> str:
    meant = meant_option(name, choices)
    if meant is not None:
        return meant
    if not choices:
        raise Misunderstood(
            f"`{quoted(word)}` is no option here. Type `{usage}`; no word of a reason begins with a dash."
        )
    if not any(map(str.isalnum, name)):
        raise Misunderstood(
            f"`{quoted(word)}` stands alone before `{quoted(before)}`. Type `{usage}`; an option has no space behind its "
            "dashes, and a reason does not begin with one."
        )
    close = difflib.get_close_matches(name.lower(), choices, n=1)
    guess = f" Did you mean `--{close[0]}`?" if close else ""
    there_are = ", ".join(f"`--{choice}`" for choice in choices)
    rule = (
        "no word of a reason begins with a dash"
        if words
        else "a NAME that begins with a dash is put in quotes"
    )
    raise Misunderstood(
        f"I do not know the option `{quoted(word)}`.{guess} There are: {there_are}. Type `{usage}`; {rule}."
    )
