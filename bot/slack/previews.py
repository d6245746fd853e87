"""What somebody reads who wants to clear a pipeline, or to see it: previews and states. Pure."""

from slack_sdk.models.blocks import ButtonElement

from bot.domain.authority import Authority
from bot.domain.commands import COMMAND
from bot.domain.operations import Operation, State
from bot.domain.pipelines import STOPPED, Pipeline
from bot.domain.policy import Freeze, Terms, span_in_words
from bot.engine.replies import Described, Preview
from bot.slack import blocks
from bot.slack.blocks import Message, message, said
from bot.slack.card import close_button, destroys, short_id
from bot.slack.endings import SIGNS
from bot.slack.mrkdwn import at, code, escaped, mention, some_of
from bot.slack.pipelines import deployment, link_to, storage, storage_word

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
        blocks.fields(
            ("Deployment", deployment(pipeline)),
            ("Storage", storage(pipeline)),
            ("A clear would destroy", lost),
            *([("Break the glass for", code(operation.incident, 100))] if operation.incident else []),
        ),
        blocks.reason(operation.reason),
        blocks.section(_CANNOT_BE_CANCELLED),
        blocks.section(what_then) if what_then else None,
        blocks.buttons(_go(operation, authority, lost), blocks.button("Never mind", DROP, operation.id)),
    )


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
    rows = [
        ("Deployment", f"{escaped(pipeline.status)} since {at(pipeline.status_since)}"),
        ("Wanted", f"{escaped(pipeline.desired_status)} since {at(pipeline.desired_status_since)}"),
        ("Storage", storage(pipeline)),
        ("Program", f"{escaped(pipeline.program_status)} since {at(pipeline.program_status_since)}"),
        ("Last error", _last_error(pipeline)),
        ("Operation", "none" if shown.live is None else _operation(shown.live, workspace_url)),
    ]
    if shown.pending is not None:
        rows.append(("Waiting for approval", _operation(shown.pending, workspace_url)))
    if shown.freeze is not None:
        rows.append(("Frozen", frozen_in_words(shown.freeze)))
    return message(
        f"{name}: {escaped(pipeline.status)}, wanted {escaped(pipeline.desired_status)}, "
        f"storage {storage_word(pipeline)}, program {escaped(pipeline.program_status)}.",
        blocks.header(name),
        blocks.fields(*rows),
        blocks.context("Only you see this."),
    )


# Feldera's words for it. What the compiler said is not in the look: it comes with the whole program, megabytes of it.
_NOT_COMPILED = frozenset({"SqlError", "RustError", "SystemError"})


def _last_error(pipeline: Pipeline) -> str:
    if pipeline.error is not None:
        return code(pipeline.error.message, 500)
    if pipeline.program_status in _NOT_COMPILED:
        return f"the program does not compile ({code(pipeline.program_status)}); Feldera shows why"
    return "none"


def frozen_in_words(freeze: Freeze) -> str:
    return f"🧊 until {at(freeze.until)}: {code(freeze.reason)}"


def _operation(operation: Operation, workspace_url: str) -> str:
    since = at(operation.confirmed_at or operation.created_at)
    return (
        f"{SIGNS[operation.state]} clear `{short_id(operation)}`, asked for by {mention(operation.requester.user)} {since}: "
        f"{link_to(operation, workspace_url)}"
    )


def busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    since = holder.confirmed_at or holder.created_at
    text = (
        f"✋ Another operation holds `{holder.pipeline}`: {mention(holder.requester.user)} asked for a clear "
        f"{at(since)}. Follow it in {link_to(holder, workspace_url)}."
    )
    if holder.state is State.NEEDS_HUMAN:
        text += " It needs a human: its card says what to look at."
    button = blocks.buttons(close_button(holder)) if may_close else None
    return message(text, blocks.section(text), button)


def asked_already(operation: Operation, workspace_url: str) -> Message:
    since = at(operation.confirmed_at or operation.created_at)
    return said(
        f"🙋 {mention(operation.requester.user)} asked for just this {since}, and it waits for approval: "
        f"follow it in {link_to(operation, workspace_url)}."
    )


def reason_wanted(name: str, terms: Terms, incident: str) -> Message:
    must = some_of([code(pattern, 100) for pattern in terms.reason_patterns], " and ")
    again, counts = ("--break-glass INCIDENT ", " or the incident") if incident else ("", "")
    return said(
        f"✍️ A clear of `{name}` takes a reason{f', and the reason{counts} must contain what matches {must}' if must else ''}. "
        f"Type `{COMMAND} clear {name} {again}reason…`."
    )
