"""Parser of `list [PATTERN] [--running] [--stopped] [--busy]`: the options anywhere, in any order."""

import difflib

from bot.domain.access.patterns import checked_pattern
from bot.domain.commands.model import List
from bot.domain.commands.options import meant_option
from bot.domain.commands.tokens import first_word, quoted, unquoted, without_dashes
from bot.domain.commands.verb import Verb
from bot.domain.errors import BadPattern, Misunderstood
from bot.domain.pipelines.state_filters import StateFilter

_STATES = tuple(StateFilter)


def list_them(verb: Verb, rest: str) -> List:
    pattern = ""
    states: set[StateFilter] = set()
    while rest:
        word, rest = first_word(rest)
        option = without_dashes(word)
        meant = None if option is None else meant_option(option, _STATES)
        if meant is not None:
            states.add(StateFilter(meant))
        elif option is not None and unquoted(word) == word:
            raise Misunderstood(_unknown_option(verb, word, option))
        elif pattern:
            raise Misunderstood(f"`{quoted(word)}` is too much here. Type `{verb.usage}`.")
        else:
            pattern = unquoted(word)
    try:
        return List(checked_pattern(pattern, verb.targets) if pattern else "*", frozenset(states))
    except BadPattern as error:
        raise Misunderstood(error.message) from error


def _unknown_option(verb: Verb, word: str, option: str) -> str:
    close = difflib.get_close_matches(option.lower(), _STATES, n=1)
    guess = f" Did you mean `--{close[0]}`?" if close else ""
    return (
        f"I do not know the option `{quoted(word)}`.{guess} Type `{verb.usage}`; "
        "a PATTERN that begins with a dash is put in quotes."
    )
