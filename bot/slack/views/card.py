"""An operation's card, as the channel sees it: a rendering of its row, edited in place. Pure."""

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot.domain.operations.operation import Operation, State
from bot.slack.sentences import plan_text, step_progress
from bot.slack.sentences.labels import DOING, DONE, FROZEN
from bot.slack.sentences.losses import at_stake, permanent_loss
from bot.slack.sentences.outcome_text import explanation
from bot.slack.sentences.state_text import is_held, state_now
from bot.slack.sentences.unusable_channel_text import can_be_invited, why_not
from bot.slack.text import blocks
from bot.slack.text.blocks import REASON_MAX, Message, message
from bot.slack.text.lists import cut, some_of
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
    steps = step_progress.steps(operation)
    return message(
        Text("{}: {}", says, reason) if reason else Text("{}.", says),
        blocks.header(title(operation)),
        blocks.section(cut(facts(operation))),
        blocks.section(Text("\n").join(steps)) if steps else None,
        blocks.context(*_notes(operation)),
        blocks.buttons(*actions) if actions else None,
    )


def title(operation: Operation) -> str:
    return plan_text.title(operation.plan, operation.pipeline)


def facts(operation: Operation) -> list[Text]:
    """What a card says, a line each: its state, what it takes, who and why, who decided, until when.

    Nothing is said twice, and what does not apply is left out. Before the end, what would be lost; after it, what was.
    """
    outcome, found = operation.outcome, [state_now(operation)]
    if outcome is None:
        found.append(at_stake(operation))
    else:
        found.append(explanation(operation, outcome))
    found += [_who_and_why(operation), _decisions(operation)]
    if operation.state is State.AWAITING_APPROVAL and operation.approval.deadline is not None:
        found.append(Text("Expires: {}", at(operation.approval.deadline)))
    if _must_wait_for_freeze(operation) and operation.display.frozen_until is not None:
        found.append(Text("{} Frozen until {}", FROZEN, at(operation.display.frozen_until)))
    return [line for line in found if line]


def close_button(operation: Operation) -> ButtonElement:
    """For a human who has looked: it ends the operation, whatever became of its request."""
    action = plan_text.action_name(operation.plan)
    return blocks.button(
        "Close request",
        CLOSE,
        operation.id,
        confirm=blocks.are_you_sure(
            Text("Close the request to {} {}?", action, operation.pipeline),
            Text(
                "Close it only if you have looked in Feldera and are sure that no {} is under way. "
                "Closing changes nothing in Feldera; a {} can be requested again afterwards.",
                operation.step_name.value,
                action,
            ),
            yes="Close request",
            no="Keep it open",
        ),
    )


def buttons_now(operation: Operation) -> list[ButtonElement]:
    """The buttons that work now, and no others: the card is edited when they stop working."""
    found = []
    match operation.state:
        case State.AWAITING_APPROVAL:
            found = [
                blocks.button(
                    "Approve", APPROVE, operation.id, style="primary", confirm=sure_to_approve(operation)
                ),
                blocks.button("Deny…", DENY, operation.id),
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


def sure_to_approve(operation: Operation) -> ConfirmObject:
    """The dialog of *Approve*, wherever that button is."""
    return blocks.are_you_sure(
        Text("Approve the {} of {}?", plan_text.action_name(operation.plan), operation.pipeline),
        Text("{} {}", permanent_loss(operation), _your_approval(operation)),
        yes="Approve",
        no="Go back",
    )


def _your_approval(operation: Operation) -> Text:
    """What one more approval does."""
    number, needed = len(operation.approval.given) + 1, operation.approval.needed
    if number < needed:
        return Text("Yours is approval {} of {}; nothing is sent before the last one.", number, needed)
    if operation.display.frozen_until is not None:
        return Text("Yours is the last approval: it is sent once the freeze has ended.")
    return Text("Yours is the last approval: it is sent then.")


def _who_and_why(operation: Operation) -> Text:
    asked = Text("Requested by {}", mention(operation.requester.user))
    if operation.incident:
        incident = code(operation.incident, 100)
        asked = Text("Run as break-glass for {} by {}", incident, mention(operation.requester.user))
    return Text("{}: {}", asked, code(operation.reason, REASON_MAX + 2)) if operation.reason else asked


def _decisions(operation: Operation) -> Text:
    """The approvals, with who is asked for more, and the review of a break-glass run."""
    found = []
    if operation.approval.given or (operation.approval.needed and not operation.state.has_ended):
        found.append(_approvals(operation))
    if operation.awaits_review:
        found.append(Text("{} Awaiting review by an approver", DOING))
    if operation.review is not None:
        by, reviewed_at = mention(operation.review.by.user), ago(operation.review.at)
        found.append(Text("{} Reviewed by {} {}", DONE, by, reviewed_at))
    return Text(" · ").join(found)


def _must_wait_for_freeze(operation: Operation) -> bool:
    """Whether a freeze keeps it from being sent, and its state does not say so."""
    if operation.state is State.READY:
        return not (is_held(operation) or operation.has_begun)
    return operation.state is State.AWAITING_APPROVAL


def _asked(operation: Operation) -> Text:
    """For the notification of a request, which shows no fields: the approvals, until when, and who is asked."""
    if operation.state is not State.AWAITING_APPROVAL:
        return NOTHING
    until = (
        NOTHING
        if operation.approval.deadline is None
        else Text(", expires {}", at(operation.approval.deadline))
    )
    groups = NOTHING.join(Text(" {}", mention_any(group)) for group in operation.approval.groups)
    given, needed = len(operation.approval.given), operation.approval.needed
    return Text(" {} of {} approvals{}.{}", given, needed, until, groups)


def _approvals(operation: Operation) -> Text:
    given, groups = operation.approval.given, operation.approval.groups
    said = Text("Approvals: {} of {}", len(given), operation.approval.needed)
    if given:
        by = some_of([Text("{} {}", mention(each.by.user), ago(each.at)) for each in given])
        said = Text("{}, by {}", said, by)
    if groups and operation.state is State.AWAITING_APPROVAL:
        said = Text("{}; asked: {}", said, some_of([mention_any(group) for group in groups], Text(" ")))
    return said


def _notes(operation: Operation) -> list[Text]:
    notes = [Text("Id `{}`", operation.short_id)]
    if operation.last_cleared_at is not None and not operation.state.has_ended:
        notes.append(Text("Last cleared {}", ago(operation.last_cleared_at)))
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
