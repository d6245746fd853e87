"""The grants in force, and how they come and go. Nothing here decides who may do what: `access.decide()` does.

A grant that was revoked keeps its row, with who revoked it and when; no one but the shell adds or revokes one.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access import Grant, Role, checked_pattern
from bot.domain.names import Actor
from bot.store.database import writing
from bot.store.records import grant_of, text_of


def unrevoked(db: Database, principal: Actor | None = None) -> tuple[Grant, ...]:
    """Everybody's grants, or one person's, without the revoked and with the lapsed, oldest first."""
    if principal is None:
        rows = db.query("SELECT * FROM grants WHERE revoked_at IS NULL ORDER BY id")
    else:
        rows = db.query(
            "SELECT * FROM grants WHERE revoked_at IS NULL AND team = ? AND user = ? ORDER BY id",
            (principal.team, principal.user),
        )
    return tuple(grant_of(row) for row in rows)


def add(  # noqa: PLR0913 - a grant's fields, by keyword
    db: Database,
    principal: Actor,
    *,
    role: Role,
    pattern: str,
    granted_by: str,
    now: datetime,
    expires_at: datetime | None,
    note: str,
) -> Grant:
    """Grant it. One that is in force and says the same is returned instead: nothing is granted twice.

    Raises:
        BadPattern: no pipeline could match `pattern`.
    """
    checked_pattern(pattern)
    with writing(db):
        for grant in unrevoked(db, principal):
            said = (grant.role, grant.pattern, grant.expires_at, grant.note)
            if grant.is_current(now) and said == (role, pattern, expires_at, note):
                return grant
        cursor = db.execute(
            "INSERT INTO grants (team, user, role, pattern, granted_by, granted_at, expires_at, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                principal.team,
                principal.user,
                role.value,
                pattern,
                granted_by,
                text_of(now),
                None if expires_at is None else text_of(expires_at),
                note,
            ),
        )
        return _grant(db, cursor.lastrowid)


def revoke(db: Database, ids: Iterable[int], *, revoked_by: str, now: datetime) -> tuple[Grant, ...]:
    """Revoke those of `ids` that are not revoked yet, lapsed ones too, and return them; all of them, or none."""
    with writing(db):
        return tuple(
            _grant(db, grant_id)
            for grant_id in ids
            if db.execute(
                "UPDATE grants SET revoked_by = ?, revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                (revoked_by, text_of(now), grant_id),
            ).rowcount
        )


def _grant(db: Database, grant_id: int | None) -> Grant:
    (row,) = db.query("SELECT * FROM grants WHERE id = ?", (grant_id,))
    return grant_of(row)
