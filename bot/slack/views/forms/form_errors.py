"""Field errors of a submitted form: the same replies as plain text, since Slack renders no markup there. Pure."""

from dataclasses import replace

from bot.domain.access.requests.request_objections import FormField, ReasonMissing, RuleObjection
from bot.engine import replies
from bot.engine.replies import ActionResult, Reply, Result
from bot.slack.text.blocks import Message
from bot.slack.text.mrkdwn import plain
from bot.slack.text.spans import Text
from bot.slack.views.forms.form_fields import PIPELINE, REASON, STOP_FIRST
from bot.slack.views.refusals import objections_view, pipeline_state_view, refusals_view

ERROR_MAX = 500  # characters

_ABOUT_THE_CHOICE = (
    replies.NotFound,
    replies.FelderaUnavailable,
    replies.NotCompiled,
    replies.Blocked,
    replies.Busy,
)
_FIELDS = {FormField.PIPELINE: PIPELINE, FormField.REASON: REASON}


def nothing_chosen() -> dict[str, str]:
    return _under(PIPELINE, Text("Choose a pipeline, or type `{COMMAND} clear NAME reason…`"))


def errors(reply: Reply, answer: Message) -> dict[str, str] | None:
    """By block, what is wrong with the field; None if the form is over, and becomes the reply."""
    if isinstance(reply, ReasonMissing):
        return _under(REASON, objections_view.reason_missing_under_field(reply))
    if isinstance(reply, replies.NotStopped):
        return _under(PIPELINE, pipeline_state_view.not_stopped_under_field(reply.pipeline, STOP_FIRST))
    if isinstance(reply, RuleObjection):
        return _under(_FIELDS[reply.form_field], answer.summary)
    if isinstance(reply, replies.PermissionDenied):  # plain text has no mentions: it names nobody
        return _under(PIPELINE, refusals_view.denied_in_text(replace(reply, admins=None)))
    already_requested = isinstance(reply, ActionResult) and reply.result is Result.ASKED_ALREADY
    if already_requested or isinstance(reply, _ABOUT_THE_CHOICE):
        return _under(PIPELINE, answer.summary)
    return None


def _under(field: str, text: Text) -> dict[str, str]:
    return {field: plain(text.plain, ERROR_MAX)}
