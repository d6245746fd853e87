"""`advance()` over every pair of a state and a happening: what must hold whatever happens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.advance import advance
from bot.domain.happenings import (
    CardLost,
    Closed,
    Happening,
    HealthRead,
    HistoryRead,
    Looked,
    NoPlace,
    Send,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations import EventKind, Operation, State
from bot.domain.pipelines import Problem
from tests.clock import START
from tests.domain.samples import ALLOWED, IN_EVERY_STATE, happenings, kinds

MOMENTS = [START + timedelta(seconds=seconds) for seconds in (0, 1, 15, 200, 1900, 5 * 3600)]


def variants(operation: Operation) -> list[Operation]:
    """The state's row, and the same with a history: unplaced, troubled, repeated, put off, told of."""
    if not operation.state.is_live:
        return [operation]
    troubled = replace(operation, failures=4, unreachable_since=START, version=7)
    rows = [operation, troubled, replace(operation, card=None), replace(operation, put_off=2)]
    if operation.sends:
        rows += [replace(operation, sends=sends) for sends in (2, 3)]
    if operation.state is State.WAITING:
        rows += [
            replace(operation, overdue_since=START, reported=60),
            replace(operation, submitted_at=None, sends=0),
        ]
    return rows


def pairs(
    states: frozenset[State] = frozenset(State),
) -> Iterator[tuple[Operation, Happening, datetime, Transition]]:
    for state in states:
        for operation in variants(IN_EVERY_STATE[state]):
            for happening in happenings():
                for now in MOMENTS:
                    yield operation, happening, now, advance(operation, happening, now)


ENDED = frozenset(state for state in State if state.has_ended)
LIVE = frozenset(state for state in State if state.is_live)


def test_the_pairs_are_all_there():
    """A new state or kind of happening cannot be forgotten here: each is paired with each."""
    assert set(IN_EVERY_STATE) == set(State)
    assert all(operation.state is state for state, operation in IN_EVERY_STATE.items())
    assert {type(happening) for happening in happenings()} == set(Happening.__args__)


def test_what_has_ended_never_changes_again():
    """Only where its card stands is still kept; nothing is said, and nothing is done any more."""
    for before, happening, now, after in pairs(ENDED):
        row = after.operation
        where_it_stands = {
            "card": before.card,
            "card_posts": before.card_posts,
            "displaced": before.displaced,
            "rendered_version": before.rendered_version,
            "version": before.version,
        }
        assert replace(row, **where_it_stands) == before, (before.state, happening, now)
        assert (after.events, after.effect) == ((), None), (before.state, happening, now)


def test_nothing_is_sent_without_permission_and_a_card():
    """`Send` comes only of a look, from `ready` or `submitting`, allowed at that moment, and shown in Slack."""
    sends = [pair for pair in pairs() if isinstance(pair[3].effect, Send)]
    assert sends
    for before, happening, now, after in sends:
        assert before.state in {State.READY, State.SUBMITTING}, happening
        assert happening.decision == ALLOWED, happening
        assert before.card is not None, happening
        assert after.operation.state is State.SUBMITTING
        assert after.operation.sends == before.sends + 1
        assert after.operation.submitted_at == now


def test_the_pipeline_is_held_while_a_request_may_be_on_its_way():
    """From `submitting` on, neither time nor an outage nor Slack ends anything: the outcome is not known."""
    for before, happening, now, after in pairs(LIVE - {State.READY}):
        failed = isinstance(happening, Looked) and isinstance(happening.look, Problem)
        if failed or isinstance(happening, (TimePassed, CardLost, NoPlace, HealthRead, Withdrawn)):
            assert after.operation.state is before.state, (happening, now)


def test_a_call_for_a_human_keeps_the_lock():
    """Only a proof, or somebody who may and who looked, ends an operation whose outcome is not known."""
    for before, happening, now, after in pairs(frozenset({State.NEEDS_HUMAN})):
        if after.operation.state.has_ended:
            assert isinstance(happening, (Looked, HistoryRead, Closed)), (before, now)
            assert after.operation.state in {State.SUCCEEDED, State.STALE, State.CLOSED}
        else:
            assert after.operation.state in {State.NEEDS_HUMAN, State.WAITING}


def test_every_live_operation_is_taken_up_again():
    """A live row without a due time would lie there for ever; one due in the past would be spun on."""
    for before, happening, now, after in pairs(LIVE):
        row = after.operation
        if not row.state.is_live:
            assert row.due_at is None, (before.state, happening)
            continue
        assert row.due_at is not None, (before.state, happening)
        waits_for_its_card = before.state is State.READY and before.card is None
        if isinstance(happening, Looked) or (isinstance(happening, TimePassed) and waits_for_its_card):
            assert after.effect or row.due_at > now, (before.state, happening, now)


def test_every_end_says_so_once():
    """Whatever was confirmed ends with an outcome and one `ended` event; what was not has nothing to tell."""
    for before, happening, _now, after in pairs():
        ends = kinds(after).count(EventKind.ENDED)
        if before.state.has_ended or not after.operation.state.has_ended:
            assert ends == 0, (before.state, happening)
            continue
        assert after.operation.outcome is not None
        assert after.operation.ended_at is not None
        assert ends == (0 if before.state is State.PROPOSED else 1), (before.state, happening)


def test_versions_only_grow():
    """Slack is compared with the row by its version: it moves up by one, or the card need not be edited."""
    for before, happening, _now, after in pairs():
        assert after.operation.version - before.version in {0, 1}, (before.state, happening)
        if after.operation.state is not before.state:
            assert after.operation.version == before.version + 1


@pytest.mark.parametrize("state", State)
def test_what_an_operation_is_about_never_changes(state):
    """Who asked for what, where, why and what was shown to them is settled with the proposal."""
    for before, _happening, _now, after in pairs(frozenset({state})):
        row = after.operation
        assert (row.id, row.requester, row.origin, row.pipeline, row.reviewed, row.reason, row.plan) == (
            before.id,
            before.requester,
            before.origin,
            before.pipeline,
            before.reviewed,
            before.reason,
            before.plan,
        )
