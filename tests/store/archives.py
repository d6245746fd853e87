"""A database with work of two years, and what an archive of it must hold."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from bot.domain.access.changes import GrantRole, RevokeRole
from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.store import audit_verification, operations
from bot.store.access import access_changes
from bot.store.archive.archiving import Order, archive
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.connection.read_only import open_for_reading
from tests.clock import START
from tests.store.samples import ANA, BEN, PROPOSED, at, becomes, change, event, proposed, requested

DAY = 24 * 60  # minutes
NOW = START + timedelta(days=700)
ORDER = Order(NOW - timedelta(days=400), NOW, "shell:root")
OLD, YOUNG = 10, 650  # days after the start: before and after what the order archives


def with_old_work(path, *names, day=OLD):
    """Each of these operations was requested on that day, and ended: three entries each."""
    with lease(path, START), open_database(path) as db:
        for name in names:
            does_and_ends(db, name, day=day)


def does_and_ends(db, name, *, day=OLD):
    minutes = day * DAY
    operations.propose(db, proposed(name, pipeline=name), event(EventKind.PROPOSED, minutes))
    change(db, name, requested(minutes))
    ends = event(EventKind.ENDED, minutes + 5, ending="denied")
    change(db, name, becomes(ends, state=State.DENIED, card=None))
    operations_are_shown(db)


def operations_are_shown(db):
    """Slack has every line and card."""
    with db.atomic():
        db.execute("UPDATE postings SET ts = '1.1'")
        db.execute("UPDATE operations SET card_ts = '1.0', rendered_version = version")


def begins(db, name, *, day=OLD, **fields):
    """It was requested on that day, and waits for approval, or is what the fields say."""
    operations.propose(db, proposed(name, pipeline=name), event(EventKind.PROPOSED, day * DAY))
    change(db, name, requested(day * DAY, **fields))
    operations_are_shown(db)


def grants(db, *changes, day=OLD):
    access_changes.administer_from_the_shell(db, list(changes), by="shell:root", now=at(day * DAY))


def two_years(path):
    """Old work, old grants, and some of either since: 4 operations, 14 entries, of which the first 8 are old."""
    with_old_work(path, "a", "b")
    with open_database(path) as db:
        grants(db, GrantRole(ANA, Role.OPERATOR, "*"), GrantRole(BEN, Role.VIEWER, "*"))
    with_old_work(path, "c", day=YOUNG)
    with open_database(path) as db:
        grants(db, RevokeRole(BEN, Role.VIEWER, "*"), day=YOUNG)
        operations.propose(db, proposed("d", pipeline="d"), PROPOSED)
        grants(db, GrantRole(BEN, Role.APPROVER, "orders"), day=YOUNG)


def archives(path, file, order=ORDER):
    return archive(path, file, order)


def verified(file, *heads, **how):
    with open_for_reading(file) as db:
        return audit_verification.verify(db, heads, **how)


def ids(file, table="events"):
    column = "event" if table == "postings" else "id"
    with closing(sqlite3.connect(file)) as db:
        return [row[0] for row in db.execute(f"SELECT {column} FROM {table} ORDER BY rowid")]  # noqa: S608


def rows(file, table, where="TRUE"):
    with closing(sqlite3.connect(file)) as db:
        return db.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY rowid").fetchall()  # noqa: S608


def by_hand(file, *statements):
    """The file in the hands of somebody who has done away with the triggers."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)


def head_at(path, entry):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT id, hash FROM events WHERE id = ?", (entry,)).fetchone()
