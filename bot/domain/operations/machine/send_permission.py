"""Whether a request may be sent now: by its age, rights and rules, its card, a freeze, and the cancel window.

This is asked right after the last look, in the transaction that stores the intent to send.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.requests.request import Request
from bot.domain.access.requests.request_objections import Frozen
from bot.domain.access.rules import Freeze
from bot.domain.events import Event, EventKind
from bot.domain.operations import polling
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import Looked, ReadHistory, Transition
from bot.domain.operations.machine.event_proofs import must_read_events
from bot.domain.operations.machine.transitions import (
    ASK_SLACK_AGAIN_AFTER,
    ended,
    is_too_late,
    sent,
    until_placed,
)
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.pipelines.pipeline import Seen


def send_if_permitted(operation: Operation, looked: Looked, now: datetime) -> Transition:
    """End the operation, hold it, or send its request."""
    authority = looked.authority
    if is_too_late(operation, now):
        return ended(operation, State.EXPIRED, Outcome(Ending.TOO_LATE), now)
    request = Request.of(operation)
    outcome, objections = authority.outcome(request), tuple(authority.objections(request))
    if outcome is not None:
        return ended(operation, State.REFUSED, outcome, now, decided_by=authority)
    if operation.display.card is None:
        return until_placed(operation)
    freeze = next((each.freeze for each in objections if isinstance(each, Frozen)), None)
    if freeze is not None:
        return _held(operation, freeze, now)
    operation = replace(operation, held_by_freeze=False)
    if operation.cancellable_until is not None and now < operation.cancellable_until:
        return Transition(replace(operation, due_at=operation.cancellable_until))
    if objections:
        return _unverified(operation, authority, now)
    operation = replace(operation, unverified_since=None)
    if must_read_events(operation, now):
        return ask_for_events(operation, looked, now)
    kind = EventKind.SENT if operation.attempt.postponements == 0 else EventKind.SENT_AGAIN
    after = sent(operation, kind, authority, now)
    # "I keep trying" was posted at the first postponement: only the first repetition is worth an event.
    return after if operation.attempt.postponements <= 1 else replace(after, events=())


def _unverified(operation: Operation, authority: Authorization, now: datetime) -> Transition:
    """Wait until Slack answers what could not be checked; lapse if that takes too long. Posted once."""
    waiting = replace(
        operation, unverified_since=operation.unverified_since or now, due_at=now + ASK_SLACK_AGAIN_AFTER
    )
    if operation.unverified_since is not None:
        return Transition(waiting)
    return Transition(waiting, (Event(EventKind.UNVERIFIED, now, {"message": authority.unread}),))


def _held(operation: Operation, freeze: Freeze, now: datetime) -> Transition:
    """Wait for the freeze to end; lapse if that is too late. A freeze may be removed at any time."""
    held = replace(operation, held_by_freeze=True, due_at=min(freeze.until, now + polling.FOR_A_HUMAN))
    if operation.held_by_freeze:
        return Transition(held)
    said = {"until": freeze.until.isoformat(), "reason": freeze.reason, "pattern": freeze.pattern}
    return Transition(held, (Event(EventKind.HELD, now, said),))


def fingerprint_found(looked: Looked) -> Fingerprint | None:
    return Fingerprint.of(looked.look.pipeline) if isinstance(looked.look, Seen) else None


def ask_for_events(operation: Operation, looked: Looked, now: datetime) -> Transition:
    soon = now + polling.next_look(timedelta(0), looked.spread)
    return Transition(replace(operation, due_at=soon), (), ReadHistory(fingerprint_found(looked)))
