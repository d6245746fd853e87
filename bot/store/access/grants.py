"""The grants table: queries of grants that are not revoked, and writes. `decide()`, not this, says who may do what.

A revoked grant keeps its row, with who revoked it and when. Writes belong to the caller's transaction, together with
their audit log entry.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from bot.domain.access.changes import GrantRole, RevokeRole
from bot.domain.access.permissions import Action, Grant, Group, Principal, Role
from bot.domain.ids import Actor, GroupId, PipelineName, TeamId
from bot.store.column_values import actor_of, moment_of, moment_or_none, row_of, text_of, text_or_none
from bot.store.connection.database import insert

# `_OF_GROUPS` is spelled as in the schema's partial indexes: SQLite uses one only if the query repeats its condition.
_COLUMNS = 'id, team, user, "group", role, pattern, granted_by, granted_at, expires_at, note'
_OF_GROUPS = 'revoked_at IS NULL AND "group" IS NOT NULL'


def unrevoked(db: Database, principal: Principal | None = None) -> tuple[Grant, ...]:
    """All grants, or one principal's; lapsed ones too, revoked ones not; oldest first."""
    match principal:
        case None:
            return _select(db, "revoked_at IS NULL")
        case Actor(team, user):
            return _select(db, "revoked_at IS NULL AND team = ? AND user = ?", team, user)
        case Group(team, group):
            return _select(db, f'{_OF_GROUPS} AND team = ? AND "group" = ?', team, group)


def of_role(db: Database, role: Role) -> tuple[Grant, ...]:
    """All grants of this role; lapsed ones too, oldest first."""
    return _select(db, "revoked_at IS NULL AND role = ?", role.value)


def relevant_to(db: Database, people: Iterable[Actor]) -> tuple[Grant, ...]:
    """The grants of these people, of all groups, and of all who may approve; lapsed ones too, oldest first."""
    approving = [role.value for role in Role if Action.APPROVE in role.actions]
    # A union of queries with one index each: for a single query with OR, SQLite reads all grants.
    questions = [
        f"SELECT id FROM grants INDEXED BY grants_to_groups WHERE {_OF_GROUPS}",  # noqa: S608 - constants
        f"SELECT id FROM grants WHERE revoked_at IS NULL AND role IN ({', '.join('?' * len(approving))})",  # noqa: S608
    ]
    parameters = approving
    for actor in people:
        questions.append("SELECT id FROM grants WHERE revoked_at IS NULL AND team = ? AND user = ?")
        parameters += [actor.team, actor.user]
    return _select(db, f"id IN ({' UNION '.join(questions)})", *parameters)


def groups(db: Database) -> frozenset[Group]:
    """The groups that have grants."""
    rows = db.execute(f'SELECT DISTINCT team, "group" FROM grants WHERE {_OF_GROUPS}')  # noqa: S608 - constants
    return frozenset(Group(TeamId(team), GroupId(group)) for team, group in rows)


def groups_that_may(
    db: Database, names: frozenset[PipelineName] | None, actions: frozenset[Action]
) -> frozenset[Group]:
    """The groups granted any of `actions`, lapsed or not: on any of these pipelines, or on any at all (None)."""

    def may(group: Group) -> bool:
        return any(
            grant.role.actions & actions
            and (names is None or any(fnmatchcase(name, grant.pattern) for name in names))
            for grant in unrevoked(db, group)
        )

    return frozenset(group for group in groups(db) if may(group))


def same_in_force(db: Database, give: GrantRole, now: datetime) -> Grant | None:
    """A grant in force that equals `give`."""
    wanted = (give.role, give.pattern, give.expires_at, give.note)
    for grant in unrevoked(db, give.principal):
        if grant.is_current(now) and (grant.role, grant.pattern, grant.expires_at, grant.note) == wanted:
            return grant
    return None


def meant_by(db: Database, take_away: RevokeRole) -> tuple[Grant, ...]:
    """The grants it revokes, lapsed ones too."""
    return tuple(
        grant
        for grant in unrevoked(db, take_away.principal)
        if grant.role is take_away.role and grant.pattern == take_away.pattern
    )


def add(db: Database, give: GrantRole, *, by: str, now: datetime) -> int:
    """The number of the new grant."""
    principal = give.principal
    return insert(
        db,
        "grants",
        {
            "team": principal.team,
            "user": principal.user if isinstance(principal, Actor) else None,
            "group": principal.group if isinstance(principal, Group) else None,
            "role": give.role.value,
            "pattern": give.pattern,
            "granted_by": by,
            "granted_at": text_of(now),
            "expires_at": text_or_none(give.expires_at),
            "note": give.note,
        },
    )


def revoke(db: Database, take_away: RevokeRole, *, by: str, now: datetime) -> None:
    for grant in meant_by(db, take_away):
        db.execute(
            "UPDATE grants SET revoked_by = ?, revoked_at = ? WHERE id = ?", (by, text_of(now), grant.id)
        )


def _select(db: Database, condition: str, *parameters: Any) -> tuple[Grant, ...]:
    # All in one row: for each row, a thread releases the GIL, and waits for it again while the event loop is busy.
    (found,) = db.execute(
        f"SELECT json_group_array(json_array({_COLUMNS})) FROM grants WHERE {condition}",  # noqa: S608 - of ours
        parameters,
    ).fetchone()
    return _grants_of(found)


# Every decision reads the grants of all approvers, and equal rows parse to equal grants.
@lru_cache(maxsize=256)
@row_of("grants")
def _grants_of(rows: str) -> tuple[Grant, ...]:
    """By id, from a JSON array with an array of `_COLUMNS` for each row."""
    return tuple(sorted((_grant_of(*row) for row in json.loads(rows)), key=lambda grant: grant.id))


def _grant_of(*columns: Any) -> Grant:
    id_, team, user, group, role, pattern, granted_by, granted_at, expires_at, note = columns
    return Grant(
        id=id_,
        principal=Group(TeamId(team), GroupId(group)) if user is None else actor_of(team, user),
        role=Role(role),
        pattern=pattern,
        granted_by=granted_by,
        granted_at=moment_of(granted_at),
        expires_at=moment_or_none(expires_at),
        note=note,
    )
