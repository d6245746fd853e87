"""A pipeline is held by its id as well as by its name: it may go by two, as on a target that is in the settings twice."""

import pytest

from bot.domain.ids import PipelineId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import State
from bot.domain.pipelines.pipeline import Checkpoints
from bot.engine.ports import PipelineBusy
from bot.store import operations
from bot.store.connection.database import open_database
from tests.clock import START
from tests.store.old_rows import write_before
from tests.store.samples import PROPOSED, at, becomes, change, confirmed, proposed, requested

ONE = {"previewed": Fingerprint(PipelineId("0198-of-orders"), START, Checkpoints(count=3, size=4096))}
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
    states = (State.SUCCEEDED, State.WAITING, State.READY, State.AWAITING_APPROVAL, State.AWAITING_APPROVAL)
    held = enumerate(states)
    write_before(
        path, 3, [proposed(f"op-{n}", pipeline=f"{n}/orders", state=state, **ONE) for n, state in held]
    )
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
