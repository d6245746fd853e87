"""State transitions. Each function returns the operation's next row and the events to record with it.

The constants that limit how long and how often are here, each with its reason.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision
from bot.domain.events import Event, EventKind
from bot.domain.operations import polling
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import Looked, ReadHealth, Send, Transition
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Attempt, Outage, StepDone
from bot.domain.operations.plans import CLEAR, StepName

PROPOSAL_GOOD_FOR = timedelta(minutes=30)  # as long as Slack lets us replace the preview that offered it
CONFIRMATION_GOOD_FOR = timedelta(hours=4)  # covers an outage, not the next shift; restarts with each step
MAX_SENDS = 3  # requests that may have arrived; after so many lost answers a human should check
ASK_SLACK_AGAIN_AFTER = timedelta(seconds=15)  # three groups at this pace: under Slack's 20 calls a minute
RESEND_AFTER = timedelta(seconds=15)  # Feldera waits up to 10 s for a row lock: a request may act that late


def is_too_late(operation: Operation, now: datetime) -> bool:
    """Whether its confirmation or approval is too old to send it now."""
    return operation.ready_at is not None and now >= operation.ready_at + CONFIRMATION_GOOD_FOR


def until_placed(operation: Operation) -> Transition:
    """Nothing to do until its card is posted, which wakes it: only its deadline has to be watched."""
    ready_at = operation.ready_at or operation.created_at
    return Transition(replace(operation, due_at=ready_at + CONFIRMATION_GOOD_FOR))


def sent(operation: Operation, kind: EventKind, authority: Authorization, now: datetime) -> Transition:
    attempt = operation.attempt
    read = attempt.events_read
    submitted = replace(
        attempt,
        proof_from=attempt.proof_from if read is None else read.newest,
        submitted_at=now,
        sends=attempt.sends + 1,
    )
    submitting = replace(
        operation, state=State.SUBMITTING, attempt=submitted, due_at=now + polling.FIRST_LOOK
    )
    approved_by = " ".join(approver.user for approver in authority.approvers)
    data = {**authority.on_record, "approved_by": approved_by, **of_step(operation)}
    return Transition(submitting, (Event(kind, now, data),), Send())


def of_step(operation: Operation) -> dict[str, str | int | None]:
    """Event data about the step; empty if there is only a clear."""
    return {} if operation.plan == CLEAR else {"step": operation.step_name.value}


def underway(operation: Operation, spread: float, now: datetime) -> Transition:
    # Once a human was called, the clear may be theirs as well as ours.
    sends = 0 if operation.called_at else operation.attempt.sends
    found = Event(EventKind.FOUND_CLEARING, now, {"sends": sends, **of_step(operation)})
    return taken_on(operation, found, now + polling.next_look(timedelta(0), spread))


def taken_on(operation: Operation, event: Event, look_at: datetime) -> Transition:
    accepted = replace(
        operation.attempt,
        accepted_at=event.at,
        refusal=None,
        reported_seconds=0,
        phase="",
        overdue_since=None,
    )
    waiting = replace(
        operation,
        state=State.WAITING,
        attempt=accepted,
        outage=Outage(unreachable_since=operation.outage.unreachable_since),
        due_at=look_at,
    )
    return Transition(waiting, (event,))


def still_waiting(operation: Operation, looked: Looked, now: datetime) -> Transition:
    events: tuple[Event, ...] = ()
    milestone = milestone_to_report(operation, now)
    if milestone:
        reported = replace(operation.attempt, reported_seconds=int(milestone.total_seconds()))
        operation = replace(operation, attempt=reported)
        # After an outage the line is late: then report how long it has been, not the milestone that was missed.
        waited = now - (operation.attempt.accepted_at or now)
        spoken = milestone if waited < milestone + polling.SHORTEST else waited
        data = {"seconds": int(spoken.total_seconds()), **of_step(operation)}
        if waited >= polling.OTHERS_CALLED_AFTER:
            called = looked.authority.requirements.ask_groups or (operation.requester.user,)
            data["called"] = " ".join(called)
        events = (Event(EventKind.STILL_CLEARING, now, data),)
    due = next_look_at(operation, looked.spread, now)
    effect = ReadHealth(looked.usual) if is_overdue(operation, looked.usual, now) else None
    return Transition(replace(operation, due_at=due), events, effect)


def next_look_at(operation: Operation, spread: float, now: datetime) -> datetime:
    """When to look again while the request is under way; the next milestone to report is not missed."""
    since = operation.attempt.accepted_at or now
    waited = now - since
    return min(now + polling.next_look(waited, spread), since + polling.next_milestone(waited))


def milestone_to_report(operation: Operation, now: datetime) -> timedelta | None:
    """The milestone of its wait to report now; None if it has been reported, or there is none yet."""
    milestone = polling.milestone_reached(now - (operation.attempt.accepted_at or now))
    return milestone if milestone > timedelta(seconds=operation.attempt.reported_seconds) else None


def is_overdue(operation: Operation, usual: timedelta | None, now: datetime) -> bool:
    """Whether it takes unusually long, and nobody has been notified yet."""
    waited = now - (operation.attempt.accepted_at or now)
    return operation.attempt.overdue_since is None and waited >= polling.unusual_after(
        operation.step_name, usual
    )


def needs_human(operation: Operation, outcome: Outcome, now: datetime) -> Transition:
    called = replace(
        operation,
        state=State.NEEDS_HUMAN,
        outcome=outcome,
        called_at=now,
        outage=replace(operation.outage, failures=0),
        due_at=now + polling.FOR_A_HUMAN,
    )
    data = {"ending": outcome.ending.value, "message": outcome.message, **of_step(operation)}
    return Transition(called, (Event(EventKind.NEEDS_HUMAN, now, data),))


def goal_reached(
    operation: Operation, outcome: Outcome, found: Fingerprint | None, now: datetime, *, needed: bool = True
) -> Transition:
    """The current step is done, or was not `needed`: go on to the next one, bound to the pipeline as it was `found`."""
    cleared_it = needed and operation.step_name is StepName.CLEAR
    reached = replace(operation, cleared_at=now if cleared_it else operation.cleared_at)
    if operation.step + 1 < len(operation.plan):
        return _next_step(reached, outcome, found, now)
    state = State.SUCCEEDED if needed or operation.has_begun else State.UNNECESSARY
    return ended(reached, state, outcome, now)


def _next_step(
    operation: Operation, outcome: Outcome, found: Fingerprint | None, now: datetime
) -> Transition:
    step = StepDone(outcome.ending, now, operation.attempt.submitted_at, outcome.message)
    began = operation.attempt.submitted_at or operation.attempt.accepted_at
    data: dict[str, str | int | None] = {
        **of_step(operation),
        "ending": outcome.ending.value,
        "message": outcome.message,
        "seconds": None if began is None else seconds(began, now),
        "begun": operation.has_begun,
    }
    said = (Event(EventKind.STEP_DONE, now, data),)
    ready = replace(
        operation,
        state=State.READY,
        step=operation.step + 1,
        done=(*operation.done, step),
        found=found or operation.found,
        attempt=Attempt(),
        ready_at=now if step.sent_at else operation.ready_at,  # a step that took no time has used up none
        cancellable_until=None if step.sent_at else operation.cancellable_until,
        outcome=None,
        due_at=now,
    )
    why = None
    if operation.called_at is not None or operation.state is State.NEEDS_HUMAN:
        # A human who was called may be working on it, even days ago: what they no longer expect is left to them.
        why = Ending.LEFT_TO_HUMAN
    elif (
        operation.step_name is StepName.CLEAR
        and found is not None
        and not (found.cleared or found.was_wanted)
    ):
        why = Ending.CHANGED_BEFORE  # somebody has run it since it was cleared, and wants it stopped
    if why is None:
        return Transition(ready, said)
    over = ended(ready, State.STALE, Outcome(why), now)
    return replace(over, events=(*said, *over.events))


def made_ready(operation: Operation, event: Event, stop_window: timedelta) -> Transition:
    """It may be sent, once its card is posted and the cancel window has passed."""
    now = event.at
    ready = replace(
        operation,
        state=State.READY,
        ready_at=now,
        cancellable_until=now + stop_window if stop_window else None,
        approval=replace(operation.approval, remind_at=None),
        due_at=now + (CONFIRMATION_GOOD_FOR if operation.display.card is None else stop_window),
    )
    return Transition(ready, (event,))


def ended(
    operation: Operation,
    state: State,
    outcome: Outcome,
    now: datetime,
    *,
    decided_by: Decision | Authorization | None = None,
) -> Transition:
    row = replace(
        operation,
        state=state,
        outcome=outcome,
        ended_at=now,
        due_at=None,
        outage=Outage(),
    )
    data = {
        "ending": outcome.ending.value,
        **of_step(operation),
        **(decided_by.on_record if decided_by else {}),
    }
    if state is State.DENIED:
        data["reason"] = outcome.message
    return Transition(row, (Event(EventKind.ENDED, now, data, outcome.by),))


def seconds(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else round((now - since).total_seconds())
