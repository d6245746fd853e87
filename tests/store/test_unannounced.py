"""What Slack is still to be told: cards and lines, until it took them."""

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.store import operations, unannounced
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
)

SENT = event(EventKind.SENT, 2)
ACCEPTED = event(EventKind.ACCEPTED, 3)
ENDED = event(EventKind.ENDED, 4)


def propose(db, *names, pipeline="orders"):
    for name in names:
        operations.propose(db, proposed(name, pipeline=pipeline), PROPOSED)


def owed(db):
    return [
        (waiting.operation.id, [stored.event.kind for stored in waiting.events])
        for waiting in unannounced.UnannouncedReader().unannounced(db)
    ]


def test_what_changed_no_row_is_noted(db):
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
