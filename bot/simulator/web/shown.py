"""Blocks, modals and Home as one person's client shows them: ready for the page, which decides nothing.

It takes what Slack took: content that was checked on its way in. It leaves out the buttons that are not for this person,
as `Person` tells, and nothing else. Nothing is fetched from elsewhere: a picture is what its `alt_text` says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.simulator.slack.formatting import mrkdwn
from bot.simulator.slack.forms import Input
from bot.simulator.slack.messages import Block, Version
from bot.simulator.slack.mrkdwn import unescape
from bot.simulator.slack.rich_text import rich_text
from bot.simulator.slack.spans import Reader, Span, lines
from bot.simulator.slack.views import View
from bot.simulator.web import wire
from bot.simulator.web.controls import shown_element, shown_input, text_spans

CLOSE = "Cancel"
"""What closes a modal whose app gave that no name."""


@dataclass(frozen=True, slots=True)
class Display:
    """`shows` says whether the reader sees an element at all."""

    reader: Reader
    shows: Callable[[Block], bool]

    def message(self, version: Version) -> list[wire.ShownBlock]:
        """Its blocks; without any, its text."""
        if version.blocks:
            return [self._block(block, None) for block in version.blocks]
        return [{"type": "text", "block": "", "text": mrkdwn(version.text, self.reader)}]

    def modal(self, view: View) -> wire.Modal:
        body = view.body
        submit, close = body.get("submit"), body.get("close")
        return {
            "id": view.id,
            "hash": view.hash,
            "title": unescape(body["title"]["text"]),
            "submit": unescape(submit["text"]) if submit else None,
            "close": unescape(close["text"]) if close else CLOSE,
            "blocks": self._blocks(view),
        }

    def home(self, view: View) -> wire.Home:
        return {"hash": view.hash, "blocks": self._blocks(view)}

    def _blocks(self, view: View) -> list[wire.ShownBlock]:
        return [self._block(block, view) for block in view.blocks]

    def _block(self, block: Block, view: View | None) -> wire.ShownBlock:
        block_id, kind = str(block["block_id"]), block["type"]
        match kind:
            case "header" | "rich_text" | "markdown":
                text = self._text(block)
                return {"type": "header" if kind == "header" else "text", "block": block_id, "text": text}
            case "section":
                return self._section(block, block_id)
            case "context":
                parts = [self._in_context(part) for part in block["elements"]]
                return {"type": "context", "block": block_id, "elements": parts}
            case "divider":
                return {"type": "divider", "block": block_id}
            case "actions" | "context_actions":
                elements = self._elements(block["elements"], block_id)
                return {"type": "actions", "block": block_id, "elements": elements}
            case "image":
                return _image(block, block_id)
            case "alert":
                level, text = block.get("level") or "default", text_spans(block["text"], self.reader)
                return {"type": "alert", "block": block_id, "level": level, "text": text}
            case "input":
                return _input(block, view)
            case _:
                return {"type": "unknown", "block": block_id, "name": kind}

    def _text(self, block: Block) -> list[Span]:
        match block["type"]:
            case "header":
                return text_spans(block["text"], self.reader)
            case "rich_text":
                return rich_text(block["elements"], self.reader)
            case _:
                # Slack translates the Markdown of such a block; here it stands as it was written.
                return lines(block["text"])

    def _section(self, block: Block, block_id: str) -> wire.SectionBlock:
        text, accessory = block.get("text"), block.get("accessory")
        elements = self._elements([accessory] if accessory else [], block_id)
        return {
            "type": "section",
            "block": block_id,
            "text": text_spans(text, self.reader) if text else None,
            "fields": [text_spans(field, self.reader) for field in block.get("fields") or []],
            "accessory": elements[0] if elements else None,
        }

    def _in_context(self, part: Block) -> wire.Paragraph | wire.Picture:
        return (
            {"image": part["alt_text"]}
            if part["type"] == "image"
            else {"text": text_spans(part, self.reader)}
        )

    def _elements(self, elements: Sequence[Block], block_id: str) -> list[wire.Element]:
        return [shown_element(each, block_id, self.reader) for each in elements if self.shows(each)]


def _image(block: Block, block_id: str) -> wire.ImageBlock:
    title = block.get("title")
    shown = unescape(title["text"]) if title else None
    return {"type": "image", "block": block_id, "alt": block["alt_text"], "title": shown}


def _input(block: Block, view: View | None) -> wire.InputBlock:
    """In a message there is nothing to fill it in for: it stands there as the app sent it."""
    each = Input(block)
    if view is None:
        return shown_input(each, each.initial, None)
    each = Input(block, view.suggested.get(each.key, ()))
    return shown_input(each, view.values[each.key], view.errors.get(each.block_id))
