"""Who is in a story's team and what they may do: people, grants, rules and freezes, as the shell puts them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.access.changes import AccessChange, GrantRole, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.access.permissions import Group, Role
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.ids import GroupId, TeamId
from bot.domain.pipelines.targets import Targets
from bot.simulator.slack import SlackSimulator, UserGroup
from bot.store.shell_store import Administration
from tests.clock import MovableClock
from tests.teammate import Teammate


class AccessSetup:
    """The part of a `Workspace` that sets access up, through the shell's own way into the database."""

    clock: MovableClock
    slack: SlackSimulator
    database: Path
    _targets: Targets

    def adds_person(self, name: str, **traits: Any) -> Teammate:
        """Somebody without any grant."""
        return Teammate(self.slack.adds_person(name, **traits), self)

    def operator(self, name: str, pattern: str = "*", **lasts: float) -> Teammate:
        return self._with_role(name, Role.OPERATOR, pattern, **lasts)

    def viewer(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.VIEWER, pattern)

    def requester(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.REQUESTER, pattern)

    def approver(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.APPROVER, pattern)

    def responder(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.RESPONDER, pattern)

    def admin(self, name: str, pattern: str = "*") -> Teammate:
        return self._with_role(name, Role.ADMIN, pattern)

    def grants(self, teammate: Teammate, role: Role, pattern: str = "*", **lasts: float) -> None:
        expires_at = self.clock.now() + timedelta(**lasts) if lasts else None
        self.administers(GrantRole(teammate.actor, role, pattern, expires_at))

    def user_group(self, handle: str, *members: Teammate) -> UserGroup:
        return self.slack.adds_user_group(handle, [member.person for member in members])

    def grants_group(self, group: Any, role: Role, pattern: str = "*") -> None:
        """To a user group of the simulated Slack (`slack.adds_user_group`)."""
        team = TeamId(self.slack.workspace.team_id)
        self.administers(GrantRole(Group(team, GroupId(group.id)), role, pattern))

    def revokes(self, teammate: Teammate) -> None:
        with Administration.open(self.database) as administration:
            known = administration.grants(teammate.actor)
        self.administers(*(RevokeRole(grant.principal, grant.role, grant.pattern) for grant in known))

    def rules(self, pattern: str, said: str) -> None:
        """Put a rule, written as it is typed: `workspace.rules("prod-*", "approvals=2 within=2h")`."""
        self.administers(SetRule(rule_of(pattern, said)))

    def freezes(self, pattern: str, reason: str = "release day", **lasts: float) -> None:
        self.administers(SetFreeze(pattern, self.clock.now() + timedelta(**lasts), reason))

    def unfreezes(self, pattern: str) -> None:
        self.administers(RemoveFreeze(pattern))

    def administers(self, *changes: AccessChange) -> None:
        """The person who runs the bot changes access, from the shell."""
        with Administration.open(self.database, self._targets) as administration:
            administration.administer(*changes, by="shell:owner", now=self.clock.now())

    def _with_role(self, name: str, role: Role, pattern: str, **lasts: float) -> Teammate:
        teammate = self.adds_person(name)
        self.grants(teammate, role, pattern, **lasts)
        return teammate
