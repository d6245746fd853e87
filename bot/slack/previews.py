"""What somebody reads who wants to clear a pipeline, or to see it: previews and states. Pure."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.authority import Authority
from bot.domain.commands import COMMAND
from bot.domain.operations import Operation, State
from bot.domain.pipelines import STOPPED, Pipeline, Problem
from bot.domain.policy import Freeze, Terms, span_in_words
from bot.engine.replies import Described, Preview
from bot.slack import blocks, language
from bot.slack.blocks import Message, message, said
from bot.slack.card import close_button, destroys
from bot.slack.language import Field, asked_at, asked_for, deployment_sign, in_order, words
from bot.slack.mrkdwn import at, code, escaped, mention
from bot.slack.pipelines import deployment, link_to, storage

CONFIRM = "confirm_clear"  # action ids; see `card.CLOSE`
BREAK_GLASS = "break_glass"
DROP = "never_mind"

_CANNOT_BE_CANCELLED = (
    "⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for "
    "good, and the next start begins from nothing. It *cannot be cancelled*."
)


def preview(shown: Preview) -> Message:
    operation, pipeline, authority = shown.operation, shown.pipeline, shown.authority
    name, lost = pipeline.name, destroys(pipeline.checkpoints)
    what_then = _what_then(authority)
    return message(
        f"Clear {name}? This destroys {lost}. It cannot be cancelled.{f' {what_then}' if what_then else ''} Only you see this.",
        blocks.section(f"*Clear `{name}`?* Nothing happens unless you press the button. Only you see this."),
        state(pipeline, operation.incident),
        blocks.reason(operation.reason),
        *consequences(authority),
        blocks.buttons(_go(operation, authority, lost), blocks.button("Never mind", DROP, operation.id)),
    )


def state(pipeline: Pipeline, incident: str = "") -> Block:
    """What there is, and what of it a clear would destroy."""
    rows = {
        Field.DEPLOYMENT: f"{deployment_sign(pipeline.status)} {deployment(pipeline)}",
        Field.STORAGE: storage(pipeline),
        Field.WOULD_DESTROY: destroys(pipeline.checkpoints),
        Field.BREAKS_GLASS: code(incident, 100) if incident else None,
    }
    return blocks.fields(*in_order(rows))


def consequences(authority: Authority) -> list[Block]:
    """What cannot be undone, and who decides."""
    what_then = _what_then(authority)
    return [blocks.section(text) for text in (_CANNOT_BE_CANCELLED, what_then) if text]


def _go(operation: Operation, authority: Authority, lost: str) -> ButtonElement:
    name = operation.pipeline
    if authority.by_breaking_glass:
        return blocks.button("Break the glass…", BREAK_GLASS, operation.id, style="danger")
    asks = authority.approvals_needed > 0
    return blocks.button(
        "Ask for approval" if asks else f"Clear {name}",
        CONFIRM,
        operation.id,
        style="primary" if asks else "danger",
        confirm=blocks.are_you_sure(
            f"Ask to clear {name}?" if asks else f"Clear {name}?",
            f"This destroys {lost}. It cannot be cancelled{' once it is sent' if asks else ''}.",
            yes="Ask" if asks else "Clear",
            no="Go back",
        ),
    )


def _what_then(authority: Authority) -> str:
    terms = authority.terms
    if authority.by_breaking_glass:
        return (
            "🚨 Breaking the glass runs it at once, without approval. Everybody who could have approved is told, "
            "and one of them has to sign it off afterwards."
        )
    stop = (
        f" It can be stopped for {span_in_words(terms.stop_window)} before it is sent."
        if terms.stop_window
        else ""
    )
    if authority.approvals_needed == 0:
        return f"⏱️{stop}" if stop else ""
    return (
        f"🙋 It takes {approvals_in_words(authority.approvals_needed)} by other people, "
        f"within {span_in_words(terms.approve_within)}.{stop}"
    )


def approvals_in_words(needed: int) -> str:
    return "1 approval" if needed == 1 else f"{needed} approvals"


def not_stopped(pipeline: Pipeline) -> Message:
    name = pipeline.name
    is_now = deployment(pipeline)
    if pipeline.resources_desired == STOPPED:
        advice = f"It is stopping: {is_now}. Once it is {STOPPED}, type"
    elif pipeline.resources == STOPPED:
        advice = f"Somebody has asked it to start: it is {is_now}. Stop it in Feldera, then type"
    else:
        advice = f"It is {is_now}. Stop it in Feldera, then type"
    return said(
        f"✋ `{name}` must be stopped before it can be cleared. {advice} `{COMMAND} clear {name}` again."
    )


def already_cleared(pipeline: Pipeline) -> Message:
    text = f"✅ Nothing to clear: the storage of `{pipeline.name}` is cleared."
    if not pipeline.is_stopped:
        text += f" Somebody has asked the pipeline to start: it is {deployment(pipeline)}."
    return said(text)


def described(shown: Described, workspace_url: str) -> Message:
    pipeline, name = shown.pipeline, shown.pipeline.name
    pending, freeze = shown.pending, shown.freeze
    rows = {
        Field.DEPLOYMENT: language.deployment(pipeline.status, pipeline.status_since),
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
    match shown.doings:
        case None:
            return ["This Feldera keeps none: it is older than 0.292."]
        case Problem() as problem:
            return [f"I cannot read it now ({code(problem.message)})."]
        case ():
            return ["none"]
        case doings:
            return [f"• {at(doing.at)}: {language.doing(doing)}" for doing in doings]


def _ended(shown: Described, workspace_url: str) -> list[str]:
    lines = [
        f"• {language.ended(operation)}, {link_to(operation, workspace_url)}" for operation in shown.ended
    ]
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
    return f"{language.frozen(freeze.until)}: {code(freeze.reason)}"


def with_link(operation: Operation, workspace_url: str) -> str:
    return f"{asked_for(operation)}: {link_to(operation, workspace_url)}"


def busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    since = asked_at(holder)
    text = (
        f"✋ Another operation holds `{holder.pipeline}`: {mention(holder.requester.user)} asked for a clear "
        f"{at(since)}. Follow it in {link_to(holder, workspace_url)}."
    )
    if holder.state is State.NEEDS_HUMAN:
        text += " It needs a human: its card says what to look at."
    button = blocks.buttons(close_button(holder)) if may_close else None
    return message(text, blocks.section(text), button)


def asked_already(operation: Operation, workspace_url: str) -> Message:
    since = at(asked_at(operation))
    return said(
        f"🙋 {mention(operation.requester.user)} asked for just this {since}, and it waits for approval: "
        f"follow it in {link_to(operation, workspace_url)}."
    )


def reason_wanted(name: str, terms: Terms, incident: str) -> Message:
    must = " and ".join(code(pattern, 100) for pattern in terms.reason_patterns)
    again, counts = ("--break-glass INCIDENT ", " or the incident") if incident else ("", "")
    return said(
        f"✍️ A clear of `{name}` takes a reason{f', and the reason{counts} must contain what matches {must}' if must else ''}. "
        f"Type `{COMMAND} clear {name} {again}reason…`."
    )
