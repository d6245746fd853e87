"""What the workspace knows of people and their groups. A look-up that failed is a value, never raised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from bot.domain.access.permissions import Group, Membership
from bot.domain.ids import Actor, TeamId

Mark = NewType("Mark", int)
"""A moment in the order of look-ups: what is asked after it is newer than what was asked before."""


class Caller(StrEnum):
    """What a look-up is for. Each leaves a part of what Slack allows in a minute to the next."""

    DISPLAY = "display"  # no decision rests on it but what somebody is shown
    PEOPLE = "people"
    ACCESS = "access"  # changes of access: nobody is looked up again after them, so no memory has to do
    SENDING = "sending"


class People(Protocol):
    """What the workspace knows of people. Never raises: who cannot be looked up is `Kind.UNKNOWN`."""

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
        """Who they are, and which of `groups` each is in. At most 60 s old.

        For display, it is up to ten minutes old while its part of what Slack allows is used up. With `since`, no answer counts that was asked for before; for people, though, one of the last 60 s has to do
        while their part of what Slack allows is used up. However many they are, a group is asked for once, and all is
        over in the time of one look-up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A user group whose people are not to be had: `why`, as a clause."""

    why: str


class Directory(People, Protocol):
    """People, for whoever checks everybody at once. What is decided rests on `memberships` alone."""

    @property
    def home_team(self) -> TeamId:
        """The workspace's own."""
        ...

    async def members(self, group: Group) -> frozenset[Actor] | Unresolved:
        """Everybody in the group, as Slack lists it. At most 60 s old."""
        ...
