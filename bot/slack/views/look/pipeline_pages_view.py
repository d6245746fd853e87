"""Pages of the pipeline list: each pipeline with what is under way on it, and what the reader could do to it. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.state_filters import StateFilter
from bot.domain.pipelines.targets import TargetName
from bot.engine.replies import Listed, PipelineList
from bot.slack.sentences.labels import TROUBLE, UNKNOWN, deployment_sign
from bot.slack.sentences.pipeline_text import (
    WORD_SHOWN,
    deployment,
    frozen_until,
    storage,
    under_way,
)
from bot.slack.sentences.problem_text import why_no_answer
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import either
from bot.slack.text.spans import NOTHING, Text, code, shortened
from bot.slack.views.look.action_buttons import action_buttons, state_button

EARLIER = "earlier_pipelines"  # action ids; see `card.CLOSE`
LATER = "later_pipelines"
_WILD = frozenset("*?[")


def pipeline_list(shown: PipelineList, workspace_url: str) -> Message:
    if not shown.rows:
        return said("{}", _nothing(shown))
    return message(
        _title(shown, is_bold=False),
        blocks.section(_title(shown, is_bold=True)),
        *(block for row in shown.rows for block in _row_blocks(row, workspace_url, shown.now)),
        blocks.context(_note(shown)),
        _pages(shown),
    )


def _pages(shown: PipelineList) -> Block | None:
    """The pattern and the states come back with the name beside the page, so that they hold for all pages."""
    wanted = " ".join([shown.wanted.pattern, *sorted(shown.wanted.states)])
    buttons = []
    if shown.before:
        buttons.append(blocks.plain_button("Previous", EARLIER, f"{shown.rows[0].name} {wanted}"))
    if shown.after:
        buttons.append(blocks.plain_button("Next", LATER, f"{shown.rows[-1].name} {wanted}"))
    return blocks.buttons(*buttons) if buttons else None


def _nothing(shown: PipelineList) -> Text:
    pattern, states = shown.wanted.pattern, _states(shown)
    kind = Text("{} ", states) if states else NOTHING
    if pattern == "*":
        text = Text("There is no {}pipeline that you can see.", kind)
    else:
        text = Text("No {}pipeline that you can see matches `{}` (names are case-sensitive).", kind, pattern)
        if not kind and not _WILD & set(pattern):
            text += Text(" `{COMMAND} list *{}*` finds it anywhere in a name.", pattern)
    return Text("\n").join([text, _note(shown)])


def _title(shown: PipelineList, *, is_bold: bool) -> Text:
    """`*Pipelines you can see* matching `prod-*` (running or busy): 13 to 24 of 30`, or `*1 pipeline you can see*`."""
    pattern, first, last = shown.wanted.pattern, shown.before + 1, shown.before + len(shown.rows)
    states, is_whole = _states(shown), last - first + 1 == shown.total
    heading = Text("{:,} pipeline{} you can see", shown.total, "" if shown.total == 1 else "s")
    if not is_whole:
        heading = Text("Pipelines you can see")
    return Text(
        "{heading}{matching}{states}{range}",
        heading=Text("*{}*", heading) if is_bold else heading,
        matching=NOTHING if pattern == "*" else Text(" matching `{}`", pattern),
        states=Text(" ({})", states) if states else NOTHING,
        range=NOTHING if is_whole else Text(": {:,} to {:,} of {:,}", first, last, shown.total),
    )


def _states(shown: PipelineList) -> Text:
    """`running or busy`: several states widen the list."""
    states = [Text("{}", state.value) for state in StateFilter if state in shown.wanted.states]
    return either(states) if states else NOTHING


def _note(shown: PipelineList) -> Text:
    """What may be missing, and why, a line each."""
    notes = [_unanswered(target, problem) for target, problem in shown.unanswered.items()]
    notes += [left_out(target, count) for target, count in shown.unreadable.items()]
    if shown.wanted.states and any(isinstance(row.pipeline, Problem) for row in shown.rows):
        notes.append(Text("A pipeline that cannot be read is listed whatever its state."))
    if shown.unread:
        unread = code(shown.unread)
        notes.append(
            Text(
                "Your user groups cannot be checked right now ({}): pipelines that you see through a group may not be "
                "listed.",
                unread,
            )
        )
    return Text("\n").join(notes)


def _unanswered(target: TargetName, problem: Problem) -> Text:
    if problem.trouble is ProblemKind.UNREACHABLE:
        told = code(problem.message)
        return Text(
            "The Feldera `{}` does not answer ({}), so its pipelines are not listed. Try again in a minute.",
            target,
            told,
        )
    return Text("The pipelines of `{}` are not listed: {}", target, why_no_answer(problem, target))


def left_out(target: TargetName, count: int) -> Text:
    """Says that rows of Feldera's list could not be read."""
    whose = Text(" of `{}`", target) if target else NOTHING
    if count == 1:
        return Text("1 pipeline{} is not listed: I cannot read its name in Feldera's answer.", whose)
    return Text(
        "{:,} pipelines{} are not listed: I cannot read their names in Feldera's answer.", count, whose
    )


def _row_blocks(row: Listed, workspace_url: str, now: datetime) -> list[Block]:
    """The row, and its buttons: beside it if there is one alone."""
    actions, details = action_buttons(row.name, row.offered), state_button(row.name)
    text = _row(row, workspace_url, now)
    if not actions:
        return [blocks.section(text, details)]
    return [blocks.section(text), blocks.buttons(*actions, details)]


def _row(row: Listed, workspace_url: str, now: datetime) -> Text:
    lines = [_state(row)]
    lines += [under_way(each, workspace_url, now) for each in (row.live, row.pending) if each is not None]
    if row.freeze is not None:
        lines.append(frozen_until(row.freeze, now))
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
