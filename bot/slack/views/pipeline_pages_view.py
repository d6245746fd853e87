"""Pages of the pipeline list: a block for each pipeline, with what is under way on it. Pure."""

from bot.domain.commands import COMMAND
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.replies import Listed, NoList, PipelineList, SeesNothing
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.labels import FROZEN, LOCK, TROUBLE, UNKNOWN, deployment_sign, sign, what, words
from bot.slack.text.mrkdwn import at, code, escaped, mention
from bot.slack.text.pipeline_text import deployment, link_to, storage
from bot.slack.text.plan_text import action_name
from bot.slack.views.previews_view import with_link
from bot.slack.views.refusals_view import in_words, why

EARLIER = "earlier_pipelines"  # action ids; see `card.CLOSE`
LATER = "later_pipelines"
WORD_SHOWN = 24  # characters: as long as Feldera's longest word for a state
_WILD = frozenset("*?[")


def pipeline_list(shown: PipelineList, workspace_url: str) -> Message:
    if not shown.rows:
        return said(_nothing(shown))
    title, note = _title(shown), _note(shown)
    rows = [_row(row, workspace_url) for row in shown.rows]
    buttons = []
    if shown.before:
        value = f"{shown.rows[0].name} {shown.pattern}"
        buttons.append(blocks.plain_button("Previous", EARLIER, value))
    if shown.after:
        value = f"{shown.rows[-1].name} {shown.pattern}"
        buttons.append(blocks.plain_button("Next", LATER, value))
    return message(
        "\n".join(filter(None, [title, *(_in_brief(row) for row in shown.rows), note])),
        blocks.section(title),
        *(blocks.section(row) for row in rows),
        blocks.context(note),
        blocks.buttons(*buttons) if buttons else None,
    )


def no_list(reply: NoList) -> Message:
    return said(f"❌ I cannot look at the pipelines now: {in_words(reply.problem)}")


def sees_nothing(reply: SeesNothing) -> Message:
    return said(f"🚫 You may not see any pipeline: {why(reply.decision)}")


def _nothing(shown: PipelineList) -> str:
    if shown.pattern == "*":
        text = "There is no pipeline that you may see."
    else:
        text = f"No pipeline that you may see matches `{shown.pattern}` (upper and lower case count)."
        if not _WILD & set(shown.pattern):
            text += f" `{COMMAND} list *{shown.pattern}*` finds it anywhere in a name."
    return " ".join(filter(None, [text, _note(shown)]))


def _title(shown: PipelineList) -> str:
    which = "Pipelines" if shown.pattern == "*" else f"Pipelines that match `{shown.pattern}`"
    first, last = shown.before + 1, shown.before + len(shown.rows)
    if last - first + 1 == shown.total:
        return f"*{which}*: {shown.total:,} that you may see."
    return f"*{which}*: {first:,} to {last:,} of {shown.total:,} that you may see."


def _note(shown: PipelineList) -> str:
    """What may be missing, and why."""
    notes = [
        f"`{target}` cannot be asked now, and its pipelines are missing: {in_words(problem, target)}"
        for target, problem in shown.unanswered.items()
    ]
    notes += [left_out(target, count) for target, count in shown.unreadable.items()]
    if shown.unread:
        notes.append(
            f"Slack did not tell which user groups you are in ({code(shown.unread)}): some pipelines may be missing."
        )
    return " ".join(notes)


def left_out(target: TargetName, count: int) -> str:
    """Says that rows of Feldera's list could not be read."""
    whose = f" of `{target}`" if target else ""
    if count == 1:
        return f"1 pipeline{whose} is left out: its name in Feldera's list cannot be read."
    return f"{count:,} pipelines{whose} are left out: their names in Feldera's list cannot be read."


def _row(row: Listed, workspace_url: str) -> str:
    lines = [_state(row)]
    if row.live is not None:
        lines.append(f"{LOCK} Held by {with_link(row.live, workspace_url)}")
    if row.pending is not None:
        waits = f"{sign(row.pending.state)} {words(row.pending.state)}"
        lines.append(f"{waits}: {what(row.pending)}: {link_to(row.pending, workspace_url)}")
    if row.freeze is not None:
        lines.append(f"{FROZEN} Frozen until {at(row.freeze.until)}: {code(row.freeze.reason)}")
    return "\n".join(lines)


def _state(row: Listed) -> str:
    pipeline = row.pipeline
    if isinstance(pipeline, Problem):
        return f"{UNKNOWN} `{row.name}`: {escaped(pipeline.message)}"
    told = [f"{deployment_sign(pipeline.status)} `{row.name}`: {deployment(pipeline)}", storage(pipeline)]
    if pipeline.error is not None:
        told.append(f"{TROUBLE} {code(pipeline.error.message, 100)}")
    elif pipeline.does_not_compile:
        told.append(f"{TROUBLE} does not compile ({escaped(pipeline.program_status, WORD_SHOWN)})")
    return " · ".join(told)


def _status(pipeline: Pipeline) -> str:
    text = escaped(pipeline.status, WORD_SHOWN)
    wanted = pipeline.desired_status
    return text if wanted == pipeline.status else f"{text}, wanted {escaped(wanted, WORD_SHOWN)}"


def _in_brief(row: Listed) -> str:
    """The row as text, for screen readers and notifications."""
    pipeline = row.pipeline
    if isinstance(pipeline, Problem):
        return f"{row.name}: cannot be read."
    told = [_status(pipeline), f"storage {words(pipeline.storage)}"]
    if pipeline.error is not None or pipeline.does_not_compile:
        told.append("has an error")
    if row.live is not None:
        told.append(f"held by the {action_name(row.live.plan)} of {mention(row.live.requester.user)}")
    if row.pending is not None:
        told.append(f"{mention(row.pending.requester.user)} waits for approval")
    if row.freeze is not None:
        told.append("frozen")
    return f"{row.name}: {', '.join(told)}."
