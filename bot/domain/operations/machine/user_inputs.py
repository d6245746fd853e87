"""Inputs from people: request, approve, deny, withdraw, cancel, review, close. The row decides whether they apply.

An input that comes too late, from the wrong person or for the second time changes nothing: the reply describes
the row as it is.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.access.authorization import id_of
from bot.domain.access.requests.request import Request
from bot.domain.events import Event, EventKind
from bot.domain.operations.inputs import (
    Approved,
    Closed,
    Confirmed,
    DeniedByApprover,
    DeniedInShell,
    SignedOff,
    Stopped,
    Transition,
    Withdrawn,
)
from bot.domain.operations.machine.transitions import PROPOSAL_GOOD_FOR, ended, made_ready
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Approval, ApprovalRequest, Review

TOLD_MAX = 50  # people and groups mentioned for a break-glass; a line has room for so many

UserInput = Confirmed | Approved | DeniedByApprover | DeniedInShell | Withdrawn | Stopped | SignedOff | Closed


def apply_user_input(operation: Operation, user_input: UserInput, now: datetime) -> Transition:
    match user_input:
        case Confirmed():
            return _confirmed(operation, user_input, now)
        case Approved() | DeniedByApprover() | DeniedInShell():
            return _decided(operation, user_input, now)
        case Withdrawn():
            return _withdrawn(operation, user_input, now)
        case Stopped():
            return _stopped(operation, user_input, now)
        case SignedOff():
            return _signed_off(operation, user_input, now)
        case Closed(by, decision):
            if operation.state is State.NEEDS_HUMAN and decision.allowed:
                return ended(operation, State.CLOSED, Outcome(Ending.CLOSED, by=by), now, decided_by=decision)
            return Transition(operation)
        case _:
            assert_never(user_input)


def by_the_clock_of_approval(operation: Operation, now: datetime) -> Transition:
    """The effect of time on a request that waits for approval."""
    if operation.approval.deadline is not None and now >= operation.approval.deadline:
        return ended(operation, State.EXPIRED, Outcome(Ending.NOT_APPROVED), now)
    if operation.approval.remind_at is not None and now >= operation.approval.remind_at:
        reminded = replace(
            operation,
            approval=replace(operation.approval, remind_at=None),
            due_at=operation.approval.deadline,
        )
        return Transition(reminded, (Event(EventKind.REMINDED, now),))
    return Transition(operation)


def _confirmed(operation: Operation, confirmed: Confirmed, now: datetime) -> Transition:
    by, authority = confirmed.by, confirmed.authority
    if operation.state is not State.PROPOSED:
        return Transition(operation)
    if now > operation.created_at + PROPOSAL_GOOD_FOR:
        return _lapsed(operation, now)
    if by != operation.requester:
        return Transition(operation)
    objection = authority.objection(Request.of(operation, typed_name=confirmed.typed_name))
    if objection is not None:
        return Transition(operation, objection=objection)
    requirements, needed = authority.requirements, authority.approvals_needed
    if operation.approval.needed and not needed and not operation.incident:
        return Transition(operation)  # they pressed a button that asks others: it must not act instead
    shown_to_others = needed > 0 or authority.is_break_glass
    place = requirements.ask_channels[0] if shown_to_others and requirements.ask_channels else None
    groups = requirements.ask_groups if shown_to_others else ()
    public = replace(
        operation,
        confirmed_at=now,
        approval=ApprovalRequest(needed, groups=groups),
        display=replace(operation.display, place=place),
    )
    if needed == 0:
        kind = EventKind.BREAK_GLASS_RUN if authority.is_break_glass else EventKind.CONFIRMED
        told = " ".join(id_of(principal) for principal in authority.eligible[:TOLD_MAX])
        data = {"incident": operation.incident, "told": told} if authority.is_break_glass else {}
        # A break-glass runs at once: typing the name again replaced the cancel window.
        stop_window = timedelta(0) if authority.is_break_glass else requirements.stop_window
        return made_ready(public, Event(kind, now, {**data, **authority.on_record}, by), stop_window)
    deadline = now + requirements.approve_within
    remind_at = now + (requirements.remind_after or requirements.approve_within / 2)
    if remind_at >= deadline:  # the rules ask for a reminder that would come too late
        remind_at = now + requirements.approve_within / 2
    asked = replace(
        public,
        state=State.AWAITING_APPROVAL,
        approval=replace(public.approval, deadline=deadline, remind_at=remind_at),
        due_at=remind_at,
    )
    return Transition(
        asked, (Event(EventKind.REQUESTED, now, {"needed": needed, **authority.on_record}, by),)
    )


def _decided(
    operation: Operation, decided: Approved | DeniedByApprover | DeniedInShell, now: datetime
) -> Transition:
    if operation.state is not State.AWAITING_APPROVAL:
        return Transition(operation)
    late = by_the_clock_of_approval(operation, now)
    if late.operation.state is State.EXPIRED:
        return late
    if isinstance(decided, DeniedInShell):
        return _denied_in_shell(operation, decided, now)
    if not decided.decision.allowed or decided.by == operation.requester:
        return Transition(operation)
    if isinstance(decided, DeniedByApprover):
        outcome = Outcome(Ending.DENIED, decided.reason, by=decided.by)
        return ended(operation, State.DENIED, outcome, now, decided_by=decided.decision)
    return _approved(operation, decided, now)


def _denied_in_shell(operation: Operation, denied: DeniedInShell, now: datetime) -> Transition:
    over = ended(operation, State.DENIED, Outcome(Ending.DENIED_IN_SHELL, denied.reason), now)
    (event,) = over.events
    return replace(over, events=(replace(event, data={**event.data, "shell": denied.by}),))


def _approved(operation: Operation, approved: Approved, now: datetime) -> Transition:
    if approved.by in {approval.by for approval in operation.approval.given}:
        return Transition(operation)
    authority = approved.authority
    # Slack may not confirm earlier approvers now, but did when they approved, and is asked before sending.
    still_counting = {*authority.approvers, *authority.unverified_approvers}
    counting: list[Approval] = []
    lost: list[str] = []
    for given in operation.approval.given:
        if given.by in still_counting:
            counting.append(given)
        else:
            lost.append(given.by.user)
    needed = max(operation.approval.needed, authority.approvals_needed)
    approval = replace(operation.approval, given=(*counting, Approval(approved.by, now)), needed=needed)
    after = replace(operation, approval=approval)
    count = len(approval.given)
    data = {"count": count, "needed": needed, **approved.decision.on_record}
    if lost:
        data["lost"] = " ".join(lost)
    event = Event(EventKind.APPROVED, now, data, approved.by)
    if count < needed:
        return Transition(after, (event,))
    outcome = authority.outcome(Request.of(after))
    if outcome is not None:
        over = ended(after, State.REFUSED, outcome, now, decided_by=authority)
        return replace(over, events=(event, *over.events))
    return made_ready(after, event, authority.requirements.stop_window)


def _stopped(operation: Operation, stopped: Stopped, now: datetime) -> Transition:
    in_time = operation.state is State.READY and operation.attempt.sends == 0 and not operation.has_begun
    if not in_time or not stopped.decision.allowed:
        return Transition(operation)
    outcome = Outcome(Ending.STOPPED, by=stopped.by)
    return ended(operation, State.WITHDRAWN, outcome, now, decided_by=stopped.decision)


def _signed_off(operation: Operation, signed: SignedOff, now: datetime) -> Transition:
    may_sign = signed.decision.allowed and signed.by != operation.requester
    if not operation.awaits_review or not may_sign:
        return Transition(operation)
    after = replace(operation, review=Review(signed.by, now))
    return Transition(after, (Event(EventKind.SIGNED_OFF, now, signed.decision.on_record, signed.by),))


def _withdrawn(operation: Operation, withdrawn: Withdrawn, now: datetime) -> Transition:
    if withdrawn.by != operation.requester:
        return Transition(operation)
    if operation.state not in {State.PROPOSED, State.AWAITING_APPROVAL}:
        return Transition(operation)
    if operation.state is State.PROPOSED and now > operation.created_at + PROPOSAL_GOOD_FOR:
        return _lapsed(operation, now)
    return ended(operation, State.WITHDRAWN, Outcome(Ending.WITHDRAWN, by=withdrawn.by), now)


def _lapsed(operation: Operation, now: datetime) -> Transition:
    return ended(operation, State.EXPIRED, Outcome(Ending.TOO_LATE), now)
