"""Lint findings: what the linter can find in grants and rules, and what it knows of the people. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.access.permissions import Group, Kind, Principal
from bot.domain.ids import Actor, TeamId


class Severity(StrEnum):
    PROBLEM = "problem"  # something that was set up cannot work
    WARNING = "warning"  # it works, but not for everybody, or not as it looks
    NOTICE = "notice"  # worth knowing; no action needed


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    sentence: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What the workspace knows of the people, as far as it was asked: people in neither mapping are assumed valid.

    `unread` maps each group that could not be read to the reason. `home` is the workspace, if it is known: people of
    other workspaces have no access.
    """

    kinds: Mapping[Actor, Kind] = field(default_factory=dict)
    members: Mapping[Group, frozenset[Actor]] = field(default_factory=dict)
    unread: Mapping[Group, str] = field(default_factory=dict)
    home: TeamId | None = None

    def serves(self, principal: Principal) -> bool:
        return self.home in {None, principal.team}


def problem(sentence: str) -> Finding:
    return Finding(Severity.PROBLEM, sentence)


def warning(sentence: str) -> Finding:
    return Finding(Severity.WARNING, sentence)


def notice(sentence: str) -> Finding:
    return Finding(Severity.NOTICE, sentence)
