"""`--stop`, `--start`, `--restart` and `--break-glass INCIDENT`, between a verb and the reason, in any order.

Phones turn two hyphens into a dash, and some people type one: any of these counts, in any case. A word that looks like
an option and is none is never taken for the reason: what it was meant to change could be lost on the way.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.commands.typed import first_word, quoted
from bot.domain.errors import Misunderstood
from bot.domain.plans import StepName

_OPTION = re.compile(r"-{1,3}([A-Za-z][A-Za-z-]*)")
BREAK_GLASS = "break-glass"
_STEPS: dict[str, frozenset[StepName]] = {
    "stop": frozenset({StepName.STOP}),
    "start": frozenset({StepName.START}),
    "restart": frozenset({StepName.STOP, StepName.START}),
}
OF_A_CLEAR = (*_STEPS, BREAK_GLASS)


@dataclass(frozen=True, slots=True)
class Options:
    """`words` is what stands before the reason without being an option: the pipeline's name, if it was typed."""

    words: tuple[str, ...]
    steps: frozenset[StepName]
    incident: str | None
    reason: str


def options(rest: str, *, known: Iterable[str], usage: str) -> Options:
    """Read one word, and any of the options `known` around it; what follows is the reason.

    Raises:
        Misunderstood: an option that is not known here.
    """
    found: list[str] = []
    steps: set[StepName] = set()
    incident: str | None = None
    while rest:
        word, after = first_word(rest)
        match = _OPTION.fullmatch(word)
        if match is None:
            if found:
                break
            found.append(word)
            rest = after
            continue
        option = _known(match[1].lower(), word, known, usage)
        rest = after
        if option == BREAK_GLASS:
            incident, rest = first_word(after)
        else:
            steps |= _STEPS[option]
    return Options(tuple(found), frozenset(steps), incident, rest)


def _known(option: str, word: str, known: Iterable[str], usage: str) -> str:
    choices = tuple(known)
    plain = {choice.replace("-", ""): choice for choice in choices}
    meant = plain.get(option.replace("-", ""))
    if meant is not None:
        return meant
    close = difflib.get_close_matches(option, choices, n=1)
    guess = f" Did you mean `--{close[0]}`?" if close else ""
    there_are = ", ".join(f"`--{choice}`" for choice in choices)
    raise Misunderstood(
        f"I do not know the option `{quoted(word)}`.{guess} There are: {there_are}. Type `{usage}`; a reason does not "
        "begin with a dash."
    )
