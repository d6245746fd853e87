"""Undo: the changes of access that bring back what a change removed. Pure.

An expired grant is not brought back: it had no effect any more.
"""

from datetime import datetime

from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
)
from bot.domain.access.rules import Rule
from bot.domain.audit_values import Previous, PreviousFreeze


def undo_of(change: AccessChange, before: Previous | None, now: datetime) -> tuple[AccessChange, ...]:
    """`before` is what the change removed. A change that removes nothing is undone by nothing here."""
    match change, before:
        case RevokeRole(principal, role, pattern), tuple() as grants:
            return tuple(
                GrantRole(principal, role, pattern, grant.until, grant.note)
                for grant in grants
                if grant.until is None or now < grant.until
            )
        case DropRule(), Rule() as rule if not rule.says_nothing:
            return (SetRule(rule),)
        case RemoveFreeze(pattern), PreviousFreeze(until=until, reason=reason):
            return (SetFreeze(pattern, until, reason),)
        case _:
            return ()
