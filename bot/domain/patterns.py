"""Patterns of pipeline names: case-sensitive globs, which grants, rules and freezes stand on. Pure."""

import re
from fnmatch import fnmatchcase
from string import ascii_letters, digits

from bot.domain.errors import BadPattern
from bot.domain.names import PIPELINE_NAME_MAX, is_pipeline_name

PATTERN_MAX = 200  # characters
_NAME_CHARACTERS = f"{ascii_letters}{digits}-_"
# A character of names, * or ?, or one of several: [abc], [!abc], [a-z], where - itself stands first or last.
_PART = re.compile(r"[-A-Za-z0-9_*?]|\[!?(?:-|-?(?:\w(?:-\w)?)+-?)\]", re.ASCII)
_PATTERN = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_WILD = re.compile(r"[*?\[]")


def checked_pattern(text: str) -> str:
    """`text` as a pipeline pattern.

    Raises:
        BadPattern: it is no glob of the characters of names, or no name can match it.
    """
    if len(text) > PATTERN_MAX or not _PATTERN.fullmatch(text):
        raise BadPattern(
            f"{text!r} is no pipeline pattern: use the letters, digits, - and _ of pipeline names, "
            "and * ? [abc] [!abc] [a-z] to match several."
        )
    if not _matches_a_name(text):
        raise BadPattern(
            f"{text!r} matches no pipeline: names begin and end with a letter or digit, "
            f"and have at most {PIPELINE_NAME_MAX} characters."
        )
    return text


def is_pattern(text: str) -> bool:
    try:
        checked_pattern(text)
    except BadPattern:
        return False
    return True


def covers(wide: str, narrow: str) -> bool:
    """Whether everything that `narrow` matches is certainly matched by `wide`. Where it is hard to tell: no."""
    if wide in {"*", narrow}:
        return True
    if not _WILD.search(narrow):
        return fnmatchcase(narrow, wide)
    prefix = wide.removesuffix("*")
    return wide.endswith("*") and not _WILD.search(prefix) and _literal_start(narrow).startswith(prefix)


def may_overlap(one: str, other: str) -> bool:
    """Whether some name might match both. Where it is hard to tell: yes."""
    first, second = _literal_start(one), _literal_start(other)
    if not _WILD.search(one):
        return fnmatchcase(one, other)
    if not _WILD.search(other):
        return fnmatchcase(other, one)
    return first.startswith(second) or second.startswith(first)


def _literal_start(pattern: str) -> str:
    wild = _WILD.search(pattern)
    return pattern if wild is None else pattern[: wild.start()]


def _matches_a_name(pattern: str) -> bool:
    """Tried with the names likeliest to be some: each part a letter if it may be one, stars empty but at the ends."""
    core = "".join(_likeliest(part) for part in _PART.findall(pattern) if part != "*")
    starts = ("", "a") if pattern.startswith("*") else ("",)
    ends = ("", "a") if pattern.endswith("*") else ("",)
    return any(is_pipeline_name(f"{start}{core}{end}") for start in starts for end in ends)


def _likeliest(part: str) -> str:
    """What `part` matches, letters first; a space, which no name has, if it matches nothing."""
    return next((character for character in _NAME_CHARACTERS if fnmatchcase(character, part)), " ")
