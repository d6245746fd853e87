"""The state machine of operations: `advance(operation, input_, now)` returns the transition.

Pure and total: each pair of a state and an input has an answer, and where an input means nothing to a state,
the row stays as it was. Two rules always hold: nothing is sent except by leaving `ready` (or repeating
from `submitting`) with a decision that allows it, and an operation whose outcome is not known keeps its pipeline.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.domain.operations.inputs import (
    Answered,
    Approved,
    CardLost,
    CardNotPosted,
    CardPlaced,
    CardPostStarted,
    Closed,
    Confirmed,
    DeniedByApprover,
    DeniedInShell,
    HealthRead,
    HistoryRead,
    Input,
    Looked,
    NoPlace,
    ProgramErrorRead,
    RulesRead,
    SignedOff,
    Stopped,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations.machine import feldera_inputs
from bot.domain.operations.machine.transitions import ended, is_too_late, until_placed
from bot.domain.operations.machine.user_inputs import apply_user_input, by_the_clock_of_approval
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import visible_values

_visible = visible_values(Operation)


def advance(operation: Operation, input_: Input, now: datetime) -> Transition:
    """The transition that `input_` causes in `operation` at `now`."""
    after = _advance(operation, input_, now)
    if _visible(after.operation) == _visible(operation):
        return after
    return replace(after, operation=replace(after.operation, version=operation.version + 1))


def _advance(operation: Operation, input_: Input, now: datetime) -> Transition:
    match input_:
        case (
            Confirmed()
            | Approved()
            | DeniedByApprover()
            | DeniedInShell()
            | Withdrawn()
            | Stopped()
            | SignedOff()
            | Closed()
        ):
            return apply_user_input(operation, input_, now)
        case CardPostStarted() | CardNotPosted() | CardPlaced() | CardLost() | NoPlace():
            return _by_its_card(operation, input_, now)
        case Looked() | Answered() | HistoryRead() | ProgramErrorRead() | HealthRead():
            return feldera_inputs.evaluate(operation, input_, now)
        case RulesRead():
            return _ruled(operation, input_, now)
        case TimePassed():
            return _by_the_clock(operation, now)
        case _:
            assert_never(input_)


def _by_its_card(
    operation: Operation,
    input_: CardPostStarted | CardNotPosted | CardPlaced | CardLost | NoPlace,
    now: datetime,
) -> Transition:
    display = operation.display
    match input_:
        case CardPostStarted():
            return Transition(replace(operation, display=replace(display, posts=display.posts + 1)))
        case CardNotPosted():
            return Transition(replace(operation, display=replace(display, posts=max(display.posts - 1, 0))))
        case CardPlaced(card):
            due = operation.due_at
            if operation.state is State.READY:
                due = max(now, operation.cancellable_until or now)
            return Transition(replace(operation, display=replace(display, card=card), due_at=due))
        case CardLost(why):
            lost = replace(display, card=None, rendered_version=0)
            if display.place is not None and why is not None:  # a rule's channel: the command's is next
                lost = replace(lost, place=None)
            elif why is not None:
                lost = replace(lost, displaced=why)
            return Transition(replace(operation, display=lost))
        case NoPlace(why):
            if operation.state in {State.READY, State.AWAITING_APPROVAL}:
                return ended(operation, State.REFUSED, Outcome(Ending.NO_PLACE, message=why), now)
            return Transition(operation)
        case _:
            assert_never(input_)


def _ruled(operation: Operation, seen: RulesRead, now: datetime) -> Transition:
    """Its card shows the freeze and what rules now require; if a freeze was removed, the request may go on at once."""
    if operation.state is State.PROPOSED or operation.state.has_ended:
        return Transition(operation)
    is_freed = seen.frozen_until is None and operation.state is State.READY and operation.held_by_freeze
    needed = operation.approval.needed
    if (
        operation.state is State.AWAITING_APPROVAL
    ):  # approvals once required stay required, even if rules ask for fewer
        needed = max(needed, seen.approvals)
    return Transition(
        replace(
            operation,
            display=replace(operation.display, frozen_until=seen.frozen_until),
            approval=replace(operation.approval, needed=needed),
            due_at=now if is_freed else operation.due_at,
        )
    )


def _by_the_clock(operation: Operation, now: datetime) -> Transition:
    if operation.state is State.AWAITING_APPROVAL:
        return by_the_clock_of_approval(operation, now)
    if operation.state is State.READY and is_too_late(operation, now):
        return ended(operation, State.EXPIRED, Outcome(Ending.TOO_LATE), now)
    if operation.state is State.READY and operation.display.card is None:
        return until_placed(operation)
    return Transition(operation)
