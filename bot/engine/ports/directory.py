"""The directory port: people and their user groups in the workspace. A failed look-up is a value, never raised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import StrEnum
from typing import NewType, Protocol

from bot.domain.access.permissions import Group, Membership
from bot.domain.ids import Actor, TeamId

Mark = NewType("Mark", int)
"""A position in the order of look-ups: what is asked after it is newer than what was asked before."""


class Caller(StrEnum):
    """What a look-up is for. Each leaves a part of Slack's rate limit to the next."""

    DISPLAY = "display"  # only for display: no decision rests on it
    PEOPLE = "people"
    ACCESS = "access"  # changes of access: nobody is looked up again after them, so no cached answer
    SENDING = "sending"


class People(Protocol):
    """Memberships of people. Never raises: somebody who cannot be looked up is `Kind.UNKNOWN`."""

    def mark(self) -> Mark:
        """Now, in the order of look-ups."""
        ...

    async def memberships(
        self,
        actors: Iterable[Actor],
        groups: frozenset[Group],
        *,
        since: Mark | None = None,
        caller: Caller = Caller.PEOPLE,
    ) -> Mapping[Actor, Membership]:
        """Their memberships: who they are, and which of `groups` each is in. At most 60 s old.

        For display, it may be up to ten minutes old while display's part of the rate limit is used up. With `since`,
        only answers to later questions count; but for the caller `PEOPLE`, one of the last 60 s is used while their
        part of the rate limit is used up. However many people there are, a group is looked up once, and all of it takes
        the time of one look-up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What could not be read of a person or of a user group: `why`, as a clause.

    `exists` is False if Slack says that there is no such thing. `retry_after` is set if Slack's rate limit is the reason.
    """

    why: str
    exists: bool = True
    retry_after: timedelta | None = None


class Directory(People, Protocol):
    """People and groups, for checks and explanations, and to name somebody. Decisions rest on `memberships` alone."""

    @property
    def home_team(self) -> TeamId:
        """The workspace's own."""
        ...

    async def members(self, group: Group, *, caller: Caller = Caller.PEOPLE) -> frozenset[Actor] | Unresolved:
        """All members of the group, as Slack lists it. As old as `memberships` allows for this caller."""
        ...

    async def time_zone(self, actor: Actor) -> tzinfo | Unresolved:
        """The time zone of the person's profile. At most 60 s old."""
        ...
