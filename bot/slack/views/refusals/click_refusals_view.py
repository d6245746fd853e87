"""Refusals of a click, or of the command that does the same: no such request, too late, or not theirs to do. Pure."""

from collections.abc import Sequence
from typing import Literal, assert_never

from bot.domain.archived_entries import Archived
from bot.domain.operations.operation import SHORT_ID, Operation
from bot.engine.replies import Result
from bot.slack.sentences.labels import asked_at
from bot.slack.sentences.outcome_text import sentence, took
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.plan_text import action_name, command
from bot.slack.sentences.request_text import older_archived
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import cut
from bot.slack.text.spans import NOTHING, Text, ago, mention, shortened

_Refusal = Literal[
    Result.TOO_OLD,
    Result.NOTHING_TO_SIGN_OFF,
    Result.APPROVED_BEFORE,
    Result.OWN_REQUEST,
    Result.OWN_BREAK_GLASS,
]


def refused(result: _Refusal, operation: Operation) -> Message:
    action, name = action_name(operation.plan), operation.pipeline
    match result:
        case Result.TOO_OLD:
            return said(
                "⌛ This preview is more than 30 minutes old, and things may have changed. "
                "Nothing was sent to Feldera. To request it again, type `{}`.",
                command(operation.plan, name),
            )
        case Result.NOTHING_TO_SIGN_OFF:
            return said(
                "The {action} of `{name}` has nothing to review: {why}.",
                action=action,
                name=name,
                why="it has not been sent yet" if operation.incident else "it did not run as break-glass",
            )
        case Result.APPROVED_BEFORE:
            given, needed = len(operation.approval.given), operation.approval.needed
            return said(
                "You already approved the {} of `{}`: {} of {} so far.",
                action,
                name,
                given,
                "1 approval" if needed == 1 else f"{needed} approvals",
            )
        case Result.OWN_REQUEST:
            return said(
                "🚫 You requested the {} of `{}` yourself, so somebody else must approve or deny it.",
                action,
                name,
            )
        case Result.OWN_BREAK_GLASS:
            return said(
                "🚫 You ran the {} of `{}` as break-glass yourself: somebody else must review it.",
                action,
                name,
            )
        case _:
            assert_never(result)


def not_yours(operation: Operation | None) -> Message:
    if operation is None:
        return said("🚫 Only the person who made the request can use this button.")
    return said(
        "🚫 Only {who}, who requested the {action} of `{name}`, can withdraw it. "
        "You may be able to keep it from being sent with *Deny…* or *Cancel request* on its card.",
        who=mention(operation.requester.user),
        action=action_name(operation.plan),
        name=operation.pipeline,
    )


def not_known() -> Message:
    return said(
        "This button is too old to work, so pressing it did nothing. `{COMMAND} pending` lists the requests that wait for approval or review."
    )


def no_such_request(beginning: str, archived: Archived | None) -> Message:
    """The same whether there is none, or one that the reader may not see."""
    return said(
        "❌ You can see no request whose id begins with `{}`. "
        "`{COMMAND} pending` lists the requests that wait for approval or review.{}",
        shortened(beginning, 30),
        NOTHING if archived is None else Text(" {}", older_archived(archived)),
    )


def several_requests(beginning: str, operations: Sequence[Operation]) -> Message:
    """Each with as much of its id as tells it from the others."""
    ids = [operation.id for operation in operations]
    lengths = range(SHORT_ID, max(map(len, ids), default=SHORT_ID))
    length = next((each for each in lengths if len({one[:each] for one in ids}) == len(ids)), None)
    lines = [
        Text(
            "• `{}`: {} of `{}`, requested by {} {}",
            operation.id[:length],
            action_name(operation.plan),
            operation.pipeline,
            mention(operation.requester.user),
            ago(asked_at(operation)),
        )
        for operation in operations
    ]
    heading = Text(
        "❌ {} requests have an id that begins with `{}`. Type more of the id.", len(ids), beginning
    )
    return said("{}", cut([heading, *lines]))


def already_decided(operation: Operation, workspace_url: str, *, signing: bool = False) -> Message:
    """Too late: who was first, and when."""
    where, review, outcome = link_to(operation, workspace_url), operation.review, operation.outcome
    what = Text("The {} of `{}`", action_name(operation.plan), operation.pipeline)
    if signing and review is not None:
        return said(
            "{} was already reviewed by {} {}: see {}.", what, mention(review.by.user), ago(review.at), where
        )
    if operation.confirmed_at is None:
        return said("{} was already dropped: nothing was sent to Feldera.", what)
    approved = NOTHING
    if operation.approval.given and operation.ready_at is not None:
        last = operation.approval.given[-1]
        approved = Text("{} was already approved by {} {}", what, mention(last.by.user), ago(last.at))
    if outcome is not None and operation.ended_at is not None:
        ended = Text("This ended {}", ago(operation.ended_at))
        return said(
            "{over}. {how} See {where}.",
            over=Text("{}, and is over", approved) if approved else ended,
            how=sentence(operation, outcome, operation.state, seconds=took(operation)),
            where=where,
        )
    if approved:
        return said("{}: follow it in {}.", approved, where)
    return said(
        "{what} was already confirmed by {who} {when}: follow it in {where}.",
        what=what,
        when=ago(operation.confirmed_at),
        who=mention(operation.requester.user),
        where=where,
    )
