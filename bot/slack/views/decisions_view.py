"""What an approver alone reads: the confirm step of `approve ID`, and what an approval or a denial comes to. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement

from bot.domain.ids import OperationId
from bot.domain.operations.operation import SHORT_ID, Operation, State
from bot.domain.operations.plans import START, StepName
from bot.slack.sentences import plan_text
from bot.slack.sentences.losses import destroyed, lost
from bot.slack.sentences.outcome_text import sentence, took
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.unusable_channel_text import is_direct
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.quantities import exactly, left
from bot.slack.text.spans import NOTHING, Text, at, code, mention
from bot.slack.views.card import sure_to_approve

APPROVE_TYPED = "approve_typed_request"  # action ids; see `card.CLOSE`
LEAVE_WAITING = "leave_request_waiting"


def to_approve(operation: Operation, workspace_url: str, now: datetime) -> Message:
    """The confirm step of `approve ID`: what the request does and takes, and the button of its card."""
    action, name = plan_text.action_name(operation.plan), operation.pipeline
    question = Text("Approve the {} of `{}`?", action, name)
    loss, so_far, expires = _at_stake(operation), _so_far(operation), _expires(operation, now)
    asked = Text(
        "Requested by {}{}.{}",
        mention(operation.requester.user),
        Text(": {}", code(operation.reason, blocks.REASON_MAX)) if operation.reason else NOTHING,
        _see(operation, workspace_url),
    )
    return message(
        Text(" ").join([question, asked, loss, so_far, expires]),
        blocks.section(
            Text("*{}* Nothing is approved until you press *Approve*. Only you see this.", question)
        ),
        blocks.section(Text("\n").join([asked, loss, Text(" ").join([so_far, expires])])),
        blocks.buttons(_approve_button(operation), blocks.button("Never mind", LEAVE_WAITING, operation.id)),
    )


def left_waiting(operation_id: OperationId) -> Message:
    """After *Never mind*."""
    return said(
        "You approved nothing. `{COMMAND} approve {}` shows the request again.",
        operation_id[:SHORT_ID],
    )


def approved(operation: Operation, workspace_url: str) -> Message:
    """What was approved, who requested it, what happens now, and where to follow it."""
    given, needed = len(operation.approval.given), operation.approval.needed
    return said(
        "👍 You approved the {action} of `{name}` requested by {who}: {given} of {needed} {approvals}. {now}{see}",
        action=plan_text.action_name(operation.plan),
        name=operation.pipeline,
        who=mention(operation.requester.user),
        given=given,
        needed=needed,
        approvals="approval" if needed == 1 else "approvals",
        now=_what_now(operation),
        see=_follow(operation, workspace_url),
    )


def denied(operation: Operation, workspace_url: str) -> Message:
    return said(
        "❌ You denied the {action} of `{name}` requested by {who}. Nothing was sent to Feldera; {who} is told why.{see}",
        action=plan_text.action_name(operation.plan),
        name=operation.pipeline,
        who=mention(operation.requester.user),
        see=_see(operation, workspace_url),
    )


def _see(operation: Operation, workspace_url: str) -> Text:
    return Text(" See {}.", link_to(operation, workspace_url)) if _can_open_thread(operation) else NOTHING


def _follow(operation: Operation, workspace_url: str) -> Text:
    """The same for a request that goes on."""
    if not _can_open_thread(operation) or operation.outcome is not None:
        return _see(operation, workspace_url)
    return Text(" Follow it in {}.", link_to(operation, workspace_url))


def _can_open_thread(operation: Operation) -> bool:
    """Whether an approver can: not in the direct messages of somebody else."""
    card = operation.display.card
    return card is None or not is_direct(card.channel)


def _approve_button(operation: Operation) -> ButtonElement:
    return blocks.button(
        "Approve", APPROVE_TYPED, operation.id, style="primary", confirm=sure_to_approve(operation)
    )


def _at_stake(operation: Operation) -> Text:
    plan, previewed = operation.plan, operation.previewed
    if plan == START:
        return Text("It loses nothing.")
    takes = [
        Text("deletes {}", destroyed(previewed)) if StepName.CLEAR in plan else NOTHING,
        Text("loses {}", lost(previewed)) if StepName.STOP in plan else NOTHING,
    ]
    return Text("It {}. This cannot be undone.", Text(" and ").join(takes))


def _so_far(operation: Operation) -> Text:
    given, needed = operation.approval.given, operation.approval.needed
    if not given:
        return Text("Approvals: 0 of {}.", needed)
    by = Text(", ").join(mention(each.by.user) for each in given)
    return Text("Approvals: {} of {}, by {}.", len(given), needed, by)


def _expires(operation: Operation, now: datetime) -> Text:
    deadline = operation.approval.deadline
    return NOTHING if deadline is None else Text("Expires in {}, {}.", left(deadline - now), at(deadline))


def _what_now(operation: Operation) -> Text:
    """What happens to it after this approval."""
    approval, display = operation.approval, operation.display
    until, frozen_until = operation.cancellable_until, display.frozen_until
    if operation.state is State.AWAITING_APPROVAL:
        missing = approval.needed - len(approval.given)
        more = "One more approval is" if missing == 1 else f"{missing} more approvals are"
        if approval.deadline is None or not approval.given:
            return Text("{} needed.", more)
        time_left = left(approval.deadline - approval.given[-1].at)
        return Text("{} needed, or the request expires in {} ({}).", more, time_left, at(approval.deadline))
    if operation.outcome is not None:
        return sentence(operation, operation.outcome, operation.state, seconds=took(operation))
    if frozen_until is not None and (until is None or until < frozen_until):
        return Text("It is held by a freeze, and sent once that has ended ({}).", at(frozen_until))
    if operation.held_by_freeze:
        return Text("It is held by a freeze, and sent once that has ended.")
    if until is not None and operation.ready_at is not None:
        window = exactly(until - operation.ready_at)
        return Text(
            "After {} and one more check it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card.",
            window,
        )
    return Text("After one more check it is sent to Feldera.")
