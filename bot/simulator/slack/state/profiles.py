"""Profiles of people, and the Enterprise Grid that a workspace may be part of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """An organization with several workspaces."""

    id: str
    name: str


@dataclass(eq=False, slots=True)
class Profile:
    """A person's profile. `team_id` is that of their home: another workspace's for somebody external.

    On a Grid it may be another workspace's, or the Grid's own id, for a member too: there `workspaces` decides.
    """

    id: str
    name: str
    team_id: str
    guest: bool = False
    single_channel_guest: bool = False
    deactivated: bool = False
    is_bot: bool = False
    workspaces: tuple[str, ...] | None = None
    """On a Grid: the ids of its workspaces that they belong to. None elsewhere."""
    team_in_payloads: bool = True
    """Whether payloads to the app have `user.team_id`."""
    tz: str | None = "Etc/UTC"
    """The time zone of the profile, as the tz database names it; None if Slack does not say."""
    acts_in: str | None = None
    """The workspace that their client shows while they press something, if it is not the app's."""

    def belongs_to(self, team_id: str) -> bool:
        return self.team_id == team_id if self.workspaces is None else team_id in self.workspaces
