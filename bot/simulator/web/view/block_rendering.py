"""Blocks, modals and the Home tab rendered for one person, ready for the page, which decides nothing.

The content was validated when the simulated Slack accepted it. Nothing of it is left out.
"""

from dataclasses import dataclass

from bot.simulator.slack.blocks.form_inputs import Input
from bot.simulator.slack.rendering.mrkdwn_parser import mrkdwn
from bot.simulator.slack.rendering.mrkdwn_tokens import unescape
from bot.simulator.slack.rendering.spans import Reader
from bot.simulator.slack.state.messages import Block, Version
from bot.simulator.slack.state.open_views import View
from bot.simulator.web.view import page_models
from bot.simulator.web.view.controls import shown_button, shown_input, text_spans

CLOSE = "Cancel"
"""The label of the button that closes a modal, if the app gave none."""


@dataclass(frozen=True, slots=True)
class Display:
    reader: Reader

    def message(self, version: Version) -> list[page_models.ShownBlock]:
        """Its blocks; without any, its text."""
        if version.blocks:
            return [self._block(block, None) for block in version.blocks]
        return [{"type": "text", "block": "", "text": mrkdwn(version.text, self.reader)}]

    def modal(self, view: View) -> page_models.Modal:
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

    def home(self, view: View) -> page_models.Home:
        return {"hash": view.hash, "blocks": self._blocks(view)}

    def _blocks(self, view: View) -> list[page_models.ShownBlock]:
        return [self._block(block, view) for block in view.blocks]

    def _block(self, block: Block, view: View | None) -> page_models.ShownBlock:
        block_id = str(block["block_id"])
        match block["type"]:
            case "header":
                return {"type": "header", "block": block_id, "text": text_spans(block["text"], self.reader)}
            case "section":
                return self._section(block, block_id)
            case "context":
                parts = [text_spans(part, self.reader) for part in block["elements"]]
                return {"type": "context", "block": block_id, "elements": parts}
            case "divider":
                return {"type": "divider", "block": block_id}
            case "actions":
                buttons = [shown_button(each, block_id, self.reader) for each in block["elements"]]
                return {"type": "actions", "block": block_id, "elements": buttons}
            case "input":
                return _input(block, view)
            case other:
                raise ValueError(f"Slack has no block of the type {other}")

    def _section(self, block: Block, block_id: str) -> page_models.SectionBlock:
        text, accessory = block.get("text"), block.get("accessory")
        return {
            "type": "section",
            "block": block_id,
            "text": text_spans(text, self.reader) if text else None,
            "fields": [text_spans(field, self.reader) for field in block.get("fields") or []],
            "accessory": shown_button(accessory, block_id, self.reader) if accessory else None,
        }


def _input(block: Block, view: View | None) -> page_models.InputBlock:
    """In a message it cannot be filled in: it is shown as the app sent it."""
    each = Input(block)
    if view is None:
        return shown_input(each, each.initial, None)
    each = Input(block, view.suggested.get(each.key, ()))
    return shown_input(each, view.values[each.key], view.errors.get(each.block_id))
