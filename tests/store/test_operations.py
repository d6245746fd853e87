"""How an operation changes: decided on the row as it is, written whole or not at all, and told to Slack until it took it."""

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import State
from bot.domain.operations.parts import Review
from bot.engine.ports import PipelineBusy
from bot.store import operations
from bot.store.errors import AmbiguousId
from tests.clock import START
from tests.store.samples import (
    BEN,
    PROPOSED,
    at,
    becomes,
    change,
    confirmed,
    event,
    proposed,
    requested,
)

SENT = event(EventKind.SENT, 2)
ACCEPTED = event(EventKind.ACCEPTED, 3)
ENDED = event(EventKind.ENDED, 4)


def propose(db, *names, pipeline="orders"):
    for name in names:
        operations.propose(db, proposed(name, pipeline=pipeline), PROPOSED)


def propose_on(db, *pipelines):
    """An operation on each of these names of one pipeline."""
    previewed = proposed().previewed
    rows = {
        f"op-{number}": proposed(f"op-{number}", pipeline=name, previewed=previewed)
        for number, name in enumerate(pipelines, start=1)
    }
    for row in rows.values():
        operations.propose(db, row, PROPOSED)
    return rows


def kinds(db):
    return [row["kind"] for row in db.query("SELECT kind FROM events ORDER BY id")]


def test_what_was_decided_is_what_is_stored(db):
    propose(db, "op-1")
    transition = change(db, "op-1", confirmed())
    assert transition is not None
    assert transition.operation == proposed(
        state=State.READY, version=2, confirmed_at=at(1), ready_at=at(1), due_at=at(1), created_at=START
    )
    assert operations.find(db, "op-1") == transition.operation
    assert kinds(db) == ["proposed", "confirmed"]


def test_there_is_nothing_to_decide_on_an_unknown_operation(db):
    assert operations.find(db, "op-9") is None
    assert change(db, "op-9", confirmed()) is None
    assert kinds(db) == []


def test_a_decision_that_fails_changes_nothing(db):
    propose(db, "op-1")

    def fails(_operation, _access_data):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(db, "op-1", fails)
    assert operations.find(db, "op-1") == proposed()
    change(db, "op-1", confirmed())
    assert kinds(db) == ["proposed", "confirmed"]


def test_nothing_is_written_when_nothing_changed(db):
    propose(db, "op-1")
    before = db.conn.total_changes
    assert change(db, "op-1", lambda operation, _access_data: Transition(operation)) == Transition(proposed())
    assert db.conn.total_changes == before


def test_a_row_that_moved_on_is_not_overwritten(db):
    """Compare-and-set: what was decided on version 1 is not written over version 2, nor are its events."""
    propose(db, "op-1")

    def meddles(operation, _access_data):
        db.execute("UPDATE operations SET version = 2")
        return becomes(ENDED, state=State.EXPIRED)(operation, ())

    with pytest.raises(RuntimeError, match="operation op-1 is no longer at version 1"):
        change(db, "op-1", meddles)
    assert operations.find(db, "op-1") == proposed()
    assert kinds(db) == ["proposed"]


def test_an_operation_never_becomes_another(db):
    propose(db, "op-1", "op-2")
    with pytest.raises(ValueError, match="operation op-1 cannot become op-2"):
        change(db, "op-1", lambda *_: Transition(proposed("op-2", reason="mine now")))
    assert operations.find(db, "op-2") == proposed("op-2")


ONE_NAME, TWO_NAMES = (
    ("orders", "orders"),
    ("a/orders", "b/orders"),
)  # two on a target that is in the settings twice
by_name_and_by_id = pytest.mark.parametrize("pipelines", [ONE_NAME, TWO_NAMES], ids=["one name", "two names"])


@by_name_and_by_id
@pytest.mark.parametrize("state", [state for state in State if state.is_live])
def test_every_live_state_holds_the_pipeline(db, state, pipelines):
    """Who comes second is told who holds it, and nothing of theirs is written."""
    names = propose_on(db, *pipelines)
    change(db, "op-1", becomes(state=state, confirmed_at=at(1)))
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-2", confirmed())
    holder = operations.find(db, "op-1")
    assert busy.value.holder == holder == operations.live_on(db, pipelines[0])
    assert operations.find(db, "op-2") == names["op-2"]
    assert operations.underway(db) == (holder,)
    assert kinds(db) == ["proposed"] * 2


@by_name_and_by_id
@pytest.mark.parametrize("state", [state for state in State if not state.is_live])
def test_no_other_state_does(db, state, pipelines):
    propose_on(db, *pipelines)
    change(db, "op-1", confirmed())
    change(db, "op-1", becomes(state=state))
    assert operations.live_on(db, pipelines[0]) is None
    change(db, "op-2", confirmed())
    assert operations.live_on(db, pipelines[1]) == operations.find(db, "op-2")


@by_name_and_by_id
def test_a_pipeline_waits_with_one_request(db, pipelines):
    """Who asks second is told who asked first. That one alone may still become the operation that holds it."""
    names = propose_on(db, *pipelines, pipelines[1])
    change(db, "op-1", requested())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-2", requested())
    assert busy.value.holder == operations.find(db, "op-1") == operations.pending_on(db, pipelines[0])
    assert operations.find(db, "op-2") == names["op-2"]
    change(db, "op-3", confirmed())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-1", becomes(state=State.READY))
    assert busy.value.holder == operations.live_on(db, pipelines[1]) == operations.find(db, "op-3")
    change(db, "op-1", becomes(state=State.DENIED))
    change(db, "op-2", requested())
    assert operations.pending_on(db, pipelines[1]) == operations.find(db, "op-2")


def test_what_is_underway_comes_oldest_first(db):
    for name, created in (("op-1", 2), ("op-2", 0), ("op-3", 1)):
        operations.propose(db, proposed(name, pipeline=name, created_at=at(created)), PROPOSED)
        change(db, name, confirmed(5))
    assert [operation.id for operation in operations.underway(db)] == ["op-2", "op-3", "op-1"]
    change(db, "op-1", becomes(state=State.SUCCEEDED))
    change(db, "op-3", becomes(state=State.AWAITING_APPROVAL))
    assert [operation.id for operation in operations.underway(db)] == ["op-2", "op-3"]


def test_pending_is_what_waits_for_people(db):
    """Requests, and broken glasses until they are signed off, whatever became of them; a mere proposal is neither."""
    for name, created in (("op-1", 3), ("op-2", 1), ("op-3", 2), ("op-4", 0)):
        incident = "" if name == "op-1" else "INC-7"
        row = proposed(name, pipeline=name, created_at=at(created), incident=incident)
        operations.propose(db, row, PROPOSED)
    change(db, "op-1", requested(4))
    change(db, "op-2", confirmed(5))
    change(db, "op-3", becomes(state=State.REFUSED, confirmed_at=at(6)))
    assert [operation.id for operation in operations.pending(db)] == ["op-2", "op-3", "op-1"]
    change(db, "op-1", becomes(state=State.READY))
    change(db, "op-2", becomes(review=Review(BEN, at(7))))
    assert [operation.id for operation in operations.pending(db)] == ["op-3"]


def test_the_last_clear_is_the_newest_that_was_done(db):
    propose(db, "op-1", "op-2", "op-3")
    propose(db, "op-4", pipeline="clicks")
    assert operations.last_cleared_at(db, "orders") is None
    change(db, "op-1", becomes(state=State.SUCCEEDED, ended_at=at(10), cleared_at=at(9)))
    change(db, "op-2", becomes(state=State.REFUSED, ended_at=at(5), cleared_at=at(4)))
    change(db, "op-3", becomes(state=State.SUCCEEDED, ended_at=at(12)))
    change(db, "op-4", becomes(state=State.SUCCEEDED, ended_at=at(15), cleared_at=at(15)))
    assert operations.last_cleared_at(db, "orders") == at(9)


def test_an_operation_is_found_by_the_beginning_of_its_id(db):
    """As much of it as tells it from all others; one whose whole id begins others' is still found."""
    propose(db, "ab", "abc", "abd", "b%_", "é")
    found = {
        text: operations.find_by_beginning(db, text) for text in ("ab", "abc", "b", "b%", "é", "c", "", "_")
    }
    assert {text: operation and operation.id for text, operation in found.items()} == {
        "ab": "ab",
        "abc": "abc",
        "b": "b%_",
        "b%": "b%_",
        "é": "é",
        "c": None,
        "": None,
        "_": None,
    }
    with pytest.raises(AmbiguousId, match="The ids of several requests begin with 'a'"):
        operations.find_by_beginning(db, "a")
