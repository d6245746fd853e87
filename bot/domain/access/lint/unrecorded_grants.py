"""Lint check: does the audit log account for every grant? One written straight into the database has no entry. Pure.

It proves nothing by itself: somebody who can write the file can write entries, too, but then the chain shows that.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.permissions import Grant
from bot.domain.events import Event, EventKind

KINDS = frozenset({EventKind.GRANTED, EventKind.REVOKED})
_What = tuple[str, str, str, str]  # workspace, id, role, pattern


def unrecorded(grants: Iterable[Grant], events: Iterable[Event]) -> tuple[Grant, ...]:
    """Grants that no audit log entry granted, or that one revoked. `events` are all of `KINDS`, oldest first."""
    current: dict[_What, set[tuple[datetime | None, str]]] = {}
    for event in events:
        if event.kind is EventKind.GRANTED:
            current.setdefault(_what(event), set()).add(_how(event))
        elif event.kind is EventKind.REVOKED:
            current.pop(_what(event), None)
    return tuple(
        grant
        for grant in grants
        if (grant.expires_at, grant.note) not in current.get(_of(grant), frozenset())
    )


def _what(event: Event) -> _What:
    data = event.data
    who = data.get("user") or data.get("group")
    return str(data.get("team")), str(who), str(data.get("role")), str(data.get("pattern"))


def _how(event: Event) -> tuple[datetime | None, str]:
    until = event.data.get("until")
    return None if until is None else datetime.fromisoformat(str(until)), str(event.data.get("note") or "")


def _of(grant: Grant) -> _What:
    return grant.principal.team, id_of(grant.principal), grant.role.value, grant.pattern
