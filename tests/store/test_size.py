"""A bot that has run for years is as quick as on its first day: what has ended is never read through."""

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Action, Membership, Role
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.domain.operations.parts import Review
from bot.store import audit_log, audit_pages, operations, unannounced
from bot.store.access import access_changes, access_snapshot, grants
from bot.store.connection.database import open_database, writing
from bot.store.operation_rows import row_of_operation
from tests.store.samples import (
    ANA,
    BEN,
    CARD,
    EVERYBODY,
    PROPOSED,
    at,
    becomes,
    change,
    confirmed,
    event,
    proposed,
)

ENDED = 100_000
INSTRUCTIONS = 100  # of SQLite's virtual machine, between two calls of the progress handler
MOST = 5_000  # of them for one question: a hundred thousand rows would take at least as many

ANYTHING = {"pipeline": None, "actor": None, "before": None, "limit": 10}
QUESTIONS = {
    "operation": lambda db: operations.find(db, "op-live"),
    "underway": operations.underway,
    "pending": operations.pending,
    "pending_on": lambda db: operations.pending_on(db, "orders"),
    "last_cleared_at": lambda db: operations.last_cleared_at(db, "orders"),
    "an operation by the beginning of its id": lambda db: operations.find_by_beginning(db, "op-li"),
    "live_on": lambda db: operations.live_on(db, "orders"),
    "unannounced": unannounced.UnannouncedReader().unannounced,
    "grants": lambda db: grants.unrevoked(db, ANA),
    "granted_groups": lambda db: grants.groups_that_may(db, frozenset({"orders"}), frozenset(Action)),
    "facts": lambda db: access_snapshot.about(db, EVERYBODY),
    "change": lambda db: change(db, "op-live", becomes(event(EventKind.SENT, 2)), EVERYBODY),
    "note": lambda db: operations.note(db, event(EventKind.REFUSED, 2, by=ANA, pipeline="orders"), None),
    "administer": lambda db: access_changes.administer(
        db,
        GrantRole(ANA, Role.VIEWER, "*"),
        lambda _: event(EventKind.GRANTED),
        membership=Membership(ANA),
        by="T1/U0BEN",
    ),
    "head": audit_log.head,
    "history": lambda db: audit_pages.page(db, **ANYTHING),
    "history of a pipeline": lambda db: audit_pages.page(db, **ANYTHING | {"pipeline": "orders"}),
    "older history of a person": lambda db: audit_pages.page(
        db, **ANYTHING | {"actor": ANA, "before": 50_000}
    ),
    "newer history of a person": lambda db: audit_pages.page(
        db, **ANYTHING | {"actor": ANA, "after": 50_000}
    ),
    "history of an operation": lambda db: audit_pages.page(db, **ANYTHING | {"operation": "op-live"}),
    "rendered": lambda db: unannounced.rendered(db, "op-live", 1),
    "posted": lambda db: unannounced.posted(db, (ENDED,), "1700000000.000200"),
}


@pytest.fixture(scope="module")
def old_db(tmp_path_factory):
    """`ENDED` operations that Slack was told all about, and a live one of which it was not."""
    with open_database(tmp_path_factory.mktemp("store") / "bot.db") as db:
        ended = row_of_operation(
            proposed(
                state=State.SUCCEEDED,
                confirmed_at=at(1),
                ended_at=at(2),
                incident="INC-7",
                review=Review(BEN, at(3)),
                card=CARD,
                version=4,
                rendered_version=4,
            )
        )
        series = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :ended)"
        others = [column for column in ended if column != "id"]
        values = ", ".join(f":{column}" for column in others)
        with writing(db):
            db.execute(
                f"{series} INSERT INTO operations (id, {', '.join(others)})"  # noqa: S608 - names of ours
                f" SELECT 'op-' || n, {values} FROM series",
                ended | {"ended": ENDED},
            )
            db.execute(
                f"{series} INSERT INTO events (operation, pipeline, kind, at, by_team, by_user, data, hash)"  # noqa: S608
                " SELECT 'op-' || n, 'orders', 'ended', :created_at, 'T1', 'U0ANA', '{}', '0' FROM series",
                ended | {"ended": ENDED},
            )
            db.execute("INSERT INTO postings (event, ts) SELECT id, '1700000000.000100' FROM events")
            db.execute(
                f"{series} INSERT INTO grants (team, user, role, pattern, granted_by, granted_at, note)"  # noqa: S608
                " SELECT 'T1', 'U' || n, 'viewer', '*', 'root', :created_at, '' FROM series",
                ended | {"ended": ENDED},
            )
        operations.propose(db, proposed("op-live"), PROPOSED)
        change(db, "op-live", confirmed())
        yield db


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_costs_the_same_after_many_years(old_db, question):
    """Counted in SQLite's own instructions, so that no machine is too slow for this test."""
    calls = []
    old_db.conn.set_progress_handler(lambda: calls.append(None), INSTRUCTIONS)
    QUESTIONS[question](old_db)
    old_db.conn.set_progress_handler(None, INSTRUCTIONS)
    assert len(calls) * INSTRUCTIONS < MOST


def test_what_slack_is_owed_is_still_found(old_db):
    assert [waiting.operation.id for waiting in unannounced.UnannouncedReader().unannounced(old_db)] == [
        "op-live"
    ]
