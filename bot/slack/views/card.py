"""An operation's card, as the channel sees it: a rendering of its row, edited in place. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, ConfirmObject, SectionBlock

from bot.domain.commands import COMMAND
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import CLEAR, StepName
from bot.slack.text import blocks, plan_text, step_progress
from bot.slack.text.blocks import Message, message
from bot.slack.text.labels import (
    DOING,
    DONE,
    NOT_DONE,
    TO_DO,
    Field,
    frozen,
    in_order,
    sign,
    state_words,
    words,
)
from bot.slack.text.mrkdwn import at, code, escaped, mention, mention_any
from bot.slack.text.outcome_text import sentence, took
from bot.slack.text.unreachable_text import can_be_invited, why_not

CLOSE = "close_operation"  # action ids; old messages carry them, so their meaning never changes
APPROVE = "approve_request"
DENY = "deny_request"
WITHDRAW = "withdraw_request"
STOP = "stop_in_time"
SIGN_OFF = "sign_off"


def card(operation: Operation) -> Message:
    """The card of a confirmed operation, as its row is now."""
    state = state_now(operation)
    said = escaped(operation.reason)
    text = f"{title(operation)}: {state}{_asked(operation)} Requested by {mention(operation.requester.user)}"
    actions = buttons_now(operation)
    return message(
        f"{text}: {said}" if said else f"{text}.",
        blocks.header(title(operation)),
        blocks.fields(*told(operation)),
        blocks.reason(operation.reason),
        blocks.section("\n".join(_steps(operation))),
        _outcome(operation),
        blocks.context(*_notes(operation)),
        blocks.buttons(*actions) if actions else None,
    )


def title(operation: Operation) -> str:
    return plan_text.title(operation.plan, operation.pipeline)


def told(operation: Operation) -> list[tuple[str, str]]:
    """The card's first fields: labels and values."""
    return in_order(
        {
            Field.STATE: state_now(operation),
            Field.REQUESTED_BY: mention(operation.requester.user),
            Field.DESTROYS: plan_text.destroyed(operation.previewed)
            if StepName.CLEAR in operation.plan
            else None,
            Field.LOSES: plan_text.lost(operation.previewed) if StepName.STOP in operation.plan else None,
            **_of_a_request(operation),
        }
    )


def close_button(operation: Operation) -> ButtonElement:
    """For a human who has looked: it ends the operation, whatever became of its request."""
    return blocks.button(
        "Close",
        CLOSE,
        operation.id,
        confirm=blocks.are_you_sure(
            f"Close the {plan_text.action_name(operation.plan)} of {operation.pipeline}?",
            f"Only if you looked in Feldera and are sure that no {operation.step_name.value} is under way. "
            "Another one can be asked for then.",
            yes="Close",
            no="Keep open",
        ),
    )


def buttons_now(operation: Operation) -> list[ButtonElement]:
    """The buttons that work now, and no others: the card is edited when they stop working."""
    found = []
    match operation.state:
        case State.AWAITING_APPROVAL:
            found = [
                blocks.button(
                    "Approve", APPROVE, operation.id, style="primary", confirm=_sure_to_approve(operation)
                ),
                blocks.button("Deny", DENY, operation.id),
                blocks.button("Withdraw", WITHDRAW, operation.id),
            ]
        case State.READY if operation.has_begun:
            found = []
        case State.READY if operation.cancellable_until is not None or operation.held_by_freeze:
            found = [blocks.button("Stop", STOP, operation.id, style="danger")]
        case State.NEEDS_HUMAN:
            found = [close_button(operation)]
    if operation.awaits_review:
        found.append(blocks.button("Sign off", SIGN_OFF, operation.id))
    return found


def _sure_to_approve(operation: Operation) -> ConfirmObject:
    return blocks.are_you_sure(
        f"Approve the {plan_text.action_name(operation.plan)} of {operation.pipeline}?",
        f"It {_costs(operation)}, and cannot be cancelled once it is sent.",
        yes="Approve",
        no="Go back",
    )


def _costs(operation: Operation) -> str:
    reviewed, plan = operation.previewed, operation.plan
    told = [f"destroys {plan_text.destroyed(reviewed)}"] if StepName.CLEAR in plan else []
    if StepName.STOP in plan:
        told.append(f"loses {plan_text.lost(reviewed, with_times=False)}")
    return " and ".join(told) or "loses nothing"


def _of_a_request(operation: Operation) -> dict[Field, str]:
    """The fields that only a request for approval, or a break-glass run, has."""
    found = {}
    if operation.last_cleared_at is not None:
        found[Field.LAST_CLEARED] = at(operation.last_cleared_at)
    if operation.approval.needed:
        found[Field.APPROVALS] = _approvals(operation)
    if operation.state is State.AWAITING_APPROVAL and operation.approval.deadline is not None:
        found[Field.UNTIL] = at(operation.approval.deadline)
    if operation.approval.groups:
        found[Field.ASKED] = " ".join(mention_any(group) for group in operation.approval.groups)
    if operation.display.frozen_until is not None:
        found[Field.FROZEN] = frozen(operation.display.frozen_until)
    if operation.incident:
        found[Field.GLASS] = code(operation.incident, 100)
    return found


def _asked(operation: Operation) -> str:
    """For the notification of a request, which shows no fields: the approvals, until when, and who is asked."""
    if operation.state is not State.AWAITING_APPROVAL:
        return ""
    until = "" if operation.approval.deadline is None else f" until {at(operation.approval.deadline)}"
    groups = "".join(f" {mention_any(group)}" for group in operation.approval.groups)
    return f" {len(operation.approval.given)} of {operation.approval.needed} approvals{until}.{groups}"


def _approvals(operation: Operation) -> str:
    count = f"{len(operation.approval.given)} of {operation.approval.needed}"
    by = ", ".join(f"{mention(given.by.user)} {at(given.at)}" for given in operation.approval.given)
    return f"{count}: {by}" if by else count


def state_now(operation: Operation) -> str:
    """Its sign and its state as a sentence."""
    unreachable = operation.outage.unreachable_since
    trouble = "" if unreachable is None else f" I have not been able to ask Feldera since {at(unreachable)}."
    return f"{sign(operation.state)} {_state_in_words(operation)}.{trouble}"


def _state_in_words(operation: Operation) -> str:  # noqa: PLR0911 - a sentence for each state
    match operation.state:
        case State.AWAITING_APPROVAL:
            return words(operation.state)
        case State.READY if operation.held_by_freeze or _will_be_held(operation):
            return "Held by a freeze, not sent"
        case State.READY if operation.cancellable_until is not None:
            return f"To be sent{_on(operation.cancellable_until)}, and can be stopped until then"
        case State.READY if operation.has_begun:
            behind = plan_text.behind(operation).capitalize()
            return f"{behind}{_on(operation.ready_at)}, the {operation.step_name.value} is not sent yet"
        case State.READY if operation.approval.given:
            return f"Approved{_on(operation.ready_at)}, not sent yet"
        case State.READY:
            return f"Confirmed{_on(operation.confirmed_at)}, not sent yet"
        case State.SUBMITTING:
            what = "Sent" if operation.plan == CLEAR else f"{operation.step_name.value.capitalize()} sent"
            return f"{what}{_on(operation.attempt.submitted_at)}, no answer yet"
        case State.WAITING:
            unusual = "" if operation.attempt.overdue_since is None else ", which is unusually long"
            phase = f" ({escaped(operation.attempt.phase, 64)})" if operation.attempt.phase else ""
            doing = plan_text.DOING[operation.step_name].capitalize()
            return f"{doing} since{_on(operation.attempt.accepted_at)}{phase}{unusual}"
        case State.SUCCEEDED | State.UNNECESSARY | State.REFUSED | State.STALE | State.EXPIRED:
            return words(operation.state) if operation.plan == CLEAR else plan_text.state_in_words(operation)
        case _:
            return state_words(operation)


def _will_be_held(operation: Operation) -> bool:
    """Whether a freeze lasts beyond the moment at which it would be sent."""
    frozen_until, stop_until = operation.display.frozen_until, operation.cancellable_until
    return (
        frozen_until is not None
        and operation.attempt.sends == 0
        and (stop_until is None or stop_until < frozen_until)
    )


def _on(moment: datetime | None) -> str:
    return "" if moment is None else f" {at(moment)}"


def _steps(operation: Operation) -> list[str]:
    """What was done, is being done, is still to do, or was not done."""
    ended = operation.state.has_ended
    asked = (
        "Glass broken" if operation.incident else "Asked for" if operation.approval.needed else "Confirmed"
    )
    steps = [f"{DONE} {asked} by {mention(operation.requester.user)}{_when(operation.confirmed_at)}"]
    steps += [
        f"{DONE} Approved by {mention(given.by.user)}{_when(given.at)}" for given in operation.approval.given
    ]
    missing = operation.approval.needed - len(operation.approval.given)
    if missing > 0:
        what = "approval" if missing == 1 else "approvals"
        steps.append(f"{NOT_DONE} {missing} {what} missing" if ended else f"{DOING} {missing} more {what}")
    steps += _of_a_clear(operation) if operation.plan == CLEAR else step_progress.steps(operation)
    if operation.incident:
        signed = operation.review
        steps.append(
            f"{DOING} To be signed off by an approver"
            if signed is None
            else f"{DONE} Signed off by {mention(signed.by.user)}{_when(signed.at)}"
        )
    return steps


def _of_a_clear(operation: Operation) -> list[str]:
    ended, steps = operation.state.has_ended, []
    if operation.attempt.accepted_at is not None and operation.attempt.submitted_at is None:
        steps.append(f"{DONE} No request needed: Feldera was clearing it already")
    elif operation.attempt.submitted_at is not None:
        open_still = operation.state is State.SUBMITTING
        steps.append(f"{DOING if open_still else DONE} Request sent{_when(operation.attempt.submitted_at)}")
    else:
        doing = TO_DO if operation.state is State.AWAITING_APPROVAL else DOING
        steps.append(f"{NOT_DONE} Request not sent" if ended else f"{doing} Request to Feldera")
    if operation.state is State.SUCCEEDED:
        steps.append(f"{DONE} {_told_done(operation)}{_when(operation.ended_at)}")
    elif operation.state is State.UNNECESSARY:
        steps.append(f"{DONE} {_told_done(operation)} already")
    elif operation.state is State.WAITING:
        steps.append(f"{DOING} Storage being cleared{_when(operation.attempt.accepted_at)}")
    elif operation.state is State.NEEDS_HUMAN:
        steps.append(f"{sign(operation.state)} Storage cleared? A human has to look")
    elif operation.state is State.CLOSED:
        steps.append(f"{sign(operation.state)} Storage cleared? A human has looked")
    else:
        steps.append(f"{NOT_DONE} Storage not cleared by this" if ended else f"{TO_DO} Storage cleared")
    return steps


def _told_done(operation: Operation) -> str:
    return plan_text.told_done(
        operation.step_name, None if operation.outcome is None else operation.outcome.ending
    )


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f" · {at(moment)}"


def _outcome(operation: Operation) -> SectionBlock | None:
    if operation.outcome is None:
        return None
    return blocks.section(sentence(operation, operation.outcome, operation.state, seconds=took(operation)))


def _notes(operation: Operation) -> list[str]:
    notes = [f"Id `{operation.short_id}`"]
    if operation.display.displaced is not None:
        note = f"Here because {why_not(operation.origin, operation.display.displaced)}."
        invitable = can_be_invited(operation.origin, operation.display.displaced)
        notes.append(f"{note} Invite me to have it there next time." if invitable else note)
        if operation.state is State.AWAITING_APPROVAL:
            notes.append(
                f"Nobody else sees this card: tell somebody who may approve to type `{COMMAND} approve {operation.short_id}`."
            )
    if operation.display.posts > 1:
        notes.append("Posted again: an older copy of this card, if there is one, is not kept up to date.")
    return notes
