"""The state of a pipeline, as the person who asked sees it, with buttons for what they could have done to it. Pure."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.engine.replies import Described
from bot.slack.sentences import labels
from bot.slack.sentences.labels import Field, in_order
from bot.slack.sentences.pipeline_text import frozen_until, in_brief, storage, thread_link, under_way
from bot.slack.sentences.request_text import request_text
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
from bot.slack.text.spans import Text, ago, code
from bot.slack.views.look.action_buttons import action_buttons
from bot.slack.views.look.history_view import details_button

_COMPILED = "Success"  # Feldera's word for a program that is ready to run


def described(shown: Described, workspace_url: str) -> Message:
    """Its state with its age first; then what is under way or waits, its freeze, and what happened lately."""
    pipeline, name = shown.pipeline, shown.pipeline.name
    freeze, open_requests = shown.freeze, (shown.live, shown.pending)
    requests = [under_way(each, workspace_url, shown.now) for each in open_requests if each is not None]
    rows = {
        Field.DEPLOYMENT: labels.deployment(pipeline.status, pipeline.status_since),
        Field.WANTED: _wanted(pipeline),
        Field.STORAGE: storage(pipeline),
        Field.PROGRAM: _program(pipeline),
        Field.LAST_ERROR: _last_error(pipeline),
        Field.OPERATION: Text("\n").join(requests) if requests else None,
        Field.FROZEN: None if freeze is None else frozen_until(freeze, shown.now),
    }
    return message(
        in_brief(pipeline, shown.live, shown.pending, freeze),
        blocks.header(name),
        blocks.fields(*in_order(rows)),
        _section(Field.ACTION_NAMES, _events(shown)),
        _section(Field.ENDED, _ended(shown, workspace_url)),
        _buttons(shown),
        blocks.context(Text("Only you see this.")),
    )


def _wanted(pipeline: Pipeline) -> Text | None:
    """What was requested in Feldera and is not so yet."""
    if pipeline.desired_status == pipeline.status:
        return None
    return Text("{}, requested {}", pipeline.desired_status, ago(pipeline.desired_status_since))


def _program(pipeline: Pipeline) -> Text | None:
    """Unless it is ready to run, which is usual, or does not compile, which is the last error."""
    if pipeline.program_status == _COMPILED or pipeline.does_not_compile:
        return None
    return Text("{}, began {}", pipeline.program_status, ago(pipeline.program_status_since))


def _last_error(pipeline: Pipeline) -> Text | None:
    if pipeline.error is not None:
        return code(pipeline.error.message, 500)
    if pipeline.does_not_compile:
        return Text("the program does not compile ({}); Feldera shows why", code(pipeline.program_status))
    return None


def _section(label: Field, lines: list[Text]) -> Block | None:
    return blocks.section(Text("\n").join([Text("*{}*", label.value), *lines])) if lines else None


def _events(shown: Described) -> list[Text]:
    match shown.activity:
        case None:  # this Feldera keeps none: it is older than 0.292
            return []
        case Problem() as problem:
            return [Text("Feldera's events cannot be read right now ({}).", code(problem.message))]
        case activity:
            return [Text("• {}: {}", ago(doing.at), labels.doing(doing)) for doing in activity]


def _ended(shown: Described, workspace_url: str) -> list[Text]:
    lines = [
        Text("• {}{}", request_text(operation, names_pipeline=False), thread_link(operation, workspace_url))
        for operation in shown.ended
    ]
    return [*lines, Text("`{COMMAND} history {}` shows all.", shown.pipeline.name)] if lines else []


def _buttons(shown: Described) -> Block | None:
    buttons: list[ButtonElement] = action_buttons(shown.pipeline.name, shown.offered)
    newest = _newest(shown)
    if newest is not None:
        buttons.append(details_button(newest, "Request details"))
    return blocks.buttons(*buttons) if buttons else None


def _newest(shown: Described) -> Operation | None:
    """The request that *Request details* is about: the one under way, the one that waits, or the last one."""
    return shown.live or shown.pending or next(iter(shown.ended), None)
