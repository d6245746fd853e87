"""What one person reads when they typed or clicked: previews, answers and refusals, to them alone. Pure."""

from typing import assert_never

from bot.domain.access import Action
from bot.domain.commands import COMMAND, VERBS, Verb, find_verb
from bot.domain.errors import Misunderstood
from bot.domain.names import PipelineName
from bot.domain.operations import Operation, State
from bot.domain.pipelines import STOPPED, Checkpoints, Pipeline, Problem, Storage, Trouble
from bot.engine import replies
from bot.engine.replies import Reply
from bot.slack import blocks
from bot.slack.blocks import Message, message
from bot.slack.card import close_button, destroys
from bot.slack.endings import SIGNS
from bot.slack.mrkdwn import TEXT_MAX, at, code, escaped, link, mention, size
from bot.slack.places import why_not

CONFIRM = "confirm_clear"  # action ids; see `card.CLOSE`
DROP = "never_mind"

_CANNOT_BE_CANCELLED = (
    "⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for "
    "good, and the next start begins from nothing. It *cannot be cancelled*."
)


def misunderstood(error: Misunderstood) -> Message:
    return _said(f"🤔 {escaped(error.message, TEXT_MAX - 10)}")


def looking(name: PipelineName) -> Message:
    """The first answer, given before Feldera is asked: it must be true whatever follows, even nothing."""
    return _said(
        f"🔎 Looking at `{name}`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )


def help_on(word: str | None) -> Message:
    verb = None if word is None else find_verb(word)
    return _overview() if verb is None else _details(verb)


def trouble() -> Message:
    """When something of ours broke: the person still hears, and learns what is certain."""
    return _said(
        "💥 Something broke on my side before I could answer; it is in my log. "
        f"`{COMMAND} status NAME` shows whether an operation is running; if none is, nothing was changed."
    )


def unknown_button() -> Message:
    return _said(f"This button is from another time: it does nothing any more. Type `{COMMAND} help`.")


def answer(reply: Reply, workspace_url: str) -> Message:  # noqa: C901, PLR0911, PLR0912 - one case a reply
    """The reply in words. `workspace_url` (`https://….slack.com/`) is where links to cards begin."""
    match reply:
        case replies.Denied():
            return _denied(reply)
        case replies.NotFound(name, close):
            return _not_found(name, close)
        case replies.NoAnswer(name, problem):
            return _said(f"❌ I cannot look at `{name}` now: {_why(problem)} Nothing has been changed.")
        case replies.Preview(operation, pipeline):
            return _preview(operation, pipeline)
        case replies.NotStopped(pipeline):
            return _not_stopped(pipeline)
        case replies.AlreadyCleared(pipeline):
            return _already_cleared(pipeline)
        case replies.ClearingAlready(pipeline):
            return _said(
                f"⏳ `{pipeline.name}` is being cleared already, and not by me. "
                f"`{COMMAND} status {pipeline.name}` shows when it is done."
            )
        case replies.NotUnderstood(pipeline):
            return _said(
                f"❌ Feldera describes the storage of `{pipeline.name}` in a word I do not know, so I leave it alone. "
                "This bot may be older than your Feldera."
            )
        case replies.Busy(holder, may_close):
            return _busy(holder, workspace_url, may_close=may_close)
        case replies.Described(pipeline, live):
            return _described(pipeline, live, workspace_url)
        case replies.Begun(operation):
            return _said(
                f"⏳ Confirmed. The card of `{operation.pipeline}` goes up now; nothing is sent before it stands."
            )
        case replies.NeverMind(operation):
            return _said(f"Never mind, then: nothing was sent, and `{operation.pipeline}` is as it was.")
        case replies.ClosedByHand(operation):
            return _said(f"☑️ Closed. `{COMMAND} clear {operation.pipeline}` starts afresh.")
        case replies.AlreadyDecided(operation):
            return _already_decided(operation, workspace_url)
        case replies.TooOld(operation):
            return _said(
                "⌛ This preview is more than 30 minutes old, and things may have changed. "
                f"Nothing was sent. Type `{COMMAND} clear {operation.pipeline}` to look again."
            )
        case replies.NotYours():
            return _said("🚫 Only the person who was shown this preview can use it.")
        case replies.NotKnown():
            return unknown_button()
        case _:
            assert_never(reply)


def placed(operation: Operation, workspace_url: str) -> Message:
    """What the confirmed preview turns into once the card stands, or once no place took it."""
    name = f"`{operation.pipeline}`"
    if operation.card is None:
        refused = operation.outcome.message if operation.outcome else "unknown"
        return _said(
            f"❌ {name} was *not* cleared: {why_not(operation.origin, operation.displaced or refused)}, and Slack "
            f"does not let me write to you directly ({code(refused)}). I clear nothing that nobody can see."
        )
    where = _link(operation, workspace_url)
    if operation.displaced is None:
        return _said(f"⏳ Confirmed. Follow {name} in {where}.")
    because = why_not(operation.origin, operation.displaced)
    return _said(f"⏳ Confirmed. Follow {name} in {where}, in our direct messages, because {because}.")


def _said(text: str) -> Message:
    return message(text, blocks.section(text))


def _overview() -> Message:
    rows = "\n".join(f"• `{verb.usage}`\n   {verb.summary}" for verb in VERBS)
    text = f"*What I can do with pipelines*\n{rows}\nMore about one: `{COMMAND} help clear`."
    return _said(text)


def _details(verb: Verb) -> Message:
    return _said(f"`{verb.usage}`\n{verb.summary}\n{verb.details}\nFor example: `{COMMAND} {verb.example}`")


# Feldera's words for it. What the compiler said is not in the look: it comes with the whole program, megabytes of it.
_NOT_COMPILED = frozenset({"SqlError", "RustError", "SystemError"})
_WANTED = {Action.CLEAR: "clear", Action.VIEW: "see"}


def _denied(reply: replies.Denied) -> Message:
    decision = reply.decision
    roles = " or ".join(f"*{role.value}*" for role in decision.would_allow)
    text = f"🚫 You may not {_WANTED[decision.action]} `{reply.pipeline}`: that takes the role {roles} on it."
    if decision.lapsed is not None and decision.lapsed.expires_at is not None:
        ended = at(decision.lapsed.expires_at)
        text += f" Your *{decision.lapsed.role.value}* on `{decision.lapsed.pattern}` ended {ended}."
    if reply.confirming:
        text += " Nothing was sent."
    return _said(f"{text} Whoever runs this bot can grant it (`pipeline-bot grant`).")


def _not_found(name: PipelineName, close: tuple[PipelineName, ...]) -> Message:
    text = f"❌ Feldera has no pipeline `{name}` (upper and lower case count)."
    if close:
        text += f" Did you mean {' or '.join(f'`{other}`' for other in close)}?"
    return _said(text)


def _why(problem: Problem) -> str:
    said = code(problem.message)
    match problem.trouble:
        case Trouble.UNAUTHORIZED | Trouble.FORBIDDEN:
            return f"Feldera does not let this bot in ({said}). Whoever runs the bot should check its credentials."
        case Trouble.NOT_FELDERA | Trouble.ELSEWHERE:
            return (
                f"what answers at Feldera's address is not Feldera ({said}). "
                "Whoever runs the bot should check `FELDERA_HOST`."
            )
        case Trouble.UNREACHABLE:
            return f"Feldera does not answer ({said}). Try again in a minute."
        case Trouble.BUSY:
            return f"Feldera is busy ({said}). Try again in a minute."
        case Trouble.UNEXPECTED:
            return f"Feldera's answer makes no sense to me ({said})."
        case _:
            assert_never(problem.trouble)


def _preview(operation: Operation, pipeline: Pipeline) -> Message:
    name = pipeline.name
    return message(
        f"Clear {name}? This destroys {destroys(pipeline.checkpoints)}. It cannot be cancelled. Only you see this.",
        blocks.section(f"*Clear `{name}`?* Nothing happens unless you press the button. Only you see this."),
        blocks.fields(
            ("Deployment", _deployment(pipeline)),
            ("Storage", _storage(pipeline)),
            ("A clear would destroy", destroys(pipeline.checkpoints)),
        ),
        blocks.reason(operation.reason),
        blocks.section(_CANNOT_BE_CANCELLED),
        blocks.buttons(
            blocks.button(
                f"Clear {name}",
                CONFIRM,
                operation.id,
                style="danger",
                confirm=blocks.are_you_sure(
                    f"Clear {name}?",
                    f"This destroys {destroys(pipeline.checkpoints)}. It cannot be cancelled.",
                    yes="Clear",
                    no="Go back",
                ),
            ),
            blocks.button("Never mind", DROP, operation.id),
        ),
    )


def _not_stopped(pipeline: Pipeline) -> Message:
    name = pipeline.name
    is_now = _deployment(pipeline)
    if pipeline.resources_desired == STOPPED:
        advice = f"It is stopping: {is_now}. Once it is {STOPPED}, type"
    elif pipeline.resources == STOPPED:
        advice = f"Somebody has asked it to start: it is {is_now}. Stop it in Feldera, then type"
    else:
        advice = f"It is {is_now}. Stop it in Feldera, then type"
    return _said(
        f"✋ `{name}` must be stopped before it can be cleared. {advice} `{COMMAND} clear {name}` again."
    )


def _already_cleared(pipeline: Pipeline) -> Message:
    text = f"✅ Nothing to clear: the storage of `{pipeline.name}` is cleared."
    if not pipeline.is_stopped:
        text += f" Somebody has asked the pipeline to start: it is {_deployment(pipeline)}."
    return _said(text)


def _busy(holder: Operation, workspace_url: str, *, may_close: bool) -> Message:
    since = holder.confirmed_at or holder.created_at
    text = (
        f"✋ Another operation holds `{holder.pipeline}`: {mention(holder.requester.user)} asked for a clear "
        f"{at(since)}. Follow it in {_link(holder, workspace_url)}."
    )
    if holder.state is State.NEEDS_HUMAN:
        text += " It needs a human: its card says what to look at."
    button = blocks.buttons(close_button(holder)) if may_close else None
    return message(text, blocks.section(text), button)


def _described(pipeline: Pipeline, live: Operation | None, workspace_url: str) -> Message:
    name = pipeline.name
    operation = "none"
    if live is not None:
        since = at(live.confirmed_at or live.created_at)
        operation = (
            f"{SIGNS[live.state]} clear, asked for by {mention(live.requester.user)} {since}: "
            f"{_link(live, workspace_url)}"
        )
    return message(
        f"{name}: {escaped(pipeline.status)}, wanted {escaped(pipeline.desired_status)}, "
        f"storage {_storage_word(pipeline)}, program {escaped(pipeline.program_status)}.",
        blocks.header(name),
        blocks.fields(
            ("Deployment", f"{escaped(pipeline.status)} since {at(pipeline.status_since)}"),
            ("Wanted", f"{escaped(pipeline.desired_status)} since {at(pipeline.desired_status_since)}"),
            ("Storage", _storage(pipeline)),
            ("Program", f"{escaped(pipeline.program_status)} since {at(pipeline.program_status_since)}"),
            ("Last error", _last_error(pipeline)),
            ("Operation", operation),
        ),
        blocks.context("Only you see this."),
    )


def _last_error(pipeline: Pipeline) -> str:
    if pipeline.error is not None:
        return code(pipeline.error.message, 500)
    if pipeline.program_status in _NOT_COMPILED:
        return f"the program does not compile ({code(pipeline.program_status)}); Feldera shows why"
    return "none"


def _already_decided(operation: Operation, workspace_url: str) -> Message:
    if operation.confirmed_at is None:
        return _said(f"This was dropped already: nothing was sent, and `{operation.pipeline}` is as it was.")
    where = _link(operation, workspace_url)
    if operation.state.has_ended:
        return _said(f"{SIGNS[operation.state]} This is over: {where} tells how it ended.")
    return _said(
        f"This was confirmed already, {at(operation.confirmed_at)} by {mention(operation.requester.user)}: "
        f"follow it in {where}."
    )


def _deployment(pipeline: Pipeline) -> str:
    text = f"{escaped(pipeline.status)} since {at(pipeline.status_since)}"
    if pipeline.status == pipeline.desired_status:
        return text
    return f"{text}, wanted {escaped(pipeline.desired_status)} since {at(pipeline.desired_status_since)}"


def _storage_word(pipeline: Pipeline) -> str:
    return {
        Storage.CLEARED: "cleared",
        Storage.IN_USE: "in use",
        Storage.CLEARING: "being cleared",
        Storage.OTHER: "unknown",
    }[pipeline.storage]


def _storage(pipeline: Pipeline) -> str:
    word = _storage_word(pipeline)
    return f"{word}, {_checkpoints(pipeline.checkpoints)}" if pipeline.storage is Storage.IN_USE else word


def _checkpoints(checkpoints: Checkpoints) -> str:
    if checkpoints.count == 0:
        return "no checkpoints"
    noun = "checkpoint" if checkpoints.count == 1 else "checkpoints"
    weight = "size unknown" if checkpoints.size is None else size(checkpoints.size)
    return f"{checkpoints.count} {noun}, {weight}"


def _link(operation: Operation, workspace_url: str) -> str:
    if operation.card is None:
        return "its card, which is about to be posted"
    card = operation.card
    url = f"{workspace_url}archives/{card.channel}/p{card.ts.replace('.', '')}"
    return link(url, "its thread")
