"""Pipeline name patterns: case-sensitive globs, used by grants, rules and freezes. Pure.

With several Felderas they are patterns of `target/name`, and `*` and `?` match the slash like any character.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from string import ascii_letters, digits

from bot.domain.errors import BadPattern
from bot.domain.ids import PIPELINE_NAME_MAX, is_pipeline_name
from bot.domain.pipelines.targets import ONE, Targets

PATTERN_MAX = 200  # characters
EVERYTHING = "*"  # matches each pipeline of each Feldera
_NAME_CHARACTERS = f"{ascii_letters}{digits}-_"
# A name character, * or ?, or one of several: [abc], [!abc], [a-z], where a literal - comes first or last.
_PART = re.compile(r"[-A-Za-z0-9_*?/]|\[!?(?:-|-?(?:\w(?:-\w)?)+-?)\]", re.ASCII)
_PATTERN = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_WILD = re.compile(r"[*?\[]")


def checked_pattern(text: str, targets: Targets = ONE) -> str:
    """`text` as a pattern for pipelines on these targets.

    Raises:
        BadPattern: it is no glob of name characters, or no name can match it.
    """
    is_glob = len(text) <= PATTERN_MAX and _PATTERN.fullmatch(text) is not None
    if not is_glob or ("/" in text and not targets.names):
        raise BadPattern(
            f"{text!r} is not a valid pipeline pattern: use the letters, digits, - and _ of pipeline names, "
            "and * ? [abc] [!abc] [a-z] to match several."
        )
    if not can_match(text, targets):
        raise BadPattern(_why_none(text, targets))
    return text


def checked_anywhere(text: str) -> str:
    """`text` as a pattern, for any targets.

    Raises:
        BadPattern: it could match no pipeline of any target.
    """
    if "/" in text and _PATTERN.fullmatch(text):
        checked_pattern(text.rpartition("/")[2] or text)
        return text
    return checked_pattern(text)


def can_match(pattern: str, targets: Targets) -> bool:
    """Whether a pipeline on one of these targets could have a name that matches."""
    if not targets.names:
        return _matches_a_name(_PART.findall(pattern))
    return any(
        _matches_a_name(rest)
        for target in targets.names
        for rest in _rests(_PART.findall(pattern), f"{target}/")
    )


def is_pattern(text: str) -> bool:
    """For any targets."""
    try:
        checked_anywhere(text)
    except BadPattern:
        return False
    return True


def is_of_several(pattern: str) -> bool:
    """Whether it can match more than one name."""
    return _WILD.search(pattern) is not None


def covers(wide: str, narrow: str) -> bool:
    """Whether everything that `narrow` matches is certainly matched by `wide`. Hard cases: no."""
    if wide in {EVERYTHING, narrow}:
        return True
    if not is_of_several(narrow):
        return fnmatchcase(narrow, wide)
    prefix = wide.removesuffix("*")
    return wide.endswith("*") and not is_of_several(prefix) and _literal_start(narrow).startswith(prefix)


def may_overlap(one: str, other: str) -> bool:
    """Whether some name might match both. Hard cases: yes."""
    first, second = _literal_start(one), _literal_start(other)
    if not is_of_several(one):
        return fnmatchcase(one, other)
    if not is_of_several(other):
        return fnmatchcase(other, one)
    return first.startswith(second) or second.startswith(first)


def _literal_start(pattern: str) -> str:
    wild = _WILD.search(pattern)
    return pattern if wild is None else pattern[: wild.start()]


def _why_none(pattern: str, targets: Targets) -> str:
    target, slash, own = pattern.rpartition("/")
    if not targets.names or not _matches_a_name(_PART.findall(own)):
        return (
            f"{pattern!r} matches no pipeline: names have 1 to {PIPELINE_NAME_MAX} letters, digits, - and _."
        )
    there_are = f"The targets are {', '.join(targets.names)}."
    if slash:
        return f"{pattern!r} matches no pipeline: there is no target {target}. {there_are}"
    return (
        f"{pattern!r} matches no pipeline: names begin with a target, as in {targets.names[0]}/{pattern}, "
        f"or */{pattern} for every target. {there_are}"
    )


def _rests(parts: Sequence[str], beginning: str) -> Iterator[Sequence[str]]:
    """What is left of the pattern after matching this beginning, in each possible way."""
    reached = _past_stars({0}, parts)
    for character in beginning:
        stays = {place for place in reached if place < len(parts) and parts[place] == "*"}
        moves = {
            place + 1
            for place in reached - stays
            if place < len(parts) and fnmatchcase(character, parts[place])
        }
        reached = _past_stars(stays | moves, parts)
    return (parts[place:] for place in reached)


def _past_stars(places: Iterable[int], parts: Sequence[str]) -> set[int]:
    """These places and those reachable by matching nothing."""
    reached = set(places)
    for place, part in enumerate(parts):
        if part == "*" and place in reached:
            reached.add(place + 1)
    return reached


def _matches_a_name(parts: Sequence[str]) -> bool:
    """Tries the likeliest names: each part a letter if it may be one, stars empty except at the ends."""
    core = "".join(_likeliest(part) for part in parts if part != "*")
    starts = ("", "a") if parts[:1] == ["*"] else ("",)
    ends = ("", "a") if parts[-1:] == ["*"] else ("",)
    return any(is_pipeline_name(f"{start}{core}{end}") for start in starts for end in ends)


def _likeliest(part: str) -> str:
    """What `part` matches, letters first; a space, which no name has, if it matches nothing."""
    return next((character for character in _NAME_CHARACTERS if fnmatchcase(character, part)), " ")
