"""Access changes: to grants, rules and freezes; and whether somebody in Slack may make one.

Pure. The shell may make any: shell access is database access. In Slack an admin may, on patterns that their own admin
grant covers, and never in their own favor: that needs another admin, or the shell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.access.authorization import AccessData
from bot.domain.access.patterns import may_overlap
from bot.domain.access.permissions import Decision, Group, Membership, Principal, Role, decide_on_pattern
from bot.domain.access.rule_edits import RuleEdit
from bot.domain.access.rules import Freeze, Rule, is_looser
from bot.domain.events import EventKind, Value

_POWERS = frozenset({Role.REQUESTER, Role.OPERATOR, Role.APPROVER, Role.RESPONDER})


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Grant `principal` the role; an identical grant in force is left as it is."""

    principal: Principal
    role: Role
    pattern: str
    expires_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Revoke every grant in force with exactly this principal, role and pattern."""

    principal: Principal
    role: Role
    pattern: str


@dataclass(frozen=True, slots=True)
class SetRule:
    """Set the rule, replacing the one on its pattern, if any."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class EditRule:
    """Set and remove keys of the rule on a pattern. What that makes of the rule is known once its keys are read."""

    edit: RuleEdit


@dataclass(frozen=True, slots=True)
class DropRule:
    pattern: str


@dataclass(frozen=True, slots=True)
class SetFreeze:
    """Freeze `pattern` until `until`: no plan runs there. Replaces a freeze of the same pattern."""

    pattern: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RemoveFreeze:
    pattern: str


AccessChange = GrantRole | RevokeRole | SetRule | DropRule | SetFreeze | RemoveFreeze
WantedChange = AccessChange | EditRule
"""What somebody asks for: `resolved` makes the change of it, in the transaction that writes it."""


def resolved(wanted: WantedChange, rules: Iterable[Rule]) -> AccessChange:
    """The change to make, given the rules as they are now. A rule without any key left is removed."""
    if not isinstance(wanted, EditRule):
        return wanted
    pattern = wanted.edit.pattern
    rule = wanted.edit.applied_to(next((known for known in rules if known.pattern == pattern), None))
    return DropRule(pattern) if rule.says_nothing else SetRule(rule)


class ChangeObjection(StrEnum):
    """Why somebody in Slack may not make a change."""

    NO_ADMIN = "no_admin"
    OWN_FAVOUR = "own_favour"


@dataclass(frozen=True, slots=True)
class ChangeDecision:
    """`objection` is None where the change may be made; `decision` is what makes them an admin, or not."""

    change: AccessChange
    decision: Decision
    objection: ChangeObjection | None


def decide_change(
    change: AccessChange, membership: Membership, access_data: AccessData, now: datetime
) -> ChangeDecision:
    """Whether this person may make the change in Slack.

    The membership must include the group that a `GrantRole` is for, even if nothing is granted to that group yet: a
    group that nobody asked about looks like one they are not in.
    """
    decision = decide_on_pattern(membership, pattern_of(change), access_data.grants, now)
    if not decision.allowed:
        return ChangeDecision(change, decision, ChangeObjection.NO_ADMIN)
    if _is_in_own_favour(change, membership, access_data, now):
        return ChangeDecision(change, decision, ChangeObjection.OWN_FAVOUR)
    return ChangeDecision(change, decision, None)


def pattern_of(change: AccessChange) -> str:
    return change.rule.pattern if isinstance(change, SetRule) else change.pattern


def _is_in_own_favour(
    change: AccessChange, membership: Membership, access_data: AccessData, now: datetime
) -> bool:
    match change:
        case GrantRole(principal=principal):
            return _is_me(principal, membership)
        case SetRule(rule):
            before = next((known for known in access_data.rules if known.pattern == rule.pattern), None)
            return is_looser(before, rule) and _has_power(rule.pattern, membership, access_data, now)
        case DropRule(pattern):
            before = next((known for known in access_data.rules if known.pattern == pattern), None)
            return is_looser(before, None) and _has_power(pattern, membership, access_data, now)
        case RevokeRole() | SetFreeze() | RemoveFreeze():
            return False


def _is_me(principal: Principal, membership: Membership) -> bool:
    """Whether a grant to `principal` applies to this person; a group that could not be looked up might."""
    if isinstance(principal, Group):
        return principal.group in membership.groups | membership.unresolved_groups
    return principal == membership.actor


def _has_power(pattern: str, membership: Membership, access_data: AccessData, now: datetime) -> bool:
    return any(
        grant.role in _POWERS
        and grant.is_current(now)
        and may_overlap(grant.pattern, pattern)
        and (grant.is_to(membership) or grant.may_be_to(membership))
        for grant in access_data.grants
    )


def kind_of(change: AccessChange) -> EventKind:
    """Its event kind in the audit log, once it is made."""
    match change:
        case GrantRole():
            return EventKind.GRANTED
        case RevokeRole():
            return EventKind.REVOKED
        case SetRule():
            return EventKind.RULE_SET
        case DropRule():
            return EventKind.RULE_DROPPED
        case SetFreeze():
            return EventKind.FROZEN
        case RemoveFreeze():
            return EventKind.UNFROZEN


def audit_data(change: AccessChange) -> dict[str, Value]:
    """What the audit log keeps of the change itself."""
    match change:
        case GrantRole(principal, role, pattern, expires_at, note):
            until = None if expires_at is None else expires_at.isoformat()
            return {**_principal(principal), "role": role, "pattern": pattern, "until": until, "note": note}
        case RevokeRole(principal, role, pattern):
            return {**_principal(principal), "role": role, "pattern": pattern}
        case SetRule(rule):
            return {"pattern": rule.pattern, "rule": rule.as_typed}
        case DropRule(pattern) | RemoveFreeze(pattern):
            return {"pattern": pattern}
        case SetFreeze(pattern, until, reason):
            return {"pattern": pattern, "until": until.isoformat(), "reason": reason}


def freeze_of(change: SetFreeze, *, freeze_id: int, by: str, now: datetime) -> Freeze:
    return Freeze(freeze_id, change.pattern, change.until, change.reason, by, now)


def _principal(principal: Principal) -> dict[str, Value]:
    if isinstance(principal, Group):
        return {"team": principal.team, "group": principal.group}
    return {"team": principal.team, "user": principal.user}
