"""Audit values: the JSON that the audit log keeps of a rule, a freeze and grants, and the values that an entry holds.

An entry holds values, and they are worded where they are shown. Reading gives None for what is no such value: entries
of earlier versions hold sentences, and one of a later version may hold a rule that this one does not know. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.permissions import Grant
from bot.domain.access.rule_keys import BY_NAME, OLD_NAMES
from bot.domain.access.rules import Freeze, Rule
from bot.domain.commands.rule_syntax import rule_from
from bot.domain.errors import BadRule
from bot.domain.events import Event, EventKind, Value

BEFORE = "before"  # keys of an event's data
RULE = "rule"


@dataclass(frozen=True, slots=True)
class PreviousFreeze:
    """A freeze that a change replaced or removed."""

    pattern: str
    until: datetime
    reason: str
    by: str

    @classmethod
    def of(cls, freeze: Freeze) -> "PreviousFreeze":
        return cls(freeze.pattern, freeze.until, freeze.reason, freeze.by)


@dataclass(frozen=True, slots=True)
class PreviousGrant:
    """A grant that a change revoked, or found in force."""

    number: int
    role: str
    by: str
    until: datetime | None
    note: str

    @classmethod
    def of(cls, grant: Grant) -> "PreviousGrant":
        return cls(grant.id, grant.role.value, grant.granted_by, grant.expires_at, grant.note)


Previous = Rule | PreviousFreeze | tuple[PreviousGrant, ...]
"""What a change of access replaced or removed, or found already there; of grants, one at least."""


def previous_grants(grants: Iterable[Grant]) -> tuple[PreviousGrant, ...] | None:
    return tuple(PreviousGrant.of(grant) for grant in grants) or None


def json_of(previous: Previous | None) -> Value:
    """What an entry keeps of it under `BEFORE`."""
    match previous:
        case None:
            return None
        case Rule():
            return previous.as_typed
        case PreviousFreeze(pattern, until, reason, by):
            return {"pattern": pattern, "until": until.isoformat(), "reason": reason, "by": by}
        case _:
            return [_json_of_grant(grant) for grant in previous]


def previous_in(event: Event) -> Previous | None:
    """What the entry says was there before; None if nothing was, or if it does not say so in values."""
    match event.kind:
        case EventKind.RULE_SET | EventKind.RULE_DROPPED:
            return _rule_under(BEFORE, event)
        case EventKind.FROZEN | EventKind.UNFROZEN:
            return _freeze_of(event.data.get(BEFORE))
        case EventKind.GRANTED | EventKind.REVOKED:
            return _grants_of(event.data.get(BEFORE))
        case _:
            return None


def rule_in(event: Event) -> Rule | None:
    """The rule that the change sets, or was to set."""
    return _rule_under(RULE, event)


def _rule_under(key: str, event: Event) -> Rule | None:
    pattern, stored = event.data.get("pattern"), event.data.get(key)
    if not isinstance(pattern, str) or not isinstance(stored, dict):
        return None
    # Entries keep their hashes, and so the names that keys had when they were written.
    typed: dict[str, str] = {
        OLD_NAMES.get(name) or str(name): value for name, value in stored.items() if isinstance(value, str)
    }
    if len(typed) < len(stored) or not typed.keys() <= BY_NAME.keys():
        return None
    try:
        return rule_from(pattern, typed)
    except BadRule:
        return None


def _freeze_of(stored: Value) -> PreviousFreeze | None:
    match stored:
        case {"pattern": str(pattern), "until": str(until), "reason": str(reason), "by": str(by)}:
            end = _moment_of(until)
            return None if end is None else PreviousFreeze(pattern, end, reason, by)
    return None


def _json_of_grant(grant: PreviousGrant) -> dict[str, Value]:
    until = None if grant.until is None else grant.until.isoformat()
    return {"number": grant.number, "role": grant.role, "by": grant.by, "until": until, "note": grant.note}


def _grants_of(stored: Value) -> tuple[PreviousGrant, ...] | None:
    read = [_grant_of(each) for each in stored] if isinstance(stored, list) else []
    grants = tuple(grant for grant in read if grant is not None)
    return grants if grants and len(grants) == len(read) else None


def _grant_of(stored: Value) -> PreviousGrant | None:
    match stored:
        case {"number": int(number), "role": str(role), "by": str(by), "until": until, "note": str(note)}:
            end = _moment_of(until) if isinstance(until, str) else None
            return None if end is None and until is not None else PreviousGrant(number, role, by, end, note)
    return None


def _moment_of(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
