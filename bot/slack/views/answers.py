"""Replies to a command or click, visible to one person: each reply of the engine as a message. Pure."""

from typing import assert_never

from bot.domain.access.requests.request_objections import RuleObjection
from bot.domain.errors import Misunderstood
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import StepName
from bot.engine import replies
from bot.engine.ports import DatabaseLost, StoreUnavailable
from bot.engine.replies import Reply, Result
from bot.slack.sentences import plan_text
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.unusable_channel_text import can_be_invited, why_not
from bot.slack.text.blocks import Message, said
from bot.slack.text.mrkdwn import TEXT_MAX
from bot.slack.text.spans import Text, channel, code, mention, shortened
from bot.slack.views import confirmations_view, decisions_view, help_view, previews_view
from bot.slack.views.access import access_answers, access_changes_view, access_request_view, can_i_view
from bot.slack.views.look import diagnosis_view, history_view, pipeline_pages_view, status_view
from bot.slack.views.refusals import click_refusals_view, objections_view, pipeline_state_view, refusals_view


def misunderstood(error: Misunderstood) -> Message:
    return said("🤔 {}", shortened(error.message, TEXT_MAX - 10))


def looking(name: PipelineName) -> Message:
    """While a look takes longer than an ack can wait: it must be true whatever follows, even nothing."""
    return said(
        "🔎 Looking at `{}`… This is taking longer than usual. If no answer follows within a few minutes, "
        "type the command again: looking changes nothing.",
        name,
    )


def looking_around() -> Message:
    """The same for a list of the pipelines."""
    return said(
        "🔎 Looking at the pipelines… This is taking longer than usual. If no answer follows within a few minutes, "
        "type the command again: looking changes nothing."
    )


def checking() -> Message:
    """The same for the checks of `doctor`."""
    return said(
        "🩺 Checking… This takes some seconds. If no answer follows within a minute, type the command again: "
        "checking changes nothing."
    )


def trouble() -> Message:
    """For a failure of ours: the person still gets a reply, which says what is certain."""
    return said(
        "💥 I failed before I could answer; the error is in my log. "
        "Type `{COMMAND} status NAME` to see the request and its state; if it is not there, nothing was sent to Feldera."
    )


def org_wide() -> Message:
    """For an app that is installed in a whole Enterprise Grid: the sender may be from any workspace."""
    return said(
        "🏢 This app is installed for a whole organization, and I serve one workspace alone: I do nothing for anybody. "
        "Ask the person who runs me to install it in that workspace only."
    )


def unreadable() -> Message:
    """For a malformed payload."""
    return said(
        "❌ I cannot read what Slack delivered, so nothing was changed. Try again. "
        "If it happens again, tell the person who runs this bot: its log has `delivery_not_readable`."
    )


def crowded_out() -> Message:
    """For more commands and clicks at once than can be answered in time."""
    return said(
        "⏳ Too many commands and clicks arrive at once, so nothing was changed. Try again in a minute."
    )


def failed(error: BaseException) -> Message:
    """For what could not be done, by no fault of the person."""
    match error:
        case DatabaseLost():
            return said(
                "🛑 I can do nothing any more: {} "
                "The person who runs me has to look at my database and start me again.",
                error.message,
            )
        case StoreUnavailable():
            return said("⚠️ I could not do that: {} Nothing was changed.", error.message)
        case _:
            return trouble()


def takes_longer() -> Message:
    """In place of a reply that is not ready in time; it follows, if this process lives."""
    return said(
        "⏳ This is taking longer than usual. I will tell you the result. "
        "If no result follows within a few minutes, do it again."
    )


def answer(reply: Reply, workspace_url: str) -> Message:  # noqa: C901, PLR0911, PLR0912 - one case a reply
    """The reply as a message. `workspace_url` (`https://….slack.com/`) begins links to cards."""
    if isinstance(reply, RuleObjection):
        return objections_view.objection(reply)
    match reply:
        case replies.PermissionDenied():
            return refusals_view.denied(reply)
        case replies.NotFound():
            return refusals_view.not_found(reply)
        case replies.FelderaUnavailable(name, problem):
            return refusals_view.no_answer(name, problem)
        case replies.Preview():
            return previews_view.preview(reply)
        case replies.NotStopped():
            return pipeline_state_view.not_stopped(reply)
        case replies.Blocked():
            return pipeline_state_view.blocked(reply)
        case replies.NotCompiled():
            return pipeline_state_view.not_compiled(reply)
        case replies.Busy(holder, may_close):
            return refusals_view.busy(holder, workspace_url, may_close=may_close)
        case replies.ActionResult(result, operation):
            return _result(result, operation, workspace_url)
        case replies.Described():
            return status_view.described(reply, workspace_url)
        case replies.Explained():
            return can_i_view.explained(reply)
        case replies.Introduced():
            return access_answers.introduced(reply)
        case replies.GrantList():
            return access_answers.grant_list(reply)
        case replies.RuleList():
            return access_answers.rule_list(reply)
        case replies.Changed():
            return access_changes_view.changed(reply)
        case replies.GrantWithoutEffect():
            return access_changes_view.without_effect(reply)
        case replies.NotAllowed():
            return refusals_view.not_allowed(reply)
        case replies.PendingList():
            return history_view.pending_list(reply, workspace_url)
        case replies.PipelineList():
            return pipeline_pages_view.pipeline_list(reply, workspace_url)
        case replies.NoList():
            return refusals_view.no_list(reply.problem)
        case replies.SeesNothing():
            return refusals_view.sees_nothing(reply)
        case replies.HistoryPage():
            return history_view.history_page(reply)
        case replies.RequestDetails():
            return history_view.request_details(reply, workspace_url)
        case replies.NotYours(operation):
            return click_refusals_view.not_yours(operation)
        case replies.CommandHelp():
            return help_view.command_help(reply)
        case replies.WaitingForYou():
            return help_view.waiting_for_you(reply, workspace_url)
        case replies.Diagnosed():
            return diagnosis_view.diagnosed(reply)
        case replies.NoDiagnosis():
            return diagnosis_view.not_for_you(reply)
        case replies.UnknownRequest():
            return click_refusals_view.not_known()
        case replies.NoSuchRequest(beginning, archived):
            return click_refusals_view.no_such_request(beginning, archived)
        case replies.SeveralRequests(beginning, operations):
            return click_refusals_view.several_requests(beginning, operations)
        case replies.AccessRequested():
            return access_request_view.requested(reply)
        case replies.AccessRequestedBefore():
            return access_request_view.requested_before(reply)
        case replies.TooManyAccessRequests():
            return access_request_view.too_many(reply)
        case replies.AccessNotRequested():
            return access_request_view.not_requested(reply)
        case replies.AllowedNow():
            return access_request_view.allowed_now(reply)
        case _:
            assert_never(reply)


def _result(result: Result, operation: Operation, workspace_url: str) -> Message:  # noqa: C901, PLR0911, PLR0912 - one case a result
    name, plan = operation.pipeline, operation.plan
    action = plan_text.action_name(plan)
    match result:
        case Result.ASKED_ALREADY:
            return refusals_view.already_requested(operation, workspace_url)
        case Result.ALREADY_DECIDED:
            return click_refusals_view.already_decided(operation, workspace_url)
        case Result.ALREADY_SIGNED_OFF:
            return click_refusals_view.already_decided(operation, workspace_url, signing=True)
        case Result.STARTED:
            return confirmations_view.confirmed(operation)
        case Result.ASKED:
            return confirmations_view.requested(operation)
        case Result.DROPPED:
            return said(
                "OK: the {} of `{}` was not requested, and nothing was sent to Feldera.", action, name
            )
        case Result.APPROVED:
            return decisions_view.approved(operation, workspace_url)
        case Result.DENIED:
            return decisions_view.denied(operation, workspace_url)
        case Result.WITHDRAWN:
            return said("↩️ Withdrawn: the {} of `{}` was not sent.", action, name)
        case Result.CANCELLED:
            return said("↩️ Cancelled: the {} of `{}` was not sent.", action, name)
        case Result.SIGNED_OFF:
            return said("🔏 Reviewed: the break-glass {} of `{}`.", action, name)
        case Result.CLOSED:
            return said(
                "☑️ Closed: {who}'s request to {action} `{name}`. "
                "To request it again, type `{command}`: it first shows {what}.",
                action=action,
                name=name,
                who=mention(operation.requester.user),
                command=plan_text.command(plan, name),
                what="what would be deleted" if StepName.CLEAR in plan else "what it would do",
            )
        case _:
            return click_refusals_view.refused(result, operation)


def placed(operation: Operation, workspace_url: str) -> Message:
    """What replaces the confirmed preview once the card is posted, or once it is clear that none ever will be."""
    name = operation.pipeline
    if operation.display.card is None and operation.state is State.WITHDRAWN:
        action = plan_text.action_name(operation.plan)
        return said("↩️ Withdrawn before it was posted: the {} of `{}` was not sent.", action, name)
    if operation.display.card is None:
        refused = operation.outcome.message if operation.outcome else "unknown"
        displaced = operation.display.displaced or refused
        return said(
            "❌ `{name}` was *not* {done}: {why}, and Slack does not let me write to you directly ({refused}). "
            "Nothing was sent to Feldera: I {do} a pipeline only where somebody can follow it. {how}",
            name=name,
            done=plan_text.done(operation.step_name),
            why=why_not(operation.origin, displaced),
            refused=code(refused),
            do=operation.step_name.value,
            how=Text("Add me to {}, then request it again.", channel(operation.origin))
            if can_be_invited(operation.origin, displaced)
            else "Request it again in a channel in which I can post.",
        )
    where = link_to(operation, workspace_url)
    done = "🙋 Requested" if operation.approval.needed else "⏳ Confirmed"
    followed = Text(
        "{}. Follow the {} of `{}` in {}", done, plan_text.action_name(operation.plan), name, where
    )
    if operation.display.displaced is None:
        return said("{}.", followed)
    because = why_not(operation.origin, operation.display.displaced)
    return said("{} in our direct messages: {}.", followed, because)
