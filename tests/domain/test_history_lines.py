"""Which entries of the audit log have a line in the history."""

from dataclasses import replace

import pytest

from bot.domain.events import Event, EventKind
from bot.domain.history_lines import has_line, is_of_request
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Approval
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, IN_EVERY_STATE
from tests.operations import changed

CLEARED = IN_EVERY_STATE[State.SUCCEEDED]
CONFIRMATIONS = {EventKind.CONFIRMED, EventKind.REQUESTED, EventKind.BREAK_GLASS_RUN}


def with_a_line(operation, *, of=None, by=None):
    """The kinds of entries of the operation that have one."""
    return {kind for kind in EventKind if has_line(Event(kind, START, by=by), operation, of=of)}


def test_a_request_has_one_line_whatever_became_of_it():
    for state, operation in IN_EVERY_STATE.items():
        if operation.confirmed_at is not None:
            assert with_a_line(operation) == CONFIRMATIONS, state
            assert with_a_line(operation, of=operation.requester) == CONFIRMATIONS, state


def test_a_preview_is_no_request_but_a_denial_is_told():
    assert with_a_line(replace(CLEARED, confirmed_at=None)) == {EventKind.REFUSED}


def test_what_concerns_no_operation_has_a_line_each():
    assert with_a_line(None) == set(EventKind)


@pytest.mark.parametrize(
    ("decided", "first"),
    [
        ({"given": (Approval(BEN, START),), "outcome": Outcome(Ending.STOPPED, by=BEN)}, EventKind.APPROVED),
        ({"given": (Approval(CLEO, START),), "outcome": Outcome(Ending.DENIED, by=BEN)}, EventKind.ENDED),
        ({"given": (), "outcome": Outcome(Ending.CLEARED)}, EventKind.SIGNED_OFF),
    ],
)
def test_a_persons_history_has_what_they_decided_on_once(decided, first):
    """At their first decision; and each time when they were denied."""
    assert CLEARED.requester == ANA
    shown = with_a_line(changed(CLEARED, **decided), of=BEN, by=BEN)
    assert shown - CONFIRMATIONS == {first, EventKind.REFUSED}


def test_a_denial_on_a_request_is_not_the_line_of_the_request():
    confirmed, refused = Event(EventKind.CONFIRMED, START), Event(EventKind.REFUSED, START)
    assert is_of_request(confirmed, CLEARED)
    assert not is_of_request(refused, CLEARED)
    assert not is_of_request(refused, replace(CLEARED, confirmed_at=None))
    assert not is_of_request(Event(EventKind.GRANTED, START), None)
