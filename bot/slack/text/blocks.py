"""Block Kit pieces that every message is built of, from slack_sdk's models, which know its shapes and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.domain.ids import OperationId
from bot.slack.text.mrkdwn import plain
from bot.slack.text.spans import Text, Value

BUTTON_MAX = 75  # characters
BUTTON_VALUE_MAX = 2000
TITLE_MAX = 100  # of a confirm dialog
REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Slack. Notifications show only `summary`: the whole meaning, or of a list what it lists.

    `action` is what the request it is about does to its pipeline, for the title of a modal that shows the message.
    """

    summary: Text
    blocks: tuple[dict[str, Any], ...]
    action: str = ""

    @property
    def text(self) -> str:
        return self.summary.mrkdwn


def message(summary: Text, *blocks: Block | None) -> Message:
    return Message(summary, tuple(block.to_dict() for block in blocks if block is not None))


def said(template: LiteralString, /, *values: Value, **named: Value) -> Message:
    """A message of one paragraph, which is worded like a `Text`."""
    text = Text(template, *values, **named)
    return message(text, section(text))


def header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def section(text: Text, beside: ButtonElement | None = None) -> SectionBlock:
    """A paragraph, with a button beside it if there is one."""
    return SectionBlock(text=MarkdownTextObject(text=text.mrkdwn), accessory=beside)


def fields(*pairs: tuple[str, Text | str]) -> SectionBlock:
    """Labels and values, two columns wide; at most ten."""
    return SectionBlock(fields=[MarkdownTextObject(text=Text("*{}*\n{}", *pair).mrkdwn) for pair in pairs])


def reason(text: str) -> SectionBlock | None:
    """Somebody's reason, in a block that renders no markup."""
    if not text:
        return None
    return SectionBlock(text=PlainTextObject(text=f"Reason: {plain(text, REASON_MAX)}", emoji=False))


def context(*texts: Text) -> ContextBlock | None:
    notes: Sequence[str] = [text.mrkdwn for text in texts if text]
    return ContextBlock(elements=[MarkdownTextObject(text=note) for note in notes]) if notes else None


def buttons(*elements: ButtonElement) -> ActionsBlock:
    return ActionsBlock(elements=list(elements))


def button(  # noqa: PLR0913 - all that a button can have
    label: str,
    action: str,
    operation_id: OperationId,
    *,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
    spoken: str | None = None,
) -> ButtonElement:
    """A button whose value is the operation's id, and nothing else: what it does is read from the store.

    `spoken` is what screen readers say of it, where several buttons have the same label.
    """
    return ButtonElement(
        text=PlainTextObject(text=plain(label, BUTTON_MAX), emoji=False),
        action_id=action,
        value=operation_id,
        style=style,
        confirm=confirm,
        accessibility_label=None if spoken is None else plain(spoken, BUTTON_MAX),
    )


def plain_button(label: str, action: str, value: str, *, spoken: str | None = None) -> ButtonElement:
    """A button without an operation. Its value comes back as somebody sends it: check it like typed text."""
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=False),
        action_id=action,
        value=value[:BUTTON_VALUE_MAX],
        accessibility_label=None if spoken is None else plain(spoken, BUTTON_MAX),
    )


def are_you_sure(title: Text, text: Text, *, yes: str, no: str) -> ConfirmObject:
    """Slack's confirm dialog: a convenience on the person's screen, never an authorization."""
    return ConfirmObject(
        title=PlainTextObject(text=plain(title.plain, TITLE_MAX)),
        text=PlainTextObject(text=text.plain),
        confirm=PlainTextObject(text=yes),
        deny=PlainTextObject(text=no),
        style="danger",
    )
