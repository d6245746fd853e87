"""A pipeline is held by its id as well as by its name: it may go by two, as on a target that is in the settings twice."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from bot.domain.ids import PipelineId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import State
from bot.domain.pipelines.pipeline import Checkpoints
from bot.engine.ports import PipelineBusy
from bot.store import operations
from bot.store.connection.database import open_database
from bot.store.operation_rows import row_of_operation
from bot.store.schema.migrations import migrations
from tests.clock import START
from tests.store.samples import PROPOSED, at, becomes, change, confirmed, proposed, requested

ONE = {"reviewed": Fingerprint(PipelineId("0198-of-orders"), START, Checkpoints(count=3, size=4096))}
LIVE = [state for state in State if state.is_live]


def propose(db, **names):
    for name, pipeline in names.items():
        operations.propose(db, proposed(name, pipeline=pipeline, **ONE), PROPOSED)


@pytest.mark.parametrize("state", LIVE)
def test_the_second_name_is_told_of_the_first(db, state):
    """In every state that holds a pipeline, and whoever holds it is named."""
    propose(db, first="a/orders", second="b/orders")
    change(db, "first", becomes(state=state, confirmed_at=at(1)))
    with pytest.raises(PipelineBusy) as busy:
        change(db, "second", confirmed())
    assert busy.value.holder == operations.find(db, "first")
    assert operations.find(db, "second").state is State.PROPOSED


def test_a_request_that_waits_is_one_too(db):
    """Two people would otherwise approve the same clear twice, one after the other."""
    propose(db, first="a/orders", second="b/orders")
    change(db, "first", requested())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "second", requested())
    assert busy.value.holder.id == "first"
    change(db, "first", becomes(state=State.DENIED))
    change(db, "second", requested())


def test_it_is_free_once_that_has_ended(db):
    """The same row that held it lets it go."""
    propose(db, first="a/orders", second="b/orders")
    change(db, "first", confirmed())
    change(db, "first", becomes(state=State.SUCCEEDED))
    change(db, "second", confirmed())
    assert operations.find(db, "second").state is State.READY


@pytest.fixture
def carried_on(path):
    """From the schema before: one pipeline was held under two names already, and asked for under two more."""
    with closing(sqlite3.connect(path)) as connection:
        old = Database(connection, execute_plugins=False)
        later = [migration.name for migration in migrations.pending(old)][3:]
        migrations.apply(old, stop_before=later)
        states = (
            State.SUCCEEDED,
            State.WAITING,
            State.READY,
            State.AWAITING_APPROVAL,
            State.AWAITING_APPROVAL,
        )
        for number, state in enumerate(states):
            row = row_of_operation(proposed(f"op-{number}", pipeline=f"{number}/orders", state=state, **ONE))
            then = old.table("operations").columns_dict
            old.table("operations").insert({name: value for name, value in row.items() if name in then})
        connection.commit()
    with open_database(path) as db:
        yield db


def test_two_that_hold_it_already_go_on(carried_on):
    """They are not undone: each moves on by its own name, and no third one begins before the older has ended."""
    for name in ("op-1", "op-2", "op-3", "op-4"):
        change(carried_on, name, becomes(reason="goes on"))
    propose(carried_on, third="c/orders")
    with pytest.raises(PipelineBusy) as busy:
        change(carried_on, "third", confirmed())
    assert busy.value.holder.id == "op-1"
    with pytest.raises(PipelineBusy) as busy:
        change(carried_on, "third", requested())
    assert busy.value.holder.id == "op-3"
    for name in ("op-1", "op-2"):
        change(carried_on, name, becomes(state=State.SUCCEEDED))
    change(carried_on, "third", confirmed())
