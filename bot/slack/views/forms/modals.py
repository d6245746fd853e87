"""Modals: the reason for a denial, and the pipeline's name retyped before a break-glass run. Pure.

A modal carries an operation's id and nothing else. Closing one does nothing.
"""

from typing import Any

from slack_sdk.models import views
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject

from bot.domain.ids import OperationId, PipelineName
from bot.domain.operations.operation import Operation
from bot.slack.payloads import View
from bot.slack.sentences import plan_text
from bot.slack.text import blocks
from bot.slack.text.blocks import Message
from bot.slack.text.spans import NOTHING, Text

DENY_REQUEST = "deny_request"  # callback ids; see `card.CLOSE`
BREAK_GLASS_FORM = "break_the_glass"
ANSWER = "answer"  # the one input of each
REASON_MAX = 300  # characters
TITLE_MAX = 24


def why_deny(operation: Operation) -> dict[str, Any]:
    action = plan_text.action_name(operation.plan)
    title = f"Deny {action}"
    return _asking(
        DENY_REQUEST,
        operation.id,
        title=title if len(title) <= TITLE_MAX else "Deny request",
        submit="Deny",
        label="Reason (the requester will read it)",
        longest=REASON_MAX,
        about=Text("Deny the {} of `{}`", action, operation.pipeline),
    )


def type_the_name(operation: Operation) -> dict[str, Any]:
    """The label says all that is done once the name is typed."""
    return _asking(
        BREAK_GLASS_FORM,
        operation.id,
        title="Run as break-glass",
        submit="Run as break-glass",
        label=plan_text.at_once(operation.plan, operation.pipeline),
        longest=100,
    )


def name_differs(name: PipelineName) -> dict[str, str]:
    """The error on the field, by block."""
    return {ANSWER: f"That is not {name}. Nothing was sent to Feldera."}


def showing(said: Message, title: str) -> dict[str, Any]:
    """A modal that is a reply. `title` says what the reply is about."""
    return views.View(
        type="modal",
        title=PlainTextObject(text=title),
        close=PlainTextObject(text="Close"),
        blocks=list(said.blocks),
    ).to_dict()


def typed(view: View) -> str:
    """What was typed into a modal's input."""
    return (view.filled(ANSWER, ANSWER).value or "").strip()


def _asking(  # noqa: PLR0913 - the words of a modal
    callback_id: str,
    operation_id: OperationId,
    *,
    title: str,
    submit: str,
    label: str,
    longest: int,
    about: Text = NOTHING,
) -> dict[str, Any]:
    field = PlainTextInputElement(action_id=ANSWER, max_length=longest, min_length=1)
    asked = [blocks.section(about)] if about else []
    return views.View(
        type="modal",
        callback_id=callback_id,
        private_metadata=operation_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text="Go back"),
        blocks=[*asked, InputBlock(block_id=ANSWER, label=PlainTextObject(text=label), element=field)],
    ).to_dict()
