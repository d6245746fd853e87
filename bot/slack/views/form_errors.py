"""Field errors of a submitted form: the same replies, without markup, since Slack renders none there. Pure."""

import re

from bot.domain.access.objections import FormField, ReasonWanted, RuleObjection
from bot.domain.commands import COMMAND
from bot.domain.pipelines.pipeline import STOPPED, Pipeline
from bot.engine import replies
from bot.engine.replies import ActionResult, Reply, Result
from bot.slack.text.blocks import Message
from bot.slack.text.mrkdwn import plain
from bot.slack.views.form_fields import PIPELINE, REASON, STOP_FIRST

ERROR_MAX = 500  # characters

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_EMPHASIS = re.compile(r"(?<!\w)\*([\w -]+)\*(?!\w)")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))

_ABOUT_THE_CHOICE = (
    replies.PermissionDenied,
    replies.NotFound,
    replies.FelderaUnavailable,
    replies.NotCompiled,
    replies.Blocked,
    replies.Busy,
)
_FIELDS = {FormField.PIPELINE: PIPELINE, FormField.REASON: REASON}


def nothing_chosen() -> dict[str, str]:
    return {PIPELINE: f"Choose a pipeline, or type {COMMAND} clear NAME reason…"}


def errors(reply: Reply, answer: Message) -> dict[str, str] | None:
    """By block, what is wrong with the field; None if the form is over, and becomes the reply."""
    if isinstance(reply, ReasonWanted):
        must = " and ".join(reply.requirements.reason_patterns)
        wanted = f"The reason must contain something like {must}." if must else "A rule asks for a reason."
        return {REASON: plain(wanted, ERROR_MAX)}
    if isinstance(reply, replies.NotStopped):
        return {PIPELINE: _not_stopped(reply.pipeline)}
    if isinstance(reply, RuleObjection):
        return {_FIELDS[reply.form_field]: plain(unmarked(answer.text), ERROR_MAX)}
    asked_already = isinstance(reply, ActionResult) and reply.result is Result.ASKED_ALREADY
    if asked_already or isinstance(reply, _ABOUT_THE_CHOICE):
        return {PIPELINE: plain(unmarked(answer.text), ERROR_MAX)}
    return None


def _not_stopped(pipeline: Pipeline) -> str:
    if pipeline.resources_desired == STOPPED:
        return f"{pipeline.name} is stopping: press again once it is stopped."
    return f"{pipeline.name} is not stopped: tick {STOP_FIRST}, or choose another."


def unmarked(text: str) -> str:
    """A sentence of ours without its markup: times in UTC, people unnamed."""
    spans = text.split("`")  # every other one is code, in which only tokens and entities are markup
    shown = "".join(
        span if is_code else _EMPHASIS.sub(r"\1", span)
        for span, is_code in zip(spans, _turns(spans), strict=True)
    )
    shown = _TOKEN.sub(lambda match: match[2] or _unnamed(match[1]), shown)
    for entity, character in _ENTITIES:
        shown = shown.replace(entity, character)
    return shown


def _turns(spans: list[str]) -> list[bool]:
    return [number % 2 == 1 for number in range(len(spans))]


def _unnamed(target: str) -> str:
    if target.startswith("@"):
        return "somebody"
    return "its channel" if target.startswith("#") else target
