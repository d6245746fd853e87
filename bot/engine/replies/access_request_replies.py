"""Replies to *Ask for access*: who was asked, or why nobody was."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.permissions import Role
from bot.domain.ids import Actor, PipelineName, UserId
from bot.engine.attempted_actions import DeniedAction


@dataclass(frozen=True, slots=True)
class AccessRequested:
    """The `asked` admins were written to.

    Of those `in_doubt`, Slack did not say whether it delivered the message. It refused it for those `not_reached`.
    `of_part`: they can grant the role on some of the pipelines only.
    """

    denied: DeniedAction
    role: Role
    asked: tuple[Actor, ...]
    in_doubt: tuple[Actor, ...] = ()
    not_reached: tuple[Actor, ...] = ()
    of_part: bool = False


@dataclass(frozen=True, slots=True)
class AccessRequestedBefore:
    """Nobody was written to again: the person asked for the same role a short while ago."""

    name: PipelineName
    role: Role
    asked: tuple[UserId, ...]
    at: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class TooManyAccessRequests:
    """Nobody was written to: the person asked `times` times a short while ago, for whatever role."""

    times: int
    again_at: datetime


@dataclass(frozen=True, slots=True)
class AccessNotRequested:
    """Slack took none of the messages to these admins, so nobody was asked, and the person may ask again at once."""

    admins: tuple[Actor, ...]
    why: str


@dataclass(frozen=True, slots=True)
class AllowedNow:
    """The person has the permission by now, and needs to ask nobody."""

    denied: DeniedAction
