"""Pages of the pipeline list: a block for each pipeline, with what is under way on it. Pure."""

from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.replies import Listed, PipelineList
from bot.slack.sentences.labels import FROZEN, LOCK, TROUBLE, UNKNOWN, deployment_sign, sign, what, words
from bot.slack.sentences.pipeline_text import deployment, link_to, storage, with_link
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.problem_text import why_no_answer
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.spans import NOTHING, Text, at, code, mention, shortened

EARLIER = "earlier_pipelines"  # action ids; see `card.CLOSE`
LATER = "later_pipelines"
WORD_SHOWN = 24  # characters: as long as Feldera's longest word for a state
_WILD = frozenset("*?[")


def pipeline_list(shown: PipelineList, workspace_url: str) -> Message:
    if not shown.rows:
        return said("{}", _nothing(shown))
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
        Text("\n").join([title, *(_in_brief(row) for row in shown.rows), note]),
        blocks.section(title),
        *(blocks.section(row) for row in rows),
        blocks.context(note),
        blocks.buttons(*buttons) if buttons else None,
    )


def _nothing(shown: PipelineList) -> Text:
    if shown.pattern == "*":
        text = Text("There is no pipeline that you can see.")
    else:
        text = Text("No pipeline that you can see matches `{}` (names are case-sensitive).", shown.pattern)
        if not _WILD & set(shown.pattern):
            text += Text(" `{COMMAND} list *{}*` finds it anywhere in a name.", shown.pattern)
    return Text(" ").join([text, _note(shown)])


def _title(shown: PipelineList) -> Text:
    which = "Pipelines" if shown.pattern == "*" else Text("Pipelines that match `{}`", shown.pattern)
    first, last = shown.before + 1, shown.before + len(shown.rows)
    if last - first + 1 == shown.total:
        return Text("*{}*: {:,} that you can see.", which, shown.total)
    return Text("*{}*: {:,} to {:,} of {:,} that you can see.", which, first, last, shown.total)


def _note(shown: PipelineList) -> Text:
    """What may be missing, and why."""
    notes = [
        Text(
            "`{}` cannot be asked now, and its pipelines are missing: {}",
            target,
            why_no_answer(problem, target),
        )
        for target, problem in shown.unanswered.items()
    ]
    notes += [left_out(target, count) for target, count in shown.unreadable.items()]
    if shown.unread:
        unread = code(shown.unread)
        notes.append(
            Text("Your user groups cannot be checked right now ({}): some pipelines may be missing.", unread)
        )
    return Text(" ").join(notes)


def left_out(target: TargetName, count: int) -> Text:
    """Says that rows of Feldera's list could not be read."""
    whose = Text(" of `{}`", target) if target else NOTHING
    if count == 1:
        return Text("1 pipeline{} is left out: its name in Feldera's list cannot be read.", whose)
    return Text("{:,} pipelines{} are left out: their names in Feldera's list cannot be read.", count, whose)


def _row(row: Listed, workspace_url: str) -> Text:
    lines = [_state(row)]
    if row.live is not None:
        lines.append(Text("{} Held by {}", LOCK, with_link(row.live, workspace_url)))
    if row.pending is not None:
        state, where = row.pending.state, link_to(row.pending, workspace_url)
        lines.append(Text("{} {}: {}: {}", sign(state), words(state), what(row.pending), where))
    if row.freeze is not None:
        until, because = at(row.freeze.until), code(row.freeze.reason)
        lines.append(Text("{} Frozen until {}: {}", FROZEN, until, because))
    return Text("\n").join(lines)


def _state(row: Listed) -> Text:
    pipeline = row.pipeline
    if isinstance(pipeline, Problem):
        return Text("{} `{}`: {}", UNKNOWN, row.name, pipeline.message)
    sign_now = deployment_sign(pipeline.status)
    told = [Text("{} `{}`: {}", sign_now, row.name, deployment(pipeline)), storage(pipeline)]
    if pipeline.error is not None:
        told.append(Text("{} {}", TROUBLE, code(pipeline.error.message, 100)))
    elif pipeline.does_not_compile:
        told.append(Text("{} does not compile ({})", TROUBLE, shortened(pipeline.program_status, WORD_SHOWN)))
    return Text(" · ").join(told)


def _status(pipeline: Pipeline) -> Text:
    text = shortened(pipeline.status, WORD_SHOWN)
    wanted = pipeline.desired_status
    return text if wanted == pipeline.status else Text("{}, desired {}", text, shortened(wanted, WORD_SHOWN))


def _in_brief(row: Listed) -> Text:
    """The row as text, for screen readers and notifications."""
    pipeline = row.pipeline
    if isinstance(pipeline, Problem):
        return Text("{}: cannot be read.", row.name)
    told = [_status(pipeline), Text("storage {}", words(pipeline.storage))]
    if pipeline.error is not None or pipeline.does_not_compile:
        told.append(Text("has an error"))
    if row.live is not None:
        told.append(
            Text("held by the {} of {}", action_name(row.live.plan), mention(row.live.requester.user))
        )
    if row.pending is not None:
        told.append(Text("{} waits for approval", mention(row.pending.requester.user)))
    if row.freeze is not None:
        told.append(Text("frozen"))
    return Text("{}: {}.", row.name, Text(", ").join(told))
