"""How an operation changes: decided on the row as it is, written whole or not at all, and told to Slack until it took it."""

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import State
from bot.domain.operations.parts import Review
from bot.engine.ports import PipelineBusy
from bot.store import operations, unannounced
from bot.store.errors import AmbiguousId
from tests.clock import START
from tests.store.samples import (
    BEN,
    CARD,
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


def kinds(db):
    return [row["kind"] for row in db.query("SELECT kind FROM events ORDER BY id")]


def owed(db):
    return [
        (waiting.operation.id, [stored.event.kind for stored in waiting.events])
        for waiting in unannounced.UnannouncedReader().unannounced(db)
    ]


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
    """A look that learns nothing costs no write."""
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
    """A decision that answers with somebody else's row is a fault, and is written on neither."""
    propose(db, "op-1", "op-2")
    with pytest.raises(ValueError, match="operation op-1 cannot become op-2"):
        change(db, "op-1", lambda *_: Transition(proposed("op-2", reason="mine now")))
    assert operations.find(db, "op-2") == proposed("op-2")


def test_a_pipeline_is_held_by_one_operation(db):
    """Who comes second is told who holds it, and nothing of theirs is written."""
    propose(db, "op-1", "op-2")
    change(db, "op-1", confirmed())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-2", confirmed())
    assert busy.value.holder == operations.find(db, "op-1")
    assert operations.find(db, "op-2") == proposed("op-2")
    assert kinds(db) == ["proposed", "proposed", "confirmed"]


@pytest.mark.parametrize("state", [state for state in State if state.is_live])
def test_every_live_state_holds_the_pipeline(db, state):
    propose(db, "op-1", "op-2")
    change(db, "op-1", becomes(state=state, confirmed_at=at(1)))
    with pytest.raises(PipelineBusy):
        change(db, "op-2", confirmed())
    holder = operations.find(db, "op-1")
    assert operations.live_on(db, "orders") == holder
    assert operations.underway(db) == (holder,)


@pytest.mark.parametrize("state", [state for state in State if not state.is_live])
def test_no_other_state_does(db, state):
    propose(db, "op-1", "op-2")
    change(db, "op-1", becomes(state=state))
    assert operations.live_on(db, "orders") is None
    change(db, "op-2", confirmed())
    assert operations.live_on(db, "orders") == operations.find(db, "op-2")


def test_a_pipeline_waits_with_one_request(db):
    """Who asks second is told who asked first. That one alone may still become the operation that holds it."""
    propose(db, "op-1", "op-2", "op-3")
    change(db, "op-1", requested())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-2", requested())
    assert busy.value.holder == operations.find(db, "op-1") == operations.pending_on(db, "orders")
    assert operations.find(db, "op-2") == proposed("op-2")
    change(db, "op-3", confirmed())
    with pytest.raises(PipelineBusy) as busy:
        change(db, "op-1", becomes(state=State.READY))
    assert busy.value.holder == operations.live_on(db, "orders") == operations.find(db, "op-3")
    change(db, "op-1", becomes(state=State.DENIED))
    change(db, "op-2", requested())
    assert operations.pending_on(db, "orders") == operations.find(db, "op-2")


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
    """By a step of an operation, whatever became of the operation; other steps count for nothing."""
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
    with pytest.raises(AmbiguousId, match="The ids of several operations begin with 'a'"):
        operations.find_by_beginning(db, "a")


def test_what_changed_no_row_is_noted(db):
    """With the operation it is about, or with none; nothing is owed for a refusal."""
    propose(db, "op-1")
    change(db, "op-1", confirmed())
    unannounced.rendered(db, "op-1", 2)
    change(db, "op-1", becomes(card=CARD, version=2))
    operations.note(db, event(EventKind.REFUSED, 2, by=BEN), "op-1")
    operations.note(db, event(EventKind.REFUSED, 3, by=BEN), None)
    with pytest.raises(LookupError, match="no operation op-9"):
        operations.note(db, event(EventKind.REFUSED, 4, by=BEN), "op-9")
    noted = list(db.query("SELECT operation, by_team, by_user FROM events WHERE kind = 'refused'"))
    assert noted == [{"operation": name, "by_team": "T1", "by_user": "U0BEN"} for name in ("op-1", None)]
    assert owed(db) == []


def test_a_proposal_owes_slack_nothing(db):
    """Its preview is the requester's alone, even when it ends: there is no thread to speak in."""
    propose(db, "op-1")
    change(db, "op-1", becomes(ENDED, state=State.WITHDRAWN))
    assert owed(db) == []


def test_slack_is_owed_a_card_until_it_shows_the_row_as_it_is(db):
    """Confirmed: no card yet. Placed and rendered: nothing. Changed: the card again, though it has ended."""
    propose(db, "op-1")
    change(db, "op-1", confirmed())
    assert owed(db) == [("op-1", [])]
    change(db, "op-1", becomes(card=CARD, version=2))
    assert owed(db) == [("op-1", [])]
    unannounced.rendered(db, "op-1", 2)
    assert owed(db) == []
    change(db, "op-1", becomes(state=State.SUCCEEDED))
    assert owed(db) == [("op-1", [])]
    unannounced.rendered(db, "op-1", 3)
    assert owed(db) == []
    change(db, "op-1", becomes(card=None, version=3))
    assert owed(db) == [("op-1", [])]


def test_a_card_that_is_newer_stays_the_newest(db):
    """An older rendering that is reported late does not have the card edited again."""
    propose(db, "op-1")
    change(db, "op-1", becomes(confirmed_at=at(1), card=CARD, version=5))
    unannounced.rendered(db, "op-1", 5)
    unannounced.rendered(db, "op-1", 4)
    assert owed(db) == []


def test_lines_are_owed_until_slack_took_them(db):
    """Only the kinds that are spoken, oldest first; each until it was posted, and no longer."""
    propose(db, "op-1")
    change(db, "op-1", confirmed())
    change(db, "op-1", becomes(SENT, ACCEPTED, card=CARD, version=2))
    unannounced.rendered(db, "op-1", 2)
    change(db, "op-1", becomes(ENDED, state=State.SUCCEEDED, version=2))
    assert owed(db) == [("op-1", [EventKind.SENT, EventKind.ACCEPTED, EventKind.ENDED])]
    (waiting,) = unannounced.UnannouncedReader().unannounced(db)
    sent, accepted, ended = (stored.id for stored in waiting.events)
    unannounced.posted(db, (sent, accepted), "1700000000.000200")
    assert owed(db) == [("op-1", [EventKind.ENDED])]
    unannounced.posted(db, (ended,), "")
    assert owed(db) == []


def test_an_operation_that_no_place_takes_is_given_up_for_good(db):
    """Its card and its lines are owed no more, whatever still happens to it; the others' are."""
    propose(db, "op-1", pipeline="orders")
    propose(db, "op-2", pipeline="clicks")
    for name in ("op-1", "op-2"):
        change(db, name, confirmed())
        change(db, name, becomes(SENT, state=State.WAITING))
    unannounced.abandoned(db, "op-1")
    change(db, "op-1", becomes(ENDED, state=State.SUCCEEDED))
    assert owed(db) == [("op-2", [EventKind.SENT])]
    assert operations.find(db, "op-1").state is State.SUCCEEDED


def test_who_has_waited_longest_comes_first(db):
    """By the oldest line that is owed; where only the card is behind, by when it was confirmed."""
    for name, sent in (("op-1", 9), ("op-2", 6), ("op-3", None), ("op-4", None)):
        propose(db, name, pipeline=name)
        change(db, name, confirmed({"op-3": 7, "op-4": 8}.get(name, 1)))
        change(db, name, becomes(card=CARD))
        unannounced.rendered(db, name, 3 if sent else 2)
        if sent:
            change(db, name, becomes(event(EventKind.SENT, sent), version=3))
    assert [name for name, _ in owed(db)] == ["op-2", "op-3", "op-4", "op-1"]


def test_what_slack_cannot_have_taken_is_refused(db):
    """A line that was never owed, a card of nothing: the caller has mixed something up, and half of it is not kept."""
    propose(db, "op-1")
    change(db, "op-1", confirmed())
    change(db, "op-1", becomes(SENT, card=CARD, rendered_version=3))
    with pytest.raises(LookupError, match="no operation op-9"):
        unannounced.rendered(db, "op-9", 1)
    with pytest.raises(LookupError, match="no operation op-9"):
        unannounced.abandoned(db, "op-9")
    with pytest.raises(LookupError, match="no line is owed for event 1"):
        unannounced.posted(db, (3, 1), "1700000000.000200")
    assert owed(db) == [("op-1", [EventKind.SENT])]
