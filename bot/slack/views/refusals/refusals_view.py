"""Refusals, visible to one person: what was refused, and what decided it; under a form's field, the same in plain text. Pure."""

from typing import assert_never

from bot.domain.access.admins import Admins
from bot.domain.access.changes import ChangeObjection, pattern_of
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import START, StepName
from bot.domain.pipelines.pipeline import STOPPED, Pipeline, Problem
from bot.domain.pipelines.targets import target_in
from bot.engine.attempted_actions import DeniedAction
from bot.engine.replies import (
    Blocked,
    Blocker,
    NotAllowed,
    NotCompiled,
    NotFound,
    NotStopped,
    PermissionDenied,
    SeesNothing,
)
from bot.slack.sentences.access.action_text import change_in_words, denied_in_words
from bot.slack.sentences.access.decision_text import named, why
from bot.slack.sentences.labels import asked_at
from bot.slack.sentences.losses import lost
from bot.slack.sentences.pipeline_text import deployment, link_to
from bot.slack.sentences.plan_text import action_name, command
from bot.slack.sentences.problem_text import why_no_answer
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import either
from bot.slack.text.spans import NOTHING, Text, ago, code, code_block, mention
from bot.slack.views.access import access_request_view
from bot.slack.views.card import close_button
from bot.slack.views.previews_view import DROP, STOP_AND_CLEAR


def denied(reply: PermissionDenied) -> Message:
    return access_request_view.with_button(denied_in_text(reply), reply.denied, reply.admins)


def denied_in_text(reply: PermissionDenied) -> Text:
    nothing = Text(" Nothing was sent.") if reply.confirming else NOTHING
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
    close = either([code(other) for other in reply.close]) if reply.close else NOTHING
    silent = Text(" and ").join([code(target) for target in reply.unanswered])
    return said(
        "❌ {}{}{}",
        _needs_target(reply.pipeline) if reply.needs_target else _unknown(reply.pipeline),
        Text(" Did you mean {}?", close) if close else NOTHING,
        Text(" {} cannot be asked now, and may have it.", silent) if silent else NOTHING,
    )


def _unknown(name: PipelineName) -> Text:
    return Text("Feldera has no pipeline `{}` (names are case-sensitive).", name)


def _needs_target(name: PipelineName) -> Text:
    target = target_in(name)
    if target:
        return Text("There is no Feldera called `{}` here, and so no `{}`.", target, name)
    return Text("There are several Felderas here, and `{}` does not say which: type `TARGET/{}`.", name, name)


def no_answer(name: PipelineName, problem: Problem) -> Message:
    because = why_no_answer(problem, target_in(name))
    return said("❌ I cannot look at `{}` now: {} Nothing has been changed.", name, because)


def no_list(problem: Problem) -> Message:
    return said("❌ I cannot look at the pipelines now: {}", why_no_answer(problem))


def sees_nothing(reply: SeesNothing) -> Message:
    text = Text(
        "🚫 There is no pipeline that you are allowed to see: {}", why(reply.decision, admins=reply.admins)
    )
    wanted = DeniedAction(PipelineName(reply.pattern), reply.decision.action)
    return access_request_view.with_button(text, wanted, reply.admins)


def not_stopped(reply: NotStopped) -> Message:
    pipeline, offer = reply.pipeline, reply.offer
    text = Text(
        "✋ `{}` must be stopped before it can be {}. {}",
        pipeline.name,
        "started" if reply.plan == START else "cleared",
        _how_to_stop(reply),
    )
    if offer is None:
        return said("{}", text)
    label = "Stop it, clear and start" if StepName.START in reply.plan else "Stop it and clear"
    return message(
        text,
        blocks.section(text),
        blocks.buttons(
            blocks.button(label, STOP_AND_CLEAR, offer.id), blocks.button("Never mind", DROP, offer.id)
        ),
    )


def _how_to_stop(reply: NotStopped) -> Text:
    pipeline, is_now = reply.pipeline, deployment(reply.pipeline)
    again = command(reply.plan, pipeline.name)
    if pipeline.resources_desired == STOPPED:
        return Text("It is stopping: {}. Once it is {}, type `{}` again.", is_now, STOPPED, again)
    return Text(
        "{it} is {is_now}. {how}",
        it="Somebody has asked it to start: it" if pipeline.resources == STOPPED else "It",
        is_now=is_now,
        how=Text("Stop it in Feldera, then type `{}` again.", again)
        if reply.offer is None
        else Text("I can stop it first, as one request: that loses {}.", lost(reply.offer.previewed)),
    )


def not_stopped_in_form(pipeline: Pipeline, tick: str) -> Text:
    """The same in a form, which has a box to `tick`."""
    text = Text(
        "✋ `{}` must be stopped before it can be cleared: it is {}.", pipeline.name, deployment(pipeline)
    )
    if pipeline.resources_desired == STOPPED:
        return Text("{} It is stopping: choose it again once it is stopped.", text)
    return Text("{} Tick *{}* to ask for both at once.", text, tick)


def not_stopped_under_field(pipeline: Pipeline, tick: str) -> Text:
    """The same under the form's menu, once it was submitted."""
    if pipeline.resources_desired == STOPPED:
        return Text("`{}` is stopping: press again once it is stopped.", pipeline.name)
    return Text("`{}` is not stopped: tick *{}*, or choose another.", pipeline.name, tick)


def blocked(reply: Blocked) -> Message:
    pipeline, name = reply.pipeline, reply.pipeline.name
    match reply.by:
        case Blocker.STOPPED_ALREADY:
            return said("✅ `{}` is already stopped.", name)
        case Blocker.STARTED_ALREADY:
            return said("✅ Nothing to start: `{}` is already {}.", name, deployment(pipeline))
        case Blocker.CLEARED_ALREADY:
            asked = Text(" Somebody has asked the pipeline to start: it is {}.", deployment(pipeline))
            but = NOTHING if pipeline.is_stopped else asked
            return said("✅ `{}` is already cleared.{}", name, but)
        case Blocker.BEING_CLEARED:
            return said(
                "⏳ `{name}` is being cleared already, and not by me. `{COMMAND} status {name}` shows when it is done.",
                name=name,
            )
        case Blocker.NOT_UNDERSTOOD:
            return said(
                "❌ Feldera describes the storage of `{}` in a word I do not know, so I leave it alone. "
                "This bot may be older than your Feldera.",
                name,
            )
        case _:
            assert_never(reply.by)


def not_compiled(reply: NotCompiled) -> Message:
    told = code_block(reply.said) if reply.said else "Feldera shows why."
    name = reply.pipeline.name
    return said("❌ `{}` cannot be started: its program does not compile. Nothing was sent.\n{}", name, told)


def busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    text = Text(
        "✋ Another request is running on `{name}`: {who} requested a {action} {when}. Follow it in {where}.{human}",
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
        "🙋 {who} already requested the {action} of `{name}`, {when}. It waits for approval: follow it in {where}.",
        who=mention(operation.requester.user),
        action=action_name(operation.plan),
        name=operation.pipeline,
        when=ago(asked_at(operation)),
        where=link_to(operation, workspace_url),
    )
