"""The buttons in blocks: which there are, and their labels and ids.

Whether somebody sees one is not decided here.
"""

from collections.abc import Iterator, Sequence

from bot.simulator.slack.delivery.interactions import Button
from bot.simulator.slack.delivery.modal_interactions import ModalButton
from bot.simulator.slack.rendering.mrkdwn_tokens import unescape
from bot.simulator.slack.state.messages import Block, Message
from bot.simulator.slack.state.open_views import View


def pressable(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Every button in `blocks`, with the id of its block: in a row of its own, or beside a section's text."""
    for block in blocks:
        if "accessory" in block:
            yield block["block_id"], block["accessory"]
        if block["type"] == "actions":
            for button in block["elements"]:
                yield block["block_id"], button


def label_on(button: Button | ModalButton) -> str:
    return unescape(button.element["text"]["text"])


def named(place: Message | View) -> str:
    return f"the message {place.ts}" if isinstance(place, Message) else "the modal"
