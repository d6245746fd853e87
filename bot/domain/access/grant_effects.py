"""Grants without effect: what is known against the person or the group that a grant is for. Pure.

A grant that certainly has no effect is not made: it would wait, forgotten, until somebody becomes a member. One whose
effect cannot be checked right now is made, with a warning, since Slack's trouble passes.
"""

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.access.permissions import Kind, Membership


class Obstacle(Enum):
    """Why a grant has no effect, or may have none."""

    OUTSIDER = auto()  # not of this workspace, or nobody at all
    GUEST = auto()
    BOT = auto()
    DEACTIVATED = auto()
    NO_SUCH_GROUP = auto()
    EMPTY_GROUP = auto()
    PERSON_UNCHECKED = auto()
    GROUP_UNCHECKED = auto()


_UNCERTAIN = {Obstacle.EMPTY_GROUP, Obstacle.PERSON_UNCHECKED, Obstacle.GROUP_UNCHECKED}
_KINDS = {
    Kind.OUTSIDER: Obstacle.OUTSIDER,
    Kind.GUEST: Obstacle.GUEST,
    Kind.BOT: Obstacle.BOT,
    Kind.DEACTIVATED: Obstacle.DEACTIVATED,
    Kind.UNKNOWN: Obstacle.PERSON_UNCHECKED,
}


@dataclass(frozen=True, slots=True)
class NoEffect:
    """`why` is what Slack did not answer, as a clause."""

    obstacle: Obstacle
    why: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether it stays so until somebody changes the person or the group in Slack."""
        return self.obstacle not in _UNCERTAIN


def no_effect_on(membership: Membership) -> NoEffect | None:
    """Why a grant to this person has no effect; None if it has one."""
    obstacle = _KINDS.get(membership.kind)
    return None if obstacle is None else NoEffect(obstacle, membership.why)
