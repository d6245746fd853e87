"""The schema: it agrees with the domain's lists, and refuses what a bug might write."""

import re
import sqlite3
from contextlib import closing

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.operations.operation import LIVE, State
from bot.store import operations, unannounced
from bot.store.access import access_changes
from bot.store.connection.database import open_database
from bot.store.operation_rows import row_of_operation
from tests.clock import START
from tests.store.samples import ANA, PROPOSED, becomes, change, confirmed, proposed


def test_opening_twice_changes_nothing(path):
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
    change(db, proposed().id, becomes(state=state))
    assert operations.find(db, proposed().id) == proposed(state=state, version=2)


UNDERWAY = {state for state in State if state is not State.PROPOSED and not state.has_ended}


@pytest.mark.parametrize(("index", "states"), [("operations_live", LIVE), ("operations_underway", UNDERWAY)])
def test_an_index_knows_the_states_that_it_is_for(db, index, states):
    """A live state that it does not know would let two operations onto one pipeline, or be left to itself."""
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()
    assert set(re.findall(r"'(\w+)'", sql)) == {state.value for state in states}


@pytest.mark.parametrize(("user", "group"), [(None, None), ("U0ANA", "S0ONCALL")])
def test_a_grant_is_to_a_person_or_to_a_group(db, user, group):
    """One to nobody would be everybody's or nobody's; one to both, who knows whose."""
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(
            'INSERT INTO grants (user, "group", team, role, pattern, granted_by, granted_at, note)'
            " VALUES (?, ?, 'T1', 'viewer', '*', 'root', '2026-03-01T12:00:00.000000+00:00', '')",
            (user, group),
        )


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
    change(db, proposed().id, confirmed())
    with pytest.raises(sqlite3.IntegrityError, match="never goes back"):
        change(db, proposed().id, becomes(version=1))


def test_no_card_shows_a_version_that_is_not_there_yet(db):
    operations.propose(db, proposed(), PROPOSED)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        unannounced.rendered(db, proposed().id, 2)


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
    with open_database(path) as db:
        operations.propose(db, proposed(), PROPOSED)
        access_changes.administer_from_the_shell(
            db, [GrantRole(ANA, Role.VIEWER, "*")], by="shell:root", now=START
        )
    with closing(sqlite3.connect(path)) as by_hand:
        before = list(by_hand.iterdump())
        with pytest.raises(sqlite3.IntegrityError, match=why):
            by_hand.execute(statement)
        assert list(by_hand.iterdump()) == before
