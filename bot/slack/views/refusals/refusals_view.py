"""Refusals, visible to one person: what was refused, and what decided it; under a form's field, the same in plain text. Pure."""

from bot.domain.access.admins import Admins
from bot.domain.access.changes import ChangeObjection, pattern_of
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import Problem
from bot.domain.pipelines.targets import target_in
from bot.engine.attempted_actions import DeniedAction
from bot.engine.replies import (
    NotAllowed,
    NotFound,
    PermissionDenied,
    SeesNothing,
)
from bot.slack.sentences.access.action_text import change_in_words, denied_in_words
from bot.slack.sentences.access.decision_text import named, why
from bot.slack.sentences.labels import asked_at
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.problem_text import why_no_answer
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import either
from bot.slack.text.spans import NOTHING, Text, ago, code, mention
from bot.slack.views.access import access_request_view
from bot.slack.views.card import close_button


def denied(reply: PermissionDenied) -> Message:
    return access_request_view.with_button(denied_in_text(reply), reply.denied, reply.admins)


def denied_in_text(reply: PermissionDenied) -> Text:
    nothing = Text(" Nothing was sent to Feldera.") if reply.confirming else NOTHING
    return Text(
        "🚫 You may not {denied}: {why}{nothing}",
        denied=denied_in_words(reply.denied),
        why=why(reply.decision, reply.pipeline, reply.admins),
        nothing=nothing,
    )


def not_allowed(shown: NotAllowed) -> Message:
    """No to a change of access."""
    decision, pattern = shown.judgement.decision, pattern_of(shown.judgement.change)
    if shown.judgement.objection is not ChangeObjection.OWN_FAVOUR:
        return said(
            "🚫 You may not {} `{}`: {}",
            change_in_words(shown.judgement.change),
            pattern,
            why(decision, pattern, shown.admins),
        )
    if decision.membership is not None and decision.membership.unresolved_groups:
        return said(
            "🚫 You cannot raise your own access, and whether this would cannot be checked right now ({}). {}{}.",
            code(decision.membership.why),
            "Try again in a minute, or ask another admin"
            if decision.membership.transient
            else "Ask another admin, or the person who runs the bot",
            _others(shown.admins),
        )
    if shown.admins == Admins():
        return said(
            "🚫 You cannot raise your own access, and no other admin can. The person who runs the bot can."
        )
    return said(
        "🚫 You cannot raise your own access. Another admin can{}, or the person who runs the bot.",
        _others(shown.admins),
    )


def _others(admins: Admins | None) -> Text:
    return Text(" ({})", named(admins)) if admins is not None and admins.people else NOTHING


def not_found(reply: NotFound) -> Message:
    if reply.unanswered and not reply.needs_target:
        return said(
            "❌ I cannot tell whether there is a pipeline `{}`: the Feldera {} does not answer now. Try again in a minute.",
            reply.pipeline,
            Text(" and ").join([code(target) for target in reply.unanswered]),
        )
    return said(
        "❌ {}{}", _several_felderas(reply) if reply.needs_target else _unknown(reply), _silent(reply)
    )


def _unknown(reply: NotFound) -> Text:
    return Text(
        "Feldera has no pipeline `{}` (names are case-sensitive).{}", reply.pipeline, _did_you_mean(reply)
    )


def _several_felderas(reply: NotFound) -> Text:
    name = reply.pipeline
    if target := target_in(name):
        return Text(
            "There is no Feldera called `{}` here, and so no `{}`.{}", target, name, _did_you_mean(reply)
        )
    same_name = [code(other) for other in reply.close if other.endswith(f"/{name}")]
    if same_name and len(same_name) == len(reply.close):
        return Text("This bot serves several Felderas. Type which one you mean: {}.", either(same_name))
    return Text(
        "This bot serves several Felderas. Put the one that you mean in front of the name: `TARGET/{}`.{}",
        name,
        _did_you_mean(reply),
    )


def _did_you_mean(reply: NotFound) -> Text:
    return Text(" Did you mean {}?", either([code(each) for each in reply.close])) if reply.close else NOTHING


def _silent(reply: NotFound) -> Text:
    if not reply.unanswered:
        return NOTHING
    targets = Text(" and ").join([code(target) for target in reply.unanswered])
    name = reply.pipeline.rpartition("/")[2]
    if len(reply.unanswered) == 1:
        return Text(
            " The Feldera {} does not answer now, so I cannot tell whether it has a pipeline `{}`; try again in a minute.",
            targets,
            name,
        )
    return Text(
        " The Felderas {} do not answer now, so I cannot tell whether they have a pipeline `{}`; try again in a minute.",
        targets,
        name,
    )


def no_answer(name: PipelineName, problem: Problem) -> Message:
    because = why_no_answer(problem, target_in(name))
    return said("❌ I cannot look at `{}` now: {} Nothing was sent to Feldera.", name, because)


def no_list(problem: Problem) -> Message:
    return said("❌ I cannot look at the pipelines now: {}", why_no_answer(problem))


def sees_nothing(reply: SeesNothing) -> Message:
    text = Text(
        "🚫 There is no pipeline that you are allowed to see: {}", why(reply.decision, admins=reply.admins)
    )
    wanted = DeniedAction(PipelineName(reply.pattern), reply.decision.action)
    return access_request_view.with_button(text, wanted, reply.admins)


def busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    text = Text(
        "✋ Another request is open on `{name}`: {who} requested a {action} {when}. Follow it in {where}.{human}",
        name=holder.pipeline,
        who=mention(holder.requester.user),
        action=action_name(holder.plan),
        when=ago(asked_at(holder)),
        where=link_to(holder, workspace_url),
        human=Text(" It needs attention: its card says what to look at.")
        if holder.state is State.NEEDS_HUMAN
        else NOTHING,
    )
    button = blocks.buttons(close_button(holder)) if may_close else None
    return message(text, blocks.section(text), button)


def already_requested(operation: Operation, workspace_url: str) -> Message:
    return said(
        "🙋 {who} already requested the {action} of `{name}`, {when}. "
        "It waits for approval. Your request would be the same, so it was not added. Follow it in {where}.",
        who=mention(operation.requester.user),
        action=action_name(operation.plan),
        name=operation.pipeline,
        when=ago(asked_at(operation)),
        where=link_to(operation, workspace_url),
    )
