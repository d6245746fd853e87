"""An operation's card, as the channel sees it: a rendering of its row, edited in place. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, ConfirmObject, SectionBlock

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import StepName
from bot.slack.sentences import plan_text, step_progress
from bot.slack.sentences.labels import (
    DOING,
    DONE,
    NOT_DONE,
    Field,
    frozen,
    in_order,
)
from bot.slack.sentences.losses import destroyed, lost
from bot.slack.sentences.outcome_text import sentence, took
from bot.slack.sentences.state_text import state_now
from bot.slack.sentences.unusable_channel_text import can_be_invited, why_not
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
from bot.slack.text.spans import NOTHING, Text, ago, at, code, mention, mention_any

CLOSE = "close_operation"  # action ids; old messages carry them, so their meaning never changes
APPROVE = "approve_request"
DENY = "deny_request"
WITHDRAW = "withdraw_request"
CANCEL = "stop_in_time"
SIGN_OFF = "sign_off"


def card(operation: Operation) -> Message:
    """The card of a confirmed operation, as its row is now."""
    who, asked = mention(operation.requester.user), _asked(operation)
    says = Text("{}: {}{} Requested by {}", title(operation), state_now(operation), asked, who)
    reason, actions = Text("{}", operation.reason), buttons_now(operation)
    return message(
        Text("{}: {}", says, reason) if reason else Text("{}.", says),
        blocks.header(title(operation)),
        blocks.fields(*told(operation)),
        blocks.reason(operation.reason),
        blocks.section(Text("\n").join(_steps(operation))),
        _outcome(operation),
        blocks.context(*_notes(operation)),
        blocks.buttons(*actions) if actions else None,
    )


def title(operation: Operation) -> str:
    return plan_text.title(operation.plan, operation.pipeline)


def told(operation: Operation) -> list[tuple[str, Text | str]]:
    """The card's first fields: labels and values."""
    return in_order(
        {
            Field.STATE: state_now(operation),
            Field.REQUESTED_BY: mention(operation.requester.user),
            Field.DESTROYS: destroyed(operation.previewed) if StepName.CLEAR in operation.plan else None,
            Field.LOSES: lost(operation.previewed) if StepName.STOP in operation.plan else None,
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
            Text("Close the {} of {}?", plan_text.action_name(operation.plan), operation.pipeline),
            Text(
                "Only if you looked in Feldera and are sure that no {} is under way. "
                "It can be requested again then.",
                operation.step_name.value,
            ),
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
            found = [_cancel_button(operation)]
        case State.NEEDS_HUMAN:
            found = [close_button(operation)]
    if operation.awaits_review:
        found.append(blocks.button("Mark as reviewed", SIGN_OFF, operation.id))
    return found


def _cancel_button(operation: Operation) -> ButtonElement:
    action = plan_text.action_name(operation.plan)
    return blocks.button(
        "Cancel request",
        CANCEL,
        operation.id,
        style="danger",
        confirm=blocks.are_you_sure(
            Text("Cancel the {} of {}?", action, operation.pipeline),
            Text("It has not been sent, and will not be. It can be requested again."),
            yes="Cancel request",
            no="Keep it",
        ),
    )


def _sure_to_approve(operation: Operation) -> ConfirmObject:
    return blocks.are_you_sure(
        Text("Approve the {} of {}?", plan_text.action_name(operation.plan), operation.pipeline),
        Text("It {}, and cannot be cancelled once it is sent.", _costs(operation)),
        yes="Approve",
        no="Go back",
    )


def _costs(operation: Operation) -> Text:
    reviewed, plan = operation.previewed, operation.plan
    told = [Text("destroys {}", destroyed(reviewed))] if StepName.CLEAR in plan else []
    if StepName.STOP in plan:
        told.append(Text("loses {}", lost(reviewed, with_times=False)))
    return Text(" and ").join(told) or Text("loses nothing")


def _of_a_request(operation: Operation) -> dict[Field, Text]:
    """The fields that only a request for approval, or a break-glass run, has."""
    found = {}
    if operation.last_cleared_at is not None:
        found[Field.LAST_CLEARED] = ago(operation.last_cleared_at)
    if operation.approval.needed:
        found[Field.APPROVALS] = _approvals(operation)
    if operation.state is State.AWAITING_APPROVAL and operation.approval.deadline is not None:
        found[Field.UNTIL] = at(operation.approval.deadline)
    if operation.approval.groups:
        found[Field.ASKED] = Text(" ").join(mention_any(group) for group in operation.approval.groups)
    if operation.display.frozen_until is not None:
        found[Field.FROZEN] = frozen(operation.display.frozen_until)
    if operation.incident:
        found[Field.GLASS] = code(operation.incident, 100)
    return found


def _asked(operation: Operation) -> Text:
    """For the notification of a request, which shows no fields: the approvals, until when, and who is asked."""
    if operation.state is not State.AWAITING_APPROVAL:
        return NOTHING
    until = (
        NOTHING if operation.approval.deadline is None else Text(" until {}", at(operation.approval.deadline))
    )
    groups = NOTHING.join(Text(" {}", mention_any(group)) for group in operation.approval.groups)
    given, needed = len(operation.approval.given), operation.approval.needed
    return Text(" {} of {} approvals{}.{}", given, needed, until, groups)


def _approvals(operation: Operation) -> Text:
    count = Text("{} of {}", len(operation.approval.given), operation.approval.needed)
    by = Text(", ").join(
        Text("{} {}", mention(given.by.user), ago(given.at)) for given in operation.approval.given
    )
    return Text("{}: {}", count, by) if by else count


def _steps(operation: Operation) -> list[Text]:
    """What was done, is being done, is still to do, or was not done."""
    ended = operation.state.has_ended
    asked = (
        "Run as break-glass"
        if operation.incident
        else "Requested"
        if operation.approval.needed
        else "Confirmed"
    )
    who = mention(operation.requester.user)
    steps = [Text("{} {} by {}{}", DONE, asked, who, _when(operation.confirmed_at))]
    steps += [
        Text("{} Approved by {}{}", DONE, mention(given.by.user), _when(given.at))
        for given in operation.approval.given
    ]
    missing = operation.approval.needed - len(operation.approval.given)
    if missing > 0:
        what = "approval" if missing == 1 else "approvals"
        lacks = Text("{} {} {} missing", NOT_DONE, missing, what)
        steps.append(lacks if ended else Text("{} {} more {}", DOING, missing, what))
    steps += step_progress.steps(operation)
    if operation.incident:
        signed = operation.review
        steps.append(
            Text("{} Awaiting review by an approver", DOING)
            if signed is None
            else Text("{} Reviewed by {}{}", DONE, mention(signed.by.user), _when(signed.at))
        )
    return steps


def _when(moment: datetime | None) -> Text:
    return NOTHING if moment is None else Text(" · {}", ago(moment))


def _outcome(operation: Operation) -> SectionBlock | None:
    if operation.outcome is None:
        return None
    return blocks.section(sentence(operation, operation.outcome, operation.state, seconds=took(operation)))


def _notes(operation: Operation) -> list[Text]:
    notes = [Text("Id `{}`", operation.short_id)]
    if operation.display.displaced is not None:
        note = Text("Here because {}.", why_not(operation.origin, operation.display.displaced))
        invitable = can_be_invited(operation.origin, operation.display.displaced)
        notes.append(Text("{} Invite me to have it there next time.", note) if invitable else note)
        if operation.state is State.AWAITING_APPROVAL:
            notes.append(
                Text(
                    "Nobody else sees this card: tell somebody who may approve to type `{COMMAND} approve {}`.",
                    operation.short_id,
                )
            )
    if operation.display.posts > 1:
        notes.append(
            Text("Posted again: an older copy of this card, if there is one, is not kept up to date.")
        )
    return notes
