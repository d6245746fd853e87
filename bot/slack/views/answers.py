"""Replies to a command or click, visible to one person: each reply of the engine as a message. Pure."""

import re
from typing import assert_never

from bot.domain.access import objections
from bot.domain.commands import COMMAND, VERBS, Verb, find_verb
from bot.domain.errors import Misunderstood
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine import replies
from bot.engine.ports import StoreLost, StoreUnavailable
from bot.engine.replies import Reply, Result
from bot.slack.text import plan_text
from bot.slack.text.blocks import Message, message, said, section
from bot.slack.text.mrkdwn import TEXT_MAX, code, escaped, mention
from bot.slack.text.pipeline_text import link_to
from bot.slack.text.unreachable_text import why_not
from bot.slack.views import access_answers, pipeline_pages_view, previews_view, refusals_view

TARGETS_SHOWN = 10


def misunderstood(error: Misunderstood) -> Message:
    return said(f"🤔 {escaped(error.message, TEXT_MAX - 10)}")


def looking(name: PipelineName) -> Message:
    """The first reply, given before Feldera is asked: it must be true whatever follows, even nothing."""
    return said(
        f"🔎 Looking at `{name}`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )


def looking_around() -> Message:
    """The first reply to a list of the pipelines."""
    return said("🔎 Looking at the pipelines… If nothing more comes within a few minutes, type it again.")


def help_on(word: str | None, targets: Targets = ONE) -> Message:
    verb = None if word is None else find_verb(word)
    note = _on_names(targets) if targets.names else ""
    return _overview(note) if verb is None else _details(verb, note)


def _on_names(targets: Targets) -> str:
    shown = [f"`{target}`" for target in targets.names[:TARGETS_SHOWN]]
    more = len(targets.names) - len(shown)
    if more:
        shown.append(f"{more} more")
    return (
        f"\nThere are several Felderas here, and a NAME is `TARGET/NAME`, such as `{targets.names[0]}/orders`. "
        f"The targets are {' and '.join([', '.join(shown[:-1]), shown[-1]])}."
    )


def trouble() -> Message:
    """For a failure of ours: the person still gets a reply, which says what is certain."""
    return said(
        "💥 Something broke on my side before I could answer; it is in my log. "
        f"`{COMMAND} status NAME` shows whether an operation is running; if none is, nothing was changed."
    )


def org_wide() -> Message:
    """For an app that is installed in a whole Enterprise Grid: the sender may be from any workspace."""
    return said(
        "🏢 This app is installed for a whole organization, and I serve one workspace alone: I do nothing for anybody. "
        "Ask whoever runs me to install it in that workspace only."
    )


def unreadable() -> Message:
    """For a malformed payload."""
    return said(
        "❌ I cannot read what Slack delivered, so nothing was changed. Try again. "
        "If it happens again, tell whoever runs this bot: its log has `delivery_not_readable`."
    )


def crowded_out() -> Message:
    """For more commands and clicks at once than can be answered in time."""
    return said(
        "⏳ Too many commands and clicks arrive at once, so nothing was changed. Try again in a minute."
    )


def failed(error: BaseException) -> Message:
    """For what could not be done, by no fault of the person."""
    match error:
        case StoreLost():
            return said(
                f"🛑 I can do nothing any more: {escaped(error.message)} "
                "Whoever runs me has to look at my database and start me again."
            )
        case StoreUnavailable():
            return said(f"⚠️ I could not do that: {escaped(error.message)} Nothing was changed.")
        case _:
            return trouble()


def takes_longer() -> Message:
    """In place of a reply that is not ready in time; it follows, if this process lives."""
    return said(
        "⏳ This takes longer than usual. I tell you what came of it. If nothing follows, do it again."
    )


def unknown_request(beginning: str) -> Message:
    return said(
        f"❌ Nothing that waits, and that you may see, is `{escaped(beginning, 30)}`, or several are. "
        f"`{COMMAND} pending` lists what waits."
    )


def answer(reply: Reply, workspace_url: str) -> Message:  # noqa: C901, PLR0911, PLR0912 - one case a reply
    """The reply as a message. `workspace_url` (`https://….slack.com/`) begins links to cards."""
    match reply:
        case replies.PermissionDenied():
            return refusals_view.denied(reply)
        case replies.NotFound():
            return refusals_view.not_found(reply)
        case replies.FelderaUnavailable(name, problem):
            return refusals_view.no_answer(name, problem)
        case objections.Frozen():
            return refusals_view.frozen(reply.pipeline, reply.freeze)
        case objections.BreakGlassForbidden():
            return refusals_view.glass_forbidden(reply)
        case objections.TooManyOpen():
            return refusals_view.too_many(reply.pipeline, reply.limit)
        case objections.TooManyLately():
            return refusals_view.too_many_lately(reply)
        case objections.ReasonWanted():
            return previews_view.reason_wanted(reply)
        case objections.NameWanted():
            return refusals_view.name_wanted(reply.pipeline)
        case replies.Preview():
            return previews_view.preview(reply)
        case replies.NotStopped():
            return previews_view.not_stopped(reply)
        case replies.Blocked():
            return previews_view.blocked(reply)
        case replies.NotCompiled():
            return previews_view.not_compiled(reply)
        case replies.Busy(holder, may_close):
            return previews_view.busy(holder, workspace_url, may_close=may_close)
        case replies.ActionResult(result, operation):
            return _result(result, operation, workspace_url)
        case replies.Described():
            return previews_view.described(reply, workspace_url)
        case replies.Explained():
            return access_answers.explained(reply)
        case replies.Introduced():
            return access_answers.introduced(reply)
        case replies.GrantList():
            return access_answers.grant_list(reply)
        case replies.RuleList():
            return access_answers.rule_list(reply)
        case replies.Changed():
            return access_answers.changed(reply)
        case replies.NotAllowed():
            return refusals_view.not_allowed(reply)
        case replies.PendingList():
            return access_answers.pending_list(reply, workspace_url)
        case replies.PipelineList():
            return pipeline_pages_view.pipeline_list(reply, workspace_url)
        case replies.NoList():
            return pipeline_pages_view.no_list(reply)
        case replies.SeesNothing():
            return pipeline_pages_view.sees_nothing(reply)
        case replies.HistoryPage():
            return access_answers.history_page(reply, workspace_url)
        case replies.NotYours(Operation() as operation):
            asked_for = f"the {plan_text.action_name(operation.plan)} of `{operation.pipeline}`"
            return said(
                f"🚫 Only {mention(operation.requester.user)}, who asked for {asked_for}, can take it back."
            )
        case replies.NotYours():
            return said("🚫 Only the person who was shown this, or who asked, can use it.")
        case replies.NotKnown():
            return said(f"This button is from another time: it does nothing any more. Type `{COMMAND} help`.")
        case _:
            assert_never(reply)


def _result(result: Result, operation: Operation, workspace_url: str) -> Message:  # noqa: C901, PLR0912 - one case a result
    name, action = operation.pipeline, plan_text.action_name(operation.plan)
    match result:
        case Result.ASKED_ALREADY:
            return previews_view.asked_already(operation, workspace_url)
        case Result.ALREADY_DECIDED:
            return refusals_view.already_decided(operation, workspace_url)
        case Result.ALREADY_SIGNED_OFF:
            return refusals_view.already_decided(operation, workspace_url, signing=True)
        case Result.STARTED:
            text = f"⏳ Confirmed. The card of `{name}` goes up now; nothing is sent before it stands."
        case Result.ASKED:
            text = f"🙋 Asked. The card of `{name}` goes up now; you hear of every decision."
        case Result.DROPPED:
            text = f"Never mind, then: nothing was sent, and `{name}` is as it was."
        case Result.APPROVED:
            text = f"👍 Approved: {len(operation.approval.given)} of {operation.approval.needed}."
        case Result.DENIED:
            text = f"Denied. The {action} of `{name}` is off, and its requester reads why."
        case Result.WITHDRAWN:
            text = f"↩️ Taken back: nothing was sent, and `{name}` is as it was."
        case Result.CANCELLED:
            text = f"🛑 Stopped in time: nothing was sent, and `{name}` is as it was."
        case Result.SIGNED_OFF:
            text = f"🔏 Signed off: the broken glass of `{name}` needs nobody any more."
        case Result.CLOSED:
            text = f"☑️ Closed. `{plan_text.command(operation.plan, name)}` starts afresh."
        case Result.TOO_OLD:
            text = (
                "⌛ This preview is more than 30 minutes old, and things may have changed. "
                f"Nothing was sent. Type `{plan_text.command(operation.plan, name)}` to look again."
            )
        case Result.NOTHING_TO_SIGN_OFF:
            why = "it has not been sent yet" if operation.incident else "no glass was broken for it"
            text = f"The {action} of `{name}` has nothing to sign off: {why}."
        case Result.APPROVED_BEFORE:
            text = f"You approved it already: {len(operation.approval.given)} of {operation.approval.needed}."
        case Result.OWN_REQUEST:
            text = "🚫 You asked for it yourself: others decide."
        case Result.OWN_BREAK_GLASS:
            text = "🚫 You broke the glass yourself: somebody else has to sign it off."
        case _:
            assert_never(result)
    return said(text)


def placed(operation: Operation, workspace_url: str) -> Message:
    """What replaces the confirmed preview once the card is posted, or once it is clear that none ever will be."""
    name = f"`{operation.pipeline}`"
    if operation.display.card is None and operation.state is State.WITHDRAWN:
        return said(f"↩️ Withdrawn before it was posted: nothing was sent, and {name} is as it was.")
    if operation.display.card is None:
        refused = operation.outcome.message if operation.outcome else "unknown"
        return said(
            f"❌ {name} was *not* {plan_text.done(operation.step_name)}: {why_not(operation.origin, operation.display.displaced or refused)}, and Slack "
            f"does not let me write to you directly ({code(refused)}). I {operation.step_name.value} nothing that nobody can see."
        )
    where = link_to(operation, workspace_url)
    done = "🙋 Asked" if operation.approval.needed else "⏳ Confirmed"
    if operation.display.displaced is None:
        return said(f"{done}. Follow {name} in {where}.")
    because = why_not(operation.origin, operation.display.displaced)
    return said(f"{done}. Follow {name} in {where}, in our direct messages, because {because}.")


def _overview(note: str) -> Message:
    """The verbs, in as many blocks as Slack's limit for one requires."""
    rows = [f"• `{verb.usage}`\n   {verb.summary}" for verb in VERBS]
    half = (len(rows) + 1) // 2
    parts = [
        "\n".join(["*What I can do with pipelines*", *rows[:half]]),
        "\n".join([*rows[half:], f"More about one: `{COMMAND} help clear`.{note}"]),
    ]
    return message("\n".join(parts), *(section(part) for part in parts))


def _details(verb: Verb, note: str) -> Message:
    note = note if re.search("NAME|PATTERN", verb.arguments) else ""
    return said(
        f"`{verb.usage}`\n{verb.summary}\n{verb.details}\nFor example: `{COMMAND} {verb.example}`{note}"
    )
