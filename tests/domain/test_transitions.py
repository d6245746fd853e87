"""`advance()` over every pair of a state and a happening: what must hold whatever happens."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path

from bot.domain.events import EventKind
from bot.domain.operations.fingerprints import EventsRead, Fingerprint
from bot.domain.operations.inputs import (
    Approved,
    CardLost,
    CardPlaced,
    Closed,
    Confirmed,
    DeniedByApprover,
    HealthRead,
    HistoryRead,
    Input,
    Looked,
    NoPlace,
    Send,
    SignedOff,
    Stopped,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations.machine.event_proofs import EVENTS_GOOD_FOR
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Approval, Review, StepDone
from bot.domain.operations.plans import PLANS, StepName
from bot.domain.operations.plans import START as A_START
from bot.domain.operations.plans import STOP as A_STOP
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from tests.clock import START
from tests.domain.input_samples import kinds, sample_inputs
from tests.domain.pipeline_samples import STOPPED_AT, cleared, pipeline, running
from tests.domain.samples import BEN, CARRIED, CLEO, IN_EVERY_STATE
from tests.operations import changed

LIFECYCLE = (Path(__file__).parent.parent.parent / "docs" / "lifecycle.md").read_text()
Pair = tuple[Operation, Input, datetime, Transition]
MOMENTS = [START + timedelta(seconds=seconds) for seconds in (0, 1, 15, 200, 1900, 5 * 3600)]


def variants(operation: Operation) -> list[Operation]:
    """The state's row, and the same with a history: unplaced, approved, held, troubled, repeated, told of."""
    broken_glass = replace(operation, incident="INC-123")
    if operation.state is State.AWAITING_APPROVAL:
        half = changed(operation, given=(Approval(BEN, START),))
        reminded = changed(operation, remind_at=None, due_at=operation.approval.deadline)
        return [operation, half, reminded, changed(operation, card=None)]
    if not operation.state.is_live:
        signed = replace(broken_glass, review=Review(CLEO, START))
        return [operation, broken_glass, *([signed] if operation.state is not State.PROPOSED else [])]
    troubled = changed(operation, failures=4, unreachable_since=START, version=7)
    rows = [
        operation,
        troubled,
        changed(operation, card=None),
        changed(operation, postponements=2),
        broken_glass,
    ]
    if operation.state is State.READY:
        stoppable = replace(operation, cancellable_until=START + timedelta(seconds=30))
        rows += [stoppable, replace(operation, held_by_freeze=True), changed(stoppable, card=None)]
    if operation.attempt.sends:
        rows += [changed(operation, sends=sends) for sends in (2, 3)]
    rows += in_plans(operation)
    if operation.state is State.WAITING:
        rows += [
            changed(operation, overdue_since=START, reported_seconds=60),
            changed(operation, submitted_at=None, sends=0),
        ]
    return rows


def in_plans(operation: Operation) -> list[Operation]:
    """The same, of plans that stop what runs, and that start what is stopped or was cleared just now."""
    reviewed = Fingerprint.of(running(since=STOPPED_AT), recorded_at=STOPPED_AT)
    whole = replace(operation, plan=PLANS[3], previewed=reviewed)
    stopped = StepDone(Ending.PIPELINE_STOPPED, START, sent_at=START)
    clears = replace(whole, step=1, done=(stopped,), found=Fingerprint.of(pipeline()))
    was_cleared = StepDone(Ending.CLEARED, START, sent_at=START)
    starts = replace(whole, step=2, done=(stopped, was_cleared), found=Fingerprint.of(cleared()))
    read = changed(whole, events_read=EventsRead(STOPPED_AT, START))
    return [whole, read, clears, starts, replace(whole, plan=A_STOP), replace(operation, plan=A_START)]


def pairs(states: frozenset[State] = frozenset(State)) -> Iterator[Pair]:
    return chain.from_iterable(pairs_of(state) for state in states)


@cache
def pairs_of(state: State) -> tuple[Pair, ...]:
    """Worked out once, since `advance()` is pure and its rows are frozen: a dozen rules read them."""
    return tuple(
        (operation, input_, now, advance(operation, input_, now))
        for operation in variants(IN_EVERY_STATE[state])
        for input_ in sample_inputs()
        for now in MOMENTS
    )


ENDED = frozenset(state for state in State if state.has_ended)
LIVE = frozenset(state for state in State if state.is_live)


def test_the_pairs_are_all_there():
    assert set(IN_EVERY_STATE) == set(State)
    assert all(operation.state is state for state, operation in IN_EVERY_STATE.items())
    assert {type(input_) for input_ in sample_inputs()} == set(Input.__args__)


def test_what_has_ended_never_changes_again():
    """Only where its card stands is still kept, and who signed off a broken glass; nothing else is said or done."""
    for before, input_, now, after in pairs(ENDED):
        row = after.operation
        if kinds(after) == [EventKind.SIGNED_OFF]:
            assert isinstance(input_, SignedOff)
            assert before.incident
            assert row == replace(before, review=row.review, version=before.version + 1)
            continue
        display = replace(before.display, place=row.display.place)
        assert replace(row, display=display, version=before.version) == before, (before.state, input_, now)
        assert (after.events, after.effect) == ((), None), (before.state, input_, now)


def test_nothing_is_sent_without_what_it_takes_and_a_card():
    """`Send` comes only of a look, from `ready` or `submitting`, with all it takes right then, and shown in Slack."""
    sends = [pair for pair in pairs() if isinstance(pair[3].effect, Send)]
    assert {before.state for before, *_ in sends} == {State.READY, State.SUBMITTING}
    for before, input_, now, after in sends:
        carried = replace(input_.authority, freeze=None) if before.has_begun else input_.authority
        assert carried == CARRIED, input_
        assert before.display.card is not None, input_
        assert before.cancellable_until is None or now >= before.cancellable_until, input_
        assert after.operation.state is State.SUBMITTING
        assert after.operation.attempt.sends == before.attempt.sends + 1
        assert after.operation.attempt.submitted_at == now


def test_no_stop_before_a_clear_is_sent_without_events_read_right_before_it():
    sends = [pair for pair in pairs() if isinstance(pair[3].effect, Send)]
    stops = [pair for pair in sends if pair[0].step_name is StepName.STOP and StepName.CLEAR in pair[0].plan]
    assert {before.state for before, *_ in stops} == {State.READY, State.SUBMITTING}
    for before, input_, now, after in stops:
        read = before.attempt.events_read
        assert read is not None, input_
        assert timedelta(0) <= now - read.at < EVENTS_GOOD_FOR
        assert after.operation.attempt.proof_from == read.newest


def test_an_approval_comes_only_of_somebody_who_may_and_is_not_the_requester():
    counted = 0
    for before, input_, now, after in pairs():
        if after.operation.approval.given == before.approval.given:
            continue
        counted += 1
        assert before.state is State.AWAITING_APPROVAL
        assert isinstance(input_, Approved)
        assert input_.decision.allowed
        assert input_.by != before.requester
        assert input_.by not in {approval.by for approval in before.approval.given}
        assert after.operation.approval.given == (*before.approval.given, Approval(input_.by, now))
    assert counted


def test_only_enough_approvals_or_none_needed_make_it_ready():
    ways = set()
    for before, input_, now, after in pairs(frozenset({State.PROPOSED, State.AWAITING_APPROVAL})):
        row = after.operation
        if row.state is not State.READY:
            continue
        ways.add(type(input_))
        assert row.ready_at == now
        if isinstance(input_, Confirmed):
            assert (input_.by, input_.authority) == (before.requester, CARRIED)
        else:
            assert len({approval.by for approval in row.approval.given}) == before.approval.needed
            assert now < before.approval.deadline
    assert ways == {Confirmed, Approved}


def test_only_the_request_itself_is_decided_on():
    for before, input_, now, after in pairs(frozenset(State) - {State.AWAITING_APPROVAL}):
        if isinstance(input_, (Approved, DeniedByApprover)):
            assert (after.operation, after.events) == (before, ()), (input_, now)


def test_a_stop_stops_what_has_not_been_sent():
    """Only from `ready`, with or without a window for it, before the first step, and only by somebody who may."""
    for before, input_, now, after in pairs():
        if not isinstance(input_, Stopped):
            continue
        stops = before.state is State.READY and input_.decision.allowed and not before.has_begun
        assert (kinds(after) == [EventKind.ENDED]) is stops, (before, input_, now)
        assert stops or after.operation == before


def test_the_pipeline_is_held_while_a_request_may_be_on_its_way():
    """From `submitting` on, neither time nor an outage nor Slack ends anything: the outcome is not known."""
    for before, input_, now, after in pairs(LIVE - {State.READY}):
        failed = isinstance(input_, Looked) and isinstance(input_.look, Problem)
        if failed or isinstance(input_, (TimePassed, CardLost, NoPlace, HealthRead, Withdrawn, Stopped)):
            called = kinds(after)[-1:] == [EventKind.NEEDS_HUMAN]
            is_hopeless = failed and input_.look.trouble is ProblemKind.AMBIGUOUS_FELDERA
            held = State.NEEDS_HUMAN if called and is_hopeless else before.state
            assert after.operation.state is held, (input_, now)


def test_a_call_for_a_human_keeps_the_lock():
    for before, input_, now, after in pairs(frozenset({State.NEEDS_HUMAN})):
        if after.operation.state.has_ended:
            assert isinstance(input_, (Looked, HistoryRead, Closed)), (before, now)
            proved = {State.SUCCEEDED, State.STALE, State.CLOSED, State.REFUSED}
            assert after.operation.state in proved
        else:
            assert after.operation.state in {State.NEEDS_HUMAN, State.WAITING}


def test_every_live_operation_is_taken_up_again():
    """A live row without a due time would lie there for ever; one due in the past would be spun on."""
    for before, input_, now, after in pairs(LIVE | {State.AWAITING_APPROVAL}):
        row = after.operation
        if row.state.has_ended:
            assert row.due_at is None, (before.state, input_)
            continue
        assert row.due_at is not None, (before.state, input_)
        if row.state is State.READY and row.display.card is not None and isinstance(input_, CardPlaced):
            assert row.due_at == max(now, row.cancellable_until or now), "the card wakes it"
        waits_for_its_card = before.state is State.READY and before.display.card is None
        if row.state is State.AWAITING_APPROVAL:
            assert row.due_at in {row.approval.remind_at, row.approval.deadline}, (before, input_)
            assert not isinstance(input_, TimePassed) or row.due_at > now, (before, now)
        elif isinstance(input_, Looked) or (isinstance(input_, TimePassed) and waits_for_its_card):
            goes_on = row.step > before.step  # the next step is ready at once
            assert after.effect or goes_on or row.due_at > now, (before.state, input_, now)


def test_every_end_says_so_once():
    for before, input_, _now, after in pairs():
        ends = kinds(after).count(EventKind.ENDED)
        if before.state.has_ended or not after.operation.state.has_ended:
            assert ends == 0, (before.state, input_)
            continue
        assert after.operation.outcome is not None
        assert after.operation.ended_at is not None
        assert ends == 1, (before.state, input_)


def test_versions_only_grow():
    """Slack is compared with the row by its version: it moves up by one, or the card need not be edited."""
    for before, input_, _now, after in pairs():
        assert after.operation.version - before.version in {0, 1}, (before.state, input_)
        if after.operation.state is not before.state:
            assert after.operation.version == before.version + 1


def test_what_an_operation_is_about_never_changes():
    about = attrgetter("id", "requester", "origin", "pipeline", "previewed", "reason", "plan")
    for before, _input, _now, after in pairs():
        assert about(after.operation) == about(before)


def test_a_step_follows_the_one_before_it():
    for before, input_, now, after in pairs(LIVE):
        row = after.operation
        assert row.step - before.step in {0, 1}, (before, input_)
        assert row.done[: len(before.done)] == before.done
        assert len(row.done) - len(before.done) == row.step - before.step, (before, input_, now)
        if row.step > before.step:
            assert kinds(after).count(EventKind.STEP_DONE) == 1
            assert row.state in {State.READY, State.STALE}, "nothing is sent without another look"


def test_the_diagram_shows_every_way_there_is():
    ways = {
        (before.state.value, after.operation.state.value)
        for before, _input, _now, after in pairs()
        if after.operation.state is not before.state or after.operation.attempt.sends > before.attempt.sends
    }
    diagram = LIFECYCLE.partition("stateDiagram-v2")[2].partition("```")[0]
    assert set(re.findall(r"(\w+) --> (\w+)", diagram)) == ways
