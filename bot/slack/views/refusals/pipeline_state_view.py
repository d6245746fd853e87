"""Refusals because of the pipeline's state: what is in the way, and what to do; in forms, the same in plain text. Pure."""

from typing import assert_never

from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import START, STOP, StepName
from bot.domain.pipelines.pipeline import STOPPED, Pipeline
from bot.engine.replies import Blocked, Blocker, NotCompiled, NotStopped
from bot.slack.sentences.losses import lost
from bot.slack.sentences.pipeline_text import deployment
from bot.slack.sentences.plan_text import command
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.spans import NOTHING, Text, ago, code_block
from bot.slack.views.previews_view import DROP, STOP_AND_CLEAR


def not_stopped(reply: NotStopped) -> Message:
    pipeline, offer = reply.pipeline, reply.offer
    if offer is None:
        return _stop_by_hand(reply)
    starts = StepName.START in reply.plan
    label = "Stop it, clear and start…" if starts else "Stop it and clear…"
    text = Text(
        "✋ `{name}` must be stopped before it can be cleared. {now} *{label}* first shows a preview of {all}, as one request. {loses}",
        name=pipeline.name,
        now=_is_now(pipeline),
        label=label,
        all="all three" if starts else "both",
        loses=_loses(offer),
    )
    return message(
        text,
        blocks.section(text),
        blocks.buttons(
            blocks.button(label, STOP_AND_CLEAR, offer.id), blocks.button("Never mind", DROP, offer.id)
        ),
    )


def _stop_by_hand(reply: NotStopped) -> Message:
    """For what the bot offers no stop for: it is under way already, or this person may not request it."""
    pipeline, again = reply.pipeline, command(reply.plan, reply.pipeline.name)
    done = "started" if reply.plan == START else "cleared"
    if pipeline.resources_desired == STOPPED:
        return said(
            "✋ `{}` is still stopping, so it cannot be {} yet. Once it is stopped, type `{}` again.",
            pipeline.name,
            done,
            again,
        )
    if _starts_soon(pipeline):
        return said(
            "✋ `{}` cannot be {} now. It is still {}, but somebody asked it to start {}. "
            "To take that start back, type `{}`, and when that is done, `{}` again.",
            pipeline.name,
            done,
            pipeline.status,
            ago(pipeline.desired_status_since),
            command(STOP, pipeline.name),
            again,
        )
    return said(
        "✋ `{}` must be stopped before it can be {}. It is {}. Type `{}` and, once it is stopped, `{}` again.",
        pipeline.name,
        done,
        deployment(pipeline),
        command(STOP, pipeline.name),
        again,
    )


def _starts_soon(pipeline: Pipeline) -> bool:
    """Whether it is still stopped, though somebody asked Feldera to start it."""
    return pipeline.resources == STOPPED and pipeline.resources_desired != STOPPED


def _is_now(pipeline: Pipeline) -> Text:
    if not _starts_soon(pipeline):
        return Text("It is {}.", deployment(pipeline))
    return Text(
        "It is still {}, but somebody asked it to start {}.",
        pipeline.status,
        ago(pipeline.desired_status_since),
    )


def _loses(offer: Operation) -> Text:
    """What both steps take. The offer is of a later look, by which it may have begun to stop."""
    if not offer.previewed.was_wanted:
        return Text(
            "Feldera is already stopping it, so this stop loses nothing more; the clear still deletes its storage."
        )
    return Text("The stop loses {}; the clear deletes its storage.", lost(offer.previewed))


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
            if _starts_soon(pipeline):
                asked = ago(pipeline.desired_status_since)
                return said(
                    "⏳ `{}` was told to start {}, so I sent nothing. It is still {}; `{COMMAND} status {}` shows whether it runs yet.",
                    name,
                    asked,
                    pipeline.status,
                    name,
                )
            return said("✅ Nothing to start: `{}` is {}.", name, deployment(pipeline))
        case Blocker.CLEARED_ALREADY:
            but = NOTHING if pipeline.is_stopped else Text(" {}", _is_now(pipeline))
            return said("✅ `{}` is already cleared.{}", name, but)
        case Blocker.BEING_CLEARED:
            return said(
                "⏳ `{name}` is already being cleared, but not through this bot. `{COMMAND} status {name}` shows whether it is done.",
                name=name,
            )
        case Blocker.NOT_UNDERSTOOD:
            return said(
                "❌ Nothing was sent to Feldera: it reports the storage of `{}` in a state that this bot does not know. "
                "Your Feldera may be newer than the bot: tell the person who runs the bot.",
                name,
            )
        case _:
            assert_never(reply.by)


def not_compiled(reply: NotCompiled) -> Message:
    name = reply.pipeline.name
    told = (
        code_block(reply.said)
        if reply.said
        else Text("Look at `{}` in Feldera for the compiler errors.", name)
    )
    return said(
        "❌ `{}` cannot be started: its program does not compile. Nothing was sent to Feldera.\n{}",
        name,
        told,
    )
