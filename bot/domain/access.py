"""Who may do what. `decide()` is the only place that says yes or no, and its default is no."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from string import ascii_letters, digits

from bot.domain.errors import BadPattern
from bot.domain.names import PIPELINE_NAME_MAX, Actor, PipelineName, is_pipeline_name


class Action(StrEnum):
    """What somebody may want to do to a pipeline."""

    VIEW = "view"
    CLEAR = "clear"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"

    @property
    def actions(self) -> frozenset[Action]:
        return _ACTIONS[self]


_ACTIONS = {
    Role.VIEWER: frozenset({Action.VIEW}),
    Role.OPERATOR: frozenset({Action.VIEW, Action.CLEAR}),
}

PATTERN_MAX = 200  # characters
_NAME_CHARACTERS = f"{ascii_letters}{digits}-_"
# A character of names, * or ?, or one of several: [abc], [!abc], [a-z], where - itself stands first or last.
_PART = re.compile(r"[-A-Za-z0-9_*?]|\[!?(?:-|-?(?:\w(?:-\w)?)+-?)\]", re.ASCII)
_PATTERN = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on the pipelines whose names match `pattern` (a case-sensitive glob), until `expires_at` if set."""

    id: int
    principal: Actor
    role: Role
    pattern: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime | None
    note: str

    def is_current(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, with what decided: the grant that allows it, or the roles that would and the grant that lapsed."""

    allowed: bool
    action: Action
    grant: Grant | None = None
    would_allow: tuple[Role, ...] = ()
    lapsed: Grant | None = None


def decide(
    actor: Actor, action: Action, name: PipelineName, grants: Iterable[Grant], now: datetime
) -> Decision:
    """Whether `actor` may do `action` to the pipeline `name` at `now`, by these grants alone."""
    covering = [
        grant
        for grant in grants
        if grant.principal == actor and action in grant.role.actions and fnmatchcase(name, grant.pattern)
    ]
    for grant in covering:
        if grant.is_current(now):
            return Decision(allowed=True, action=action, grant=grant)
    return Decision(
        allowed=False,
        action=action,
        would_allow=tuple(role for role in Role if action in role.actions),
        lapsed=max(covering, key=lambda grant: (grant.expires_at or now, grant.id), default=None),
    )


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


def _matches_a_name(pattern: str) -> bool:
    """Tried with the names likeliest to be some: each part a letter if it may be one, stars empty but at the ends."""
    core = "".join(_likeliest(part) for part in _PART.findall(pattern) if part != "*")
    starts = ("", "a") if pattern.startswith("*") else ("",)
    ends = ("", "a") if pattern.endswith("*") else ("",)
    return any(is_pipeline_name(f"{start}{core}{end}") for start in starts for end in ends)


def _likeliest(part: str) -> str:
    """What `part` matches, letters first; a space, which no name has, if it matches nothing."""
    return next((character for character in _NAME_CHARACTERS if fnmatchcase(character, part)), " ")
