"""Block Kit pieces that every message is built of, from slack_sdk's models, which know its shapes and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

BUTTON_MAX = 75  # characters
BUTTON_VALUE_MAX = 2000
TITLE_MAX = 100  # of a confirm dialog
REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Slack. `text` alone carries the whole meaning: screen readers and notifications use only that."""

    text: str
    blocks: tuple[dict[str, Any], ...]


def message(text: str, *blocks: Block | None) -> Message:
    return Message(text, tuple(block.to_dict() for block in blocks if block is not None))


def said(text: str) -> Message:
    """A message of one paragraph."""
    return message(text, section(text))


def header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def section(markdown: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=markdown))


def fields(*pairs: tuple[str, str]) -> SectionBlock:
    """Labels and values, two columns wide; at most ten."""
    return SectionBlock(fields=[MarkdownTextObject(text=f"*{label}*\n{value}") for label, value in pairs])


def reason(text: str) -> SectionBlock | None:
    """Somebody's reason, in a block that renders no markup."""
    if not text:
        return None
    return SectionBlock(text=PlainTextObject(text=f"Reason: {plain(text, REASON_MAX)}", emoji=False))


def context(*markdown: str) -> ContextBlock | None:
    notes: Sequence[str] = [note for note in markdown if note]
    return ContextBlock(elements=[MarkdownTextObject(text=note) for note in notes]) if notes else None


def buttons(*elements: ButtonElement) -> ActionsBlock:
    return ActionsBlock(elements=list(elements))


def button(
    label: str,
    action: str,
    operation_id: OperationId,
    *,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button whose value is the operation's id, and nothing else: what it does is read from the store."""
    return ButtonElement(
        text=PlainTextObject(text=plain(label, BUTTON_MAX), emoji=False),
        action_id=action,
        value=operation_id,
        style=style,
        confirm=confirm,
    )


def plain_button(label: str, action: str, value: str) -> ButtonElement:
    """A button without an operation. Its value comes back as somebody sends it: check it like typed text."""
    return ButtonElement(
        text=PlainTextObject(text=label, emoji=False), action_id=action, value=value[:BUTTON_VALUE_MAX]
    )


def are_you_sure(title: str, text: str, *, yes: str, no: str) -> ConfirmObject:
    """Slack's confirm dialog: a convenience on the person's screen, never an authorization."""
    return ConfirmObject(
        title=PlainTextObject(text=plain(title, TITLE_MAX)),
        text=PlainTextObject(text=text),
        confirm=PlainTextObject(text=yes),
        deny=PlainTextObject(text=no),
        style="danger",
    )
