"""A bot that has run for years is as quick as on its first day: what has ended is never read through."""

import pytest

from bot.domain.operations import EventKind, State
from bot.store import operations
from bot.store.database import open_database, writing
from bot.store.grants import unrevoked
from bot.store.records import row_of_operation
from tests.store.samples import ANA, CARD, PROPOSED, at, becomes, confirmed, event, proposed

ENDED = 100_000
INSTRUCTIONS = 100  # of SQLite's virtual machine, between two calls of the progress handler
MOST = 5_000  # of them for one question: a hundred thousand rows would take at least as many

QUESTIONS = {
    "operation": lambda db: operations.find(db, "op-live"),
    "live": operations.live,
    "live_on": lambda db: operations.live_on(db, "orders"),
    "unannounced": operations.unannounced,
    "grants": lambda db: unrevoked(db, ANA),
    "change": lambda db: operations.change(db, "op-live", becomes(event(EventKind.SENT, 2))),
    "rendered": lambda db: operations.rendered(db, "op-live", 1),
    "posted": lambda db: operations.posted(db, (ENDED,), "1700000000.000200"),
}


@pytest.fixture(scope="module")
def old_db(tmp_path_factory):
    """`ENDED` operations that Slack was told all about, and a live one of which it was not."""
    with open_database(tmp_path_factory.mktemp("store") / "bot.db") as db:
        ended = row_of_operation(
            proposed(state=State.SUCCEEDED, confirmed_at=at(1), card=CARD, version=4, rendered_version=4)
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
                f"{series} INSERT INTO events (operation, kind, at, data)"  # noqa: S608
                " SELECT 'op-' || n, 'ended', :created_at, '{}' FROM series",
                ended | {"ended": ENDED},
            )
            db.execute("INSERT INTO postings (event, ts) SELECT id, '1700000000.000100' FROM events")
            db.execute(
                f"{series} INSERT INTO grants (team, user, role, pattern, granted_by, granted_at, note)"  # noqa: S608
                " SELECT 'T1', 'U' || n, 'viewer', '*', 'root', :created_at, '' FROM series",
                ended | {"ended": ENDED},
            )
        operations.propose(db, proposed("op-live"), PROPOSED)
        operations.change(db, "op-live", confirmed())
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
    assert [waiting.operation.id for waiting in operations.unannounced(old_db)] == ["op-live"]
