"""The machine every operation runs on: `advance(operation, happening, now)` says what becomes of it.

Pure and total: each pair of a state and a happening has an answer, and where a happening means nothing to a state,
the answer is "as it was". Two rules hold whatever happens: nothing is sent except by leaving `ready` (or repeating
from `submitting`) with a decision that allows it, and an operation whose outcome is not known keeps its pipeline.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.domain import evidence
from bot.domain.happenings import (
    Answered,
    CardBegun,
    CardLost,
    CardNotPosted,
    CardPlaced,
    Closed,
    Confirmed,
    Happening,
    HealthRead,
    HistoryRead,
    Looked,
    NoPlace,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations import Ending, Event, EventKind, Operation, Outcome, State
from bot.domain.turns import CONFIRMATION_GOOD_FOR, PROPOSAL_GOOD_FOR, ended, is_too_late, until_placed


def advance(operation: Operation, happening: Happening, now: datetime) -> Transition:
    """What `happening` at `now` makes of `operation`."""
    after = _advance(operation, happening, now)
    if _as_seen(after.operation) == _as_seen(operation):
        return after
    return replace(after, operation=replace(after.operation, version=operation.version + 1))


def _as_seen(operation: Operation) -> tuple[object, ...]:
    """What the card shows: a change of anything here is a new version."""
    return (
        operation.state,
        operation.step,
        operation.sends,
        operation.confirmed_at,
        operation.submitted_at,
        operation.accepted_at,
        operation.ended_at,
        operation.unreachable_since,
        operation.overdue_since,
        operation.outcome,
        operation.displaced,
    )


def _advance(operation: Operation, happening: Happening, now: datetime) -> Transition:
    match happening:
        case Confirmed() | Withdrawn() | Closed():
            return _by_a_person(operation, happening, now)
        case CardBegun() | CardNotPosted() | CardPlaced() | CardLost() | NoPlace():
            return _by_its_card(operation, happening, now)
        case Looked() | Answered() | HistoryRead() | HealthRead():
            return evidence.weigh(operation, happening, now)
        case TimePassed():
            return _by_the_clock(operation, now)
        case _:
            assert_never(happening)


def _by_a_person(
    operation: Operation, happening: Confirmed | Withdrawn | Closed, now: datetime
) -> Transition:
    match operation.state, happening:
        case State.PROPOSED, Confirmed() | Withdrawn() if now > operation.created_at + PROPOSAL_GOOD_FOR:
            lapsed = replace(operation, state=State.EXPIRED, ended_at=now, outcome=Outcome(Ending.TOO_LATE))
            return Transition(lapsed)
        case State.PROPOSED, Confirmed(by, decision) if by == operation.requester and decision.allowed:
            ready = replace(
                operation, state=State.READY, confirmed_at=now, due_at=now + CONFIRMATION_GOOD_FOR
            )
            return Transition(ready, (Event(EventKind.CONFIRMED, now),))
        case State.PROPOSED, Withdrawn(by) if by == operation.requester:
            outcome = Outcome(Ending.WITHDRAWN, by=by)
            return Transition(replace(operation, state=State.WITHDRAWN, ended_at=now, outcome=outcome))
        case State.NEEDS_HUMAN, Closed(by, decision) if decision.allowed:
            return ended(operation, State.CLOSED, Outcome(Ending.CLOSED, by=by), now)
        case _:
            return Transition(operation)


def _by_its_card(
    operation: Operation,
    happening: CardBegun | CardNotPosted | CardPlaced | CardLost | NoPlace,
    now: datetime,
) -> Transition:
    match happening:
        case CardBegun():
            return Transition(replace(operation, card_posts=operation.card_posts + 1))
        case CardNotPosted():
            return Transition(replace(operation, card_posts=max(operation.card_posts - 1, 0)))
        case CardPlaced(card):
            due = now if operation.state is State.READY else operation.due_at
            return Transition(replace(operation, card=card, due_at=due))
        case CardLost(why):
            displaced = operation.displaced if why is None else why
            return Transition(replace(operation, card=None, displaced=displaced, rendered_version=0))
        case NoPlace(why):
            if operation.state is State.READY:
                return ended(operation, State.REFUSED, Outcome(Ending.NO_PLACE, message=why), now)
            return Transition(operation)
        case _:
            assert_never(happening)


def _by_the_clock(operation: Operation, now: datetime) -> Transition:
    if operation.state is State.READY and is_too_late(operation, now):
        return ended(operation, State.EXPIRED, Outcome(Ending.TOO_LATE), now)
    if operation.state is State.READY and operation.card is None:
        return until_placed(operation)
    return Transition(operation)
