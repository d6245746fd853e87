"""Workspace store: the Slack workspace that the bot runs in, as the database has it for the shell and for the health page."""

from dataclasses import dataclass

from bot.domain.ids import TeamId
from bot.store import bot_state
from bot.store.connections import Connections


@dataclass(frozen=True, slots=True)
class WorkspaceStore:
    """Each method may raise `StoreUnavailable`. `can_wait`: calls that people wait for overtake it."""

    _connections: Connections
    can_wait: bool

    async def team(self) -> TeamId | None:
        """The workspace the bot last ran in."""
        return await self._connections.read(bot_state.team, can_wait=self.can_wait)

    async def remember_team(self, team_id: TeamId) -> None:
        """Store the workspace that the bot runs in."""
        await self._connections.write(lambda db: bot_state.remember_team(db, team_id), can_wait=self.can_wait)

    async def remember_url(self, workspace_url: str) -> None:
        """Store the base URL of message links: the shell writes them, too."""
        await self._connections.write(
            lambda db: bot_state.remember_url(db, workspace_url), can_wait=self.can_wait
        )
