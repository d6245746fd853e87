"""The shell's way in: `grant`, `revoke` and `grants`, beside a bot that runs on the same file.

It takes no lease. Each call is one short transaction that waits its turn, and counts from the running bot's next
decision on. Whoever may write the file is trusted: there is no permission to check in here.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from bot.domain.access import Grant, Role
from bot.domain.names import Actor, TeamId
from bot.store import grants, workspace
from bot.store.database import open_database


class Administration:
    """Open it with `open()`; a `with` block closes it. Every call may raise `DatabaseUnusable`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open, or create, the database at `path`.

        Raises:
            DatabaseUnusable: with what is wrong with the file or its place.
        """
        return cls(open_database(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def grants(self, principal: Actor | None = None) -> tuple[Grant, ...]:
        """Everybody's grants, or one person's, without the revoked and with the lapsed, oldest first."""
        return grants.unrevoked(self._db, principal)

    def grant(  # noqa: PLR0913 - a grant's fields, by keyword
        self,
        principal: Actor,
        role: Role,
        *,
        pattern: str,
        granted_by: str,
        now: datetime,
        expires_at: datetime | None = None,
        note: str = "",
    ) -> Grant:
        """Grant it, and return it; if one that is in force says exactly the same, that one.

        Raises:
            BadPattern: no pipeline could match `pattern`.
        """
        return grants.add(
            self._db,
            principal,
            role=role,
            pattern=pattern,
            granted_by=granted_by,
            now=now,
            expires_at=expires_at,
            note=note,
        )

    def revoke(self, ids: Iterable[int], *, revoked_by: str, now: datetime) -> tuple[Grant, ...]:
        """Revoke these grants, all or none, and return those that were not revoked already."""
        return grants.revoke(self._db, ids, revoked_by=revoked_by, now=now)

    def team(self) -> TeamId | None:
        """The workspace the bot last ran in; None if it never did on this database."""
        return workspace.team(self._db)

    def remember_team(self, team_id: TeamId) -> None:
        workspace.remember_team(self._db, team_id)
