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

    `unread` maps each group that could not be read to the reason. `not_asked` are the people and groups that were left out
    because of Slack's rate limit. `home` is the workspace, if it is known: people of other workspaces have no access.
    """

    kinds: Mapping[Actor, Kind] = field(default_factory=dict)
    members: Mapping[Group, frozenset[Actor]] = field(default_factory=dict)
    unread: Mapping[Group, str] = field(default_factory=dict)
    not_asked: frozenset[Principal] = frozenset()
    home: TeamId | None = None

    def serves(self, principal: Principal) -> bool:
        return self.home in {None, principal.team}

    def left_out(self) -> str:
        """How many were looked up and how many were not, a sentence; empty if none was left out."""
        if not self.not_asked:
            return ""
        groups = sum(isinstance(each, Group) for each in self.not_asked)
        parts = [
            f"{asked:,} of {asked + not_asked:,} {what}"
            for asked, not_asked, what in (
                (len(self.kinds), len(self.not_asked) - groups, "people"),
                (len(self.members) + len(self.unread), groups, "user groups"),
            )
            if not_asked
        ]
        return f"Slack was asked about {' and '.join(parts)}; the rest were not looked up, because of the limit on look-ups."


def problem(sentence: str) -> Finding:
    return Finding(Severity.PROBLEM, sentence)


def warning(sentence: str) -> Finding:
    return Finding(Severity.WARNING, sentence)


def notice(sentence: str) -> Finding:
    return Finding(Severity.NOTICE, sentence)
