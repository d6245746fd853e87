"""Rendered controls: buttons with their dialogs, and the inputs of a modal.

The elements were validated when the simulated Slack accepted them from the app.
"""

from bot.simulator.slack.blocks.form_inputs import Input, Option
from bot.simulator.slack.rendering.mrkdwn_parser import mrkdwn
from bot.simulator.slack.rendering.mrkdwn_tokens import unescape
from bot.simulator.slack.rendering.spans import Reader, Span, lines
from bot.simulator.slack.state.messages import Block
from bot.simulator.web.view import page_models

LONGEST_TEXT = 3000
"""Default limit of characters in a text input."""


def text_spans(part: Block, reader: Reader) -> list[Span]:
    """A text object: mrkdwn, or plain text, in which nothing is markup."""
    if part["type"] == "mrkdwn":
        return mrkdwn(part["text"], reader, verbatim=bool(part.get("verbatim")))
    return lines(unescape(part["text"]))


def shown_button(button: Block, block_id: str, reader: Reader) -> page_models.Button:
    confirm = button.get("confirm")
    return {
        "block": block_id,
        "action": str(button["action_id"]),
        "label": unescape(button["text"]["text"]),
        "aria": button.get("accessibility_label"),
        "style": button.get("style"),
        "confirm": _confirm(confirm, reader) if confirm else None,
    }


def shown_input(each: Input, standing: tuple[str, ...], error: str | None) -> page_models.InputBlock:
    """An input with its value, and the app's error about that."""
    block_id, action_id = each.key
    hint = each.block.get("hint")
    return {
        "type": "input",
        "block": block_id,
        "action": action_id,
        "label": each.label,
        "hint": hint and unescape(hint["text"]),
        "optional": each.is_optional,
        "error": error,
        "element": _input(each, standing),
    }


def _input(each: Input, standing: tuple[str, ...]) -> page_models.Input:
    element = each.block["element"]
    if each.is_ticked:
        return {
            "type": "checkboxes",
            "options": [_option(option) for option in each.options],
            "values": list(standing),
        }
    placeholder = unescape(element["placeholder"]["text"]) if element.get("placeholder") else None
    focus = bool(element.get("focus_on_load"))
    if each.queries_app:
        # Its options are the answer to a search: they are not part of the state.
        return {
            "type": "select",
            "value": each.shown(standing) or None,
            "shortest": each.shortest_query,
            "placeholder": placeholder,
            "focus": focus,
        }
    return {
        "type": "text",
        "value": "".join(standing),
        "multiline": bool(element.get("multiline")),
        "placeholder": placeholder,
        "longest": int(element.get("max_length") or LONGEST_TEXT),
        "focus": focus,
    }


def _option(option: Option) -> page_models.Option:
    return {"label": option.label, "value": option.value, "description": option.description}


def _confirm(dialog: Block, reader: Reader) -> page_models.Confirm:
    title, confirm, deny = (unescape(dialog[part]["text"]) for part in ("title", "confirm", "deny"))
    text = text_spans(dialog["text"], reader)
    return {"title": title, "text": text, "confirm": confirm, "deny": deny, "style": dialog.get("style")}
