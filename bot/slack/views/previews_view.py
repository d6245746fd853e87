"""Previews of plans, and pipeline states, as the person who asked sees them. Pure."""

from typing import assert_never

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.access.authorization import Authorization
from bot.domain.access.objections import ReasonWanted
from bot.domain.access.rules import Freeze
from bot.domain.commands import COMMAND
from bot.domain.durations import span_in_words
from bot.domain.ids import PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import CLEAR, START, STOP, Plan, StepName
from bot.domain.pipelines.pipeline import STOPPED, Pipeline, Problem
from bot.engine.replies import Blocked, Blocker, Described, NotCompiled, NotStopped, Preview
from bot.slack.text import blocks, labels, plan_text
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.labels import Field, asked_at, asked_for, deployment_sign, in_order, words
from bot.slack.text.mrkdwn import at, code, code_block, escaped, mention, some_of
from bot.slack.text.pipeline_text import deployment, link_to, storage
from bot.slack.views.card import close_button

CONFIRM = "confirm_clear"  # action ids; see `card.CLOSE`
BREAK_GLASS = "break_glass"
DROP = "never_mind"
STOP_AND_CLEAR = "stop_and_clear"

_CANNOT_BE_CANCELLED = (
    "⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for "
    "good, and the next start begins from nothing. It *cannot be cancelled*."
)


_STOPS_BY_FORCE = "⚠️ A forced stop loses {lost}. It *cannot be cancelled*."
_IN_ORDER = "It is one request: {steps}, one after the other. If a step fails, the rest is left undone."


def preview(shown: Preview) -> Message:
    operation, pipeline, authority = shown.operation, shown.pipeline, shown.authority
    name, plan = pipeline.name, operation.plan
    what_then = _what_then(authority)
    doing = plan_text.title(plan, PipelineName(f"`{name}`"))
    then = f" {what_then}" if what_then else ""
    return message(
        f"{plan_text.title(plan, name)}? {_at_stake(operation, with_times=True)}{then} Only you see this.",
        blocks.section(f"*{doing}?* Nothing happens unless you press the button. Only you see this."),
        state(pipeline, operation.previewed, plan, operation.incident),
        blocks.reason(operation.reason),
        *consequences(authority, operation.previewed, plan),
        blocks.buttons(_go(operation, authority), blocks.button("Never mind", DROP, operation.id)),
    )


def state(pipeline: Pipeline, reviewed: Fingerprint, plan: Plan, incident: str = "") -> Block:
    """The pipeline's state, and what of it the plan would destroy or lose."""
    rows = {
        Field.DEPLOYMENT: f"{deployment_sign(pipeline.status)} {deployment(pipeline)}",
        Field.STORAGE: storage(pipeline),
        Field.WOULD_DESTROY: plan_text.destroyed(reviewed) if StepName.CLEAR in plan else None,
        Field.LOSES: plan_text.lost(reviewed) if StepName.STOP in plan else None,
        Field.BREAKS_GLASS: code(incident, 100) if incident else None,
    }
    return blocks.fields(*in_order(rows))


def consequences(authority: Authorization, reviewed: Fingerprint, plan: Plan) -> list[Block]:
    """What cannot be undone, how the steps depend on each other, and who decides."""
    told = [
        _STOPS_BY_FORCE.format(lost=plan_text.lost(reviewed)) if plan == STOP else "",
        _CANNOT_BE_CANCELLED if StepName.CLEAR in plan and not _is_cleared(reviewed) else "",
        _begins(reviewed) if plan == START else "",
        _IN_ORDER.format(steps=", ".join(step.value for step in plan)) if len(plan) > 1 else "",
        _what_then(authority),
    ]
    return [blocks.section(text) for text in told if text]


def _is_cleared(reviewed: Fingerprint) -> bool:
    return reviewed.cleared and not reviewed.was_wanted


def _begins(reviewed: Fingerprint) -> str:
    if reviewed.cleared or reviewed.checkpoints.count == 0:
        return "▶️ It begins from nothing: there is no checkpoint to go on from."
    return "▶️ It goes on from its last checkpoint."


def _at_stake(operation: Operation, *, once_sent: bool = False, with_times: bool = False) -> str:
    """What would be lost, in plain sentences: a dialog renders no markup, and so no times."""
    plan = operation.plan
    if plan == START:
        return "This loses nothing."
    costs = plan_text.costs(operation, with_times=with_times)
    goes = f"This {'destroys' if StepName.CLEAR in plan else 'loses'} {costs}."
    if StepName.CLEAR in plan and StepName.STOP in plan:
        goes += f" The stop loses {plan_text.lost(operation.previewed, with_times=with_times)}."
    return f"{goes} It cannot be cancelled{' once it is sent' if once_sent else ''}."


def _go(operation: Operation, authority: Authorization) -> ButtonElement:
    name, plan = operation.pipeline, operation.plan
    if authority.by_breaking_glass:
        return blocks.button("Break the glass…", BREAK_GLASS, operation.id, style="danger")
    asks = authority.approvals_needed > 0
    doing = plan_text.title(plan, name)
    harmless = asks or plan == START
    return blocks.button(
        "Ask for approval" if asks else doing,
        CONFIRM,
        operation.id,
        style="primary" if harmless else "danger",
        confirm=blocks.are_you_sure(
            f"Ask to {plan_text.action_name(plan)} {name}?" if asks else f"{doing}?",
            _at_stake(operation, once_sent=asks),
            yes="Ask" if asks else plan[0].value.capitalize() if len(plan) == 1 else "Do it",
            no="Go back",
        ),
    )


def _what_then(authority: Authorization) -> str:
    requirements = authority.requirements
    if authority.by_breaking_glass:
        return (
            "🚨 Breaking the glass runs it at once, without approval. Everybody who could have approved is told, "
            "and one of them has to sign it off afterwards."
        )
    stop = (
        f" It can be stopped for {span_in_words(requirements.stop_window)} before it is sent."
        if requirements.stop_window
        else ""
    )
    if authority.approvals_needed == 0:
        return f"⏱️{stop}" if stop else ""
    others = "another person" if authority.approvals_needed == 1 else "other people"
    return (
        f"🙋 It takes {approvals_in_words(authority.approvals_needed)} by {others}, "
        f"within {span_in_words(requirements.approve_within)}.{stop}"
    )


def approvals_in_words(needed: int) -> str:
    return "1 approval" if needed == 1 else f"{needed} approvals"


def not_stopped(reply: NotStopped) -> Message:
    pipeline, plan, offer = reply.pipeline, reply.plan, reply.offer
    name, is_now = pipeline.name, deployment(pipeline)
    again = f"`{plan_text.command(plan, name)}` again"
    if pipeline.resources_desired == STOPPED:
        advice = f"It is stopping: {is_now}. Once it is {STOPPED}, type {again}."
    else:
        asked = "Somebody has asked it to start: it" if pipeline.resources == STOPPED else "It"
        or_else = f"Stop it in Feldera, then type {again}."
        if offer is not None:
            or_else = f"I can stop it first, as one request: that loses {plan_text.lost(offer.previewed)}."
        advice = f"{asked} is {is_now}. {or_else}"
    must = "started" if plan == START else "cleared"
    text = f"✋ `{name}` must be stopped before it can be {must}. {advice}"
    if offer is None:
        return said(text)
    label = "Stop it, clear and start" if StepName.START in plan else "Stop it and clear"
    return message(
        text,
        blocks.section(text),
        blocks.buttons(
            blocks.button(label, STOP_AND_CLEAR, offer.id), blocks.button("Never mind", DROP, offer.id)
        ),
    )


def blocked(reply: Blocked) -> Message:
    pipeline, name = reply.pipeline, reply.pipeline.name
    match reply.by:
        case Blocker.STOPPED_ALREADY:
            text = f"✅ Nothing to stop: `{name}` is stopped."
        case Blocker.STARTED_ALREADY:
            text = f"✅ Nothing to start: `{name}` is {deployment(pipeline)}."
        case Blocker.CLEARED_ALREADY:
            text = f"✅ Nothing to clear: the storage of `{name}` is cleared."
            if not pipeline.is_stopped:
                text += f" Somebody has asked the pipeline to start: it is {deployment(pipeline)}."
        case Blocker.BEING_CLEARED:
            text = f"⏳ `{name}` is being cleared already, and not by me. `{COMMAND} status {name}` shows when it is done."
        case Blocker.NOT_UNDERSTOOD:
            text = (
                f"❌ Feldera describes the storage of `{name}` in a word I do not know, so I leave it alone. "
                "This bot may be older than your Feldera."
            )
        case _:
            assert_never(reply.by)
    return said(text)


def not_compiled(reply: NotCompiled) -> Message:
    told = code_block(reply.said) if reply.said else "Feldera shows why."
    return said(
        f"❌ `{reply.pipeline.name}` cannot be started: its program does not compile. Nothing was sent.\n{told}"
    )


def described(shown: Described, workspace_url: str) -> Message:
    pipeline, name = shown.pipeline, shown.pipeline.name
    pending, freeze = shown.pending, shown.freeze
    rows = {
        Field.DEPLOYMENT: labels.deployment(pipeline.status, pipeline.status_since),
        Field.WANTED: f"{escaped(pipeline.desired_status)} since {at(pipeline.desired_status_since)}",
        Field.STORAGE: storage(pipeline),
        Field.PROGRAM: f"{escaped(pipeline.program_status)} since {at(pipeline.program_status_since)}",
        Field.LAST_ERROR: _last_error(pipeline),
        Field.OPERATION: "none" if shown.live is None else with_link(shown.live, workspace_url),
        Field.WAITING: None if pending is None else with_link(pending, workspace_url),
        Field.FROZEN: None if freeze is None else frozen_in_words(freeze),
    }
    return message(
        f"{name}: {escaped(pipeline.status)}, wanted {escaped(pipeline.desired_status)}, "
        f"storage {words(pipeline.storage)}, program {escaped(pipeline.program_status)}.",
        blocks.header(name),
        blocks.fields(*in_order(rows)),
        blocks.section("\n".join([f"*{Field.DOINGS.value}*", *_doings(shown)])),
        blocks.section("\n".join([f"*{Field.ENDED.value}*", *_ended(shown, workspace_url)])),
        blocks.context("Only you see this."),
    )


def _doings(shown: Described) -> list[str]:
    match shown.activity:
        case None:
            return ["This Feldera keeps none: it is older than 0.292."]
        case Problem() as problem:
            return [f"I cannot read it now ({code(problem.message)})."]
        case ():
            return ["none"]
        case activity:
            return [f"• {at(doing.at)}: {labels.doing(doing)}" for doing in activity]


def _ended(shown: Described, workspace_url: str) -> list[str]:
    lines = [f"• {labels.ended(operation)}, {link_to(operation, workspace_url)}" for operation in shown.ended]
    if not lines:
        return ["none"]
    return [*lines, f"`{COMMAND} history {shown.pipeline.name}` shows all."]


def _last_error(pipeline: Pipeline) -> str:
    if pipeline.error is not None:
        return code(pipeline.error.message, 500)
    if pipeline.does_not_compile:
        return f"the program does not compile ({code(pipeline.program_status)}); Feldera shows why"
    return "none"


def frozen_in_words(freeze: Freeze) -> str:
    return f"{labels.frozen(freeze.until)}: {code(freeze.reason)}"


def with_link(operation: Operation, workspace_url: str) -> str:
    return f"{asked_for(operation)}: {link_to(operation, workspace_url)}"


def busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    since = asked_at(holder)
    text = (
        f"✋ Another operation holds `{holder.pipeline}`: {mention(holder.requester.user)} asked for a {plan_text.action_name(holder.plan)} "
        f"{at(since)}. Follow it in {link_to(holder, workspace_url)}."
    )
    if holder.state is State.NEEDS_HUMAN:
        text += " It needs a human: its card says what to look at."
    button = blocks.buttons(close_button(holder)) if may_close else None
    return message(text, blocks.section(text), button)


def asked_already(operation: Operation, workspace_url: str) -> Message:
    since = at(asked_at(operation))
    what = (
        "asked for just this"
        if operation.plan == CLEAR
        else f"asked to {plan_text.action_name(operation.plan)} it"
    )
    return said(
        f"🙋 {mention(operation.requester.user)} {what} {since}, and it waits for approval: "
        f"follow it in {link_to(operation, workspace_url)}."
    )


def reason_wanted(reply: ReasonWanted) -> Message:
    """What the reason lacks, and the command to type again, with what was typed."""
    name, plan = reply.pipeline, reply.plan
    must = some_of([code(pattern, 100) for pattern in reply.requirements.reason_patterns], " and ")
    glass = f" --break-glass {reply.incident}" if reply.incident else ""
    counts = " or the incident" if reply.incident else ""
    again = code(f"{plan_text.command(plan, name)}{glass} {reply.reason or 'reason'}…", 600)
    if must and reply.reason:
        return said(f"✍️ Your reason{counts} must contain something like {must}. Type {again} with it.")
    like = f", and the reason{counts} must contain something like {must}" if must else ""
    return said(f"✍️ A {plan_text.action_name(plan)} of `{name}` takes a reason{like}. Type {again}.")
