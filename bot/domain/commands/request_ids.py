"""The id of a request as people type it: its beginning is enough, if that is not too short."""

import re

from bot.domain.commands.model import COMMAND
from bot.domain.commands.tokens import first_word, quoted, unquoted
from bot.domain.commands.verb import Verb
from bot.domain.errors import Misunderstood

ID_MIN = 4  # characters: fewer could mean several requests, and would be too easy to guess
_REQUEST = re.compile(rf"[a-z2-7]{{{ID_MIN},26}}")
_TOO_SHORT = re.compile(rf"[a-z2-7]{{1,{ID_MIN - 1}}}")


def request_id(verb: Verb, rest: str) -> tuple[str, str]:
    """The typed beginning of an id, and what follows it.

    Raises:
        Misunderstood: there is none, it is too short, or no id begins so.
    """
    word, rest = first_word(rest)
    typed = unquoted(word).lower()
    where = f"A request's card shows its id, and so does `{COMMAND} pending`."
    if not typed:
        raise Misunderstood(f"Which request? {where} Type `{verb.usage}`.")
    if _TOO_SHORT.fullmatch(typed):
        raise Misunderstood(
            f"The id `{typed}` is too short: type at least its first {ID_MIN} characters. {where}"
        )
    if not _REQUEST.fullmatch(typed):
        raise Misunderstood(f"`{quoted(word)}` is not a valid id of a request. {where} Type `{verb.usage}`.")
    return typed, rest
