"""The people and the pipelines of a chaos run, and who may do what at first."""

from datetime import datetime
from typing import Any

from bot.domain.access.changes import GrantRole, SetRule
from bot.domain.access.permissions import Group, Role
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.ids import GroupId, TeamId
from bot.simulator.slack import UserGroup
from tests.chaos.cast import CAST, FIRST_MEMBERS, FIRST_RULES, GROUPS, NO_COLLEAGUES, PIPELINES, SEATS
from tests.workspace import Teammate, Workspace

TAKES = (
    0.5,
    1.0,
    4.0,
    1.0,
    25.0,
    1.0,
    400.0,
)  # seconds for a clear or a stop, of one pipeline after the other
RUNNING = 4  # every so many pipelines run at first


class Peopled(Workspace):
    people: dict[str, Teammate]
    groups: dict[str, UserGroup]

    def is_peopled(self) -> None:
        """Everybody and everything comes to be, with what each may do."""
        for number, name in enumerate(PIPELINES):
            target, _, alone = name.partition("/")
            takes = TAKES[number % len(TAKES)]
            running = number % RUNNING == RUNNING - 1
            self.felderas[target].adds(alone, running=running, clear_takes=takes, stop_takes=takes)
        traits: dict[str, dict[str, Any]] = {
            "guest": {"guest": True},
            "gone": {"deactivated": True},
            "external": {"team": "T0OTHER"},
        }
        self.people = {
            who: self.adds_person(who, **traits.get(NO_COLLEAGUES.get(who, ""), {})) for who in CAST
        }
        self.groups = {
            handle: self.user_group(handle, *(self.people[who] for who in sorted(members)))
            for handle, members in FIRST_MEMBERS.items()
        }
        seats = [(who, *seat) for who, seat in [*SEATS.items(), *GROUPS.items()] if seat[0]]
        self.administers(*(self.grant(to, role, pattern) for to, role, pattern in seats))
        said = {pattern: " ".join(map("=".join, rule.items())) for pattern, rule in FIRST_RULES.items()}
        self.administers(*(SetRule(rule_of(pattern, text)) for pattern, text in said.items()))
        self.settles()

    def grant(self, to: str, role: str, pattern: str, until: datetime | None = None) -> GrantRole:
        team = TeamId(self.slack.workspace.team_id)
        principal = Group(team, GroupId(self.groups[to].id)) if to in self.groups else self.people[to].actor
        return GrantRole(principal, Role(role), pattern, until)
