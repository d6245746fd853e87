"""Lint check: does the audit log account for every grant? One written straight into the database has no entry. Pure.

It proves nothing by itself: somebody who can write the file can write entries, too, but then the chain shows that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.permissions import Grant
from bot.domain.events import Event, EventKind, Value

KINDS = frozenset({EventKind.GRANTED, EventKind.REVOKED, EventKind.ARCHIVED})
GRANTS = (
    "grants"  # key of the data of `ARCHIVED`, as it is read: the grants that archived entries account for
)

_What = tuple[str, str, str, str]  # workspace, id, role, pattern
_How = tuple[datetime | None, str]  # until, note


def unrecorded(grants: Iterable[Grant], events: Iterable[Event]) -> tuple[Grant, ...]:
    """Grants that no audit log entry granted, or that one revoked. `events` are all of `KINDS`, oldest first."""
    current = _recorded(events)
    return tuple(
        grant
        for grant in grants
        if (grant.expires_at, grant.note) not in current.get(_of(grant), frozenset())
    )


def recorded_grants(events: Iterable[Event], now: datetime) -> list[Value]:
    """The grants that these entries account for and that have not expired, for the archiving of these entries.

    `events` are those of `KINDS` up to the last one that is archived, and the newest `ARCHIVED` before that.
    """
    return [
        {
            "team": team,
            "who": who,
            "role": role,
            "pattern": pattern,
            "until": None if until is None else until.isoformat(),
            "note": note,
        }
        for (team, who, role, pattern), given in _recorded(events).items()
        for until, note in sorted(given, key=repr)
        if until is None or now < until
    ]


def _recorded(events: Iterable[Event]) -> dict[_What, set[_How]]:
    found = list(events)
    # Every entry that is still there is newer than what was archived last, also if it is older than the entry saying so.
    archivals = [event for event in found if event.kind is EventKind.ARCHIVED]
    current = _archived(archivals[-1]) if archivals else {}
    for event in found:
        if event.kind is EventKind.GRANTED:
            current.setdefault(_what(event.data), set()).add(_how(event.data))
        elif event.kind is EventKind.REVOKED:
            current.pop(_what(event.data), None)
    return current


def _archived(event: Event) -> dict[_What, set[_How]]:
    current: dict[_What, set[_How]] = {}
    listed = event.data.get(GRANTS)
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            current.setdefault(_what(each), set()).add(_how(each))
    return current


def _what(data: Mapping[str, Value]) -> _What:
    who = data.get("who") or data.get("user") or data.get("group")
    return str(data.get("team")), str(who), str(data.get("role")), str(data.get("pattern"))


def _how(data: Mapping[str, Value]) -> _How:
    until = data.get("until")
    return None if until is None else datetime.fromisoformat(str(until)), str(data.get("note") or "")


def _of(grant: Grant) -> _What:
    return grant.principal.team, id_of(grant.principal), grant.role.value, grant.pattern
