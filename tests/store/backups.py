"""A database with a backup, and a day of work on either side of it."""

import sqlite3
from contextlib import closing

from bot.domain.access.changes import GrantRole, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.operations.operation import State
from bot.store import audit_log, operations
from bot.store.access import access_changes
from bot.store.backup.backup import back_up
from bot.store.backup.restore import restoration
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.connection.read_only import open_for_reading
from tests.clock import START
from tests.store.samples import ANA, BEN, PROPOSED, at, becomes, change, confirmed, proposed, requested

NOW = at(30)
KEPT = f"bot.db.replaced-{NOW:%Y%m%dT%H%M%SZ}"


def administers(db, *changes, minutes=0):
    access_changes.administer_from_the_shell(db, list(changes), by="shell:root", now=at(minutes))


def with_a_day_of_work(path, backup):
    """Some of it before the backup, the rest after it. Returns the audit log's head at either end."""
    with lease(path, START), open_database(path) as db:
        for name in ("goes-on", "ends", "forgotten"):
            operations.propose(db, proposed(name, pipeline=name), PROPOSED)
        change(db, "goes-on", confirmed())
        change(db, "ends", requested())
        administers(
            db,
            GrantRole(ANA, Role.OPERATOR, "*"),
            GrantRole(BEN, Role.VIEWER, "*", expires_at=at(20)),
            SetFreeze("prod-*", at(600), "audit"),
        )
    back_up(path, backup)
    before = head(backup)
    with lease(path, START), open_database(path) as db:
        change(db, "ends", becomes(state=State.DENIED))
        change(db, "forgotten", confirmed(10))
        administers(
            db,
            RevokeRole(ANA, Role.OPERATOR, "*"),
            GrantRole(BEN, Role.APPROVER, "orders"),
            RemoveFreeze("prod-*"),
            SetFreeze("eu-*", at(700), "migration"),
            SetRule(Rule("orders", approvals=2)),
            minutes=15,
        )
    return before, head(path)


def head(path):
    with open_for_reading(path) as db:
        return audit_log.head(db)


def dump(file):
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def restores(path, backup):
    with restoration(path, backup, NOW) as ready:
        return ready.apply()
