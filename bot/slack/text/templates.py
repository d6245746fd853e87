"""Templates of the bot's own words: `code` in backticks, *bold* between asterisks, and gaps as in `str.format`. Pure.

`{COMMAND}` is filled in everywhere: it is the same for all.
"""

import re
from functools import cache
from string import Formatter
from typing import NamedTuple

from bot.domain.commands import COMMAND
from bot.slack.text.mrkdwn import entities


class Span(NamedTuple):
    """A stretch of text in both forms. Plain text has no marks, shows moments in UTC, and names nobody."""

    mrkdwn: str
    plain: str


class Gap(NamedTuple):
    key: int | str
    spec: str
    in_code: bool


_MARKS = re.compile(r"([`*])")


@cache
def names(template: str) -> tuple[str, ...]:
    """The gaps that are filled by name."""
    return tuple(
        piece.key for piece in pieces(template) if isinstance(piece, Gap) and isinstance(piece.key, str)
    )


@cache
def pieces(template: str) -> tuple[Span | Gap, ...]:
    """A template in parts. Asterisks within code are no marks.

    Raises:
        ValueError: a mark is opened and not closed.
    """
    found: list[Span | Gap] = []
    is_open = {"`": False, "*": False}
    gaps = 0
    for literal, name, spec, _ in Formatter().parse(template.replace("{COMMAND}", COMMAND)):
        shown = ""
        for part in _MARKS.split(literal):
            if part == "`" or (part == "*" and not is_open["`"]):
                is_open[part] = not is_open[part]
            else:
                shown += part
        if literal:
            found.append(Span(entities(literal), shown))
        if name is not None:
            found.append(Gap(name or gaps, spec or "", is_open["`"]))
            gaps += not name
    if any(is_open.values()):
        raise ValueError(f"a mark is not closed: {template}")
    return tuple(found)
