"""What the workspace knows of people and their groups. A look-up that failed is a value, never raised."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.access import Group, Standing
from bot.domain.names import Actor, TeamId


class People(Protocol):
    """What the workspace knows of people. Never raises: who cannot be looked up is `Kind.UNKNOWN`."""

    async def standing(self, actor: Actor, groups: frozenset[Group], *, fresh: bool = False) -> Standing:
        """Who this is, and which of `groups` they are in. At most 60 s old; looked up anew if `fresh`."""
        ...


@dataclass(frozen=True, slots=True)
class Unread:
    """A user group whose people are not to be had: `why`, as a clause."""

    why: str


class Directory(People, Protocol):
    """People, for whoever checks everybody at once. What is decided rests on `standing` alone."""

    @property
    def home_team(self) -> TeamId:
        """The workspace's own."""
        ...

    async def members(self, group: Group) -> frozenset[Actor] | Unread:
        """Everybody in the group, as Slack lists it. At most 60 s old."""
        ...
