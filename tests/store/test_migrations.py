"""The schema: it keeps old rows, agrees with the domain's lists, and refuses what a bug might write."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlite_utils import Database

from bot.domain.access import Grant, Role
from bot.domain.operations import LIVE, EventKind, State
from bot.store import grants, operations
from bot.store.database import open_database
from bot.store.migrations import migrations
from bot.store.records import row_of_operation
from tests.clock import START
from tests.store.samples import ANA, PROPOSED, becomes, confirmed, event, proposed

ROWS_OF_THE_FIRST_SCHEMA = """
INSERT INTO grants (id, team, user, role, pattern, granted_by, granted_at, expires_at, note) VALUES
  (1, 'T1', 'U0ANA', 'operator', 'orders-*', 'root', '2026-03-01T12:00:00.000000+00:00', NULL, 'on call');
INSERT INTO operations (
  id, requester_team, requester_user, origin, pipeline, reviewed_id, reviewed_status_since, reviewed_checkpoints,
  reviewed_bytes, reason, created_at, plan, step, state, version, due_at, confirmed_at, submitted_at, sends, put_off,
  failures, reported, card_channel, card_ts, card_posts, rendered_version
) VALUES (
  'op-old', 'T1', 'U0ANA', 'C1', 'orders', 'p-1', '2026-03-02T03:00:00.000000+00:00', 3,
  4096, 'schema change', '2026-03-02T03:00:00.000000+00:00', '["clear"]', 0, 'submitting', 3,
  '2026-03-02T03:02:00.500000+00:00', '2026-03-02T03:01:00.000000+00:00', '2026-03-02T03:02:00.000000+00:00', 1, 0,
  0, 0, 'C1', '1700000000.000100', 1, 2
);
INSERT INTO events (id, operation, kind, at, data) VALUES
  (1, 'op-old', 'proposed', '2026-03-02T03:00:00.000000+00:00', '{}'),
  (2, 'op-old', 'sent', '2026-03-02T03:02:00.000000+00:00', '{"try": 1}');
INSERT INTO postings (event, ts) VALUES (2, NULL);
"""


def test_a_database_of_the_first_version_is_carried_on(path):
    """An update in the middle of an operation: the row, its owed line and the grants read as they were written."""
    with closing(sqlite3.connect(path)) as connection:
        old = Database(connection, execute_plugins=False)
        later = [migration.name for migration in migrations.pending(old)][1:]
        migrations.apply(old, stop_before=later)
        old.executescript(ROWS_OF_THE_FIRST_SCHEMA)
    with open_database(path) as db:
        (waiting,) = operations.unannounced(db)
        assert waiting.operation == proposed(
            "op-old",
            state=State.SUBMITTING,
            version=3,
            due_at=datetime(2026, 3, 2, 3, 2, 0, 500_000, tzinfo=UTC),
            confirmed_at=datetime(2026, 3, 2, 3, 1, tzinfo=UTC),
            submitted_at=datetime(2026, 3, 2, 3, 2, tzinfo=UTC),
            sends=1,
            card=waiting.operation.card,
            card_posts=1,
            rendered_version=2,
        )
        assert waiting.operation.card is not None
        assert [stored.event for stored in waiting.events] == [event(EventKind.SENT, 2, **{"try": 1})]
        assert grants.unrevoked(db) == (
            Grant(
                1,
                ANA,
                Role.OPERATOR,
                "orders-*",
                "root",
                datetime(2026, 3, 1, 12, tzinfo=UTC),
                None,
                "on call",
            ),
        )


def test_opening_twice_changes_nothing(path):
    """A restart finds the file as it left it."""
    with open_database(path) as db:
        operations.propose(db, proposed(), PROPOSED)
        before = db.schema
    with open_database(path) as db:
        assert db.schema == before
        assert operations.find(db, proposed().id) == proposed()


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_stored(db, state):
    """A state that the domain adds needs a migration, or the bot could not write it."""
    operations.propose(db, proposed(), PROPOSED)
    operations.change(db, proposed().id, becomes(state=state))
    assert operations.find(db, proposed().id) == proposed(state=state, version=2)


def test_the_index_knows_the_states_that_hold_a_pipeline(db):
    """A live state that the index does not know would let two operations onto one pipeline."""
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'operations_live'").fetchone()
    assert set(re.findall(r"'(\w+)'", sql)) == {state.value for state in LIVE}


def test_an_unknown_state_is_refused(db):
    """A misspelt state would be live for nobody and ended for nobody."""
    operations.propose(db, proposed(), PROPOSED)
    with pytest.raises(sqlite3.IntegrityError, match="unknown state"):
        db.execute("UPDATE operations SET state = 'Ready'")
    with pytest.raises(sqlite3.IntegrityError, match="unknown state"):
        db.table("operations").insert(row_of_operation(proposed("op-2")) | {"state": "Ready"})


def test_a_version_never_goes_back(db):
    """An old version could be taken for one that Slack has shown already."""
    operations.propose(db, proposed(), PROPOSED)
    operations.change(db, proposed().id, confirmed())
    with pytest.raises(sqlite3.IntegrityError, match="never goes back"):
        operations.change(db, proposed().id, becomes(version=1))


def test_no_card_shows_a_version_that_is_not_there_yet(db):
    operations.propose(db, proposed(), PROPOSED)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        operations.rendered(db, proposed().id, 2)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE events SET at = at", "append-only"),
        ("DELETE FROM events", "append-only"),
        ("INSERT OR REPLACE INTO events SELECT * FROM events", "append-only"),
        ("DELETE FROM operations", "never deleted"),
        ("DELETE FROM grants", "never deleted"),
    ],
)
def test_history_cannot_be_rewritten(path, statement, why):
    """Not even by hand, with a connection that has none of the bot's settings."""
    with open_database(path) as db:
        operations.propose(db, proposed(), PROPOSED)
        grants.add(
            db, ANA, role=Role.VIEWER, pattern="*", granted_by="root", now=START, expires_at=None, note=""
        )
    with closing(sqlite3.connect(path)) as by_hand:
        before = list(by_hand.iterdump())
        with pytest.raises(sqlite3.IntegrityError, match=why):
            by_hand.execute(statement)
        assert list(by_hand.iterdump()) == before
