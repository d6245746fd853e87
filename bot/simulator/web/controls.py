"""What can be pressed, picked and filled in, as the page draws it: buttons with their dialogs, and the inputs of a modal.

It takes elements as Slack took them from the app. What the simulated people cannot use is shown all the same, and named.
"""

from typing import Literal

from bot.simulator.slack.formatting import mrkdwn
from bot.simulator.slack.forms import Input, Option
from bot.simulator.slack.messages import Block
from bot.simulator.slack.mrkdwn import unescape
from bot.simulator.slack.spans import Reader, Span, is_opened, lines
from bot.simulator.web import wire

_TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
_SELECTS = frozenset({"static_select", "external_select"})
LONGEST_TEXT = 3000
"""Characters that Slack lets somebody type, unless the app says otherwise."""


def text_spans(part: Block, reader: Reader) -> list[Span]:
    """A text object: mrkdwn, or plain text, in which nothing is markup."""
    if part["type"] == "mrkdwn":
        return mrkdwn(part["text"], reader, verbatim=bool(part.get("verbatim")))
    return lines(unescape(part["text"]))


def shown_element(element: Block, block_id: str, reader: Reader) -> wire.Element:
    action = str(element.get("action_id") or "")
    if element["type"] != "button":
        return {
            "type": _other(element["type"]),
            "block": block_id,
            "action": action,
            "label": _label(element),
        }
    url, confirm = unescape(element.get("url") or ""), element.get("confirm")
    return {
        "type": "button",
        "block": block_id,
        "action": action,
        "label": _label(element),
        "aria": element.get("accessibility_label"),
        "style": element.get("style"),
        "url": url if is_opened(url) else None,
        "confirm": _confirm(confirm, reader) if confirm else None,
    }


def shown_input(each: Input, standing: tuple[str, ...], error: str | None) -> wire.InputBlock:
    """An input with what stands in it, and what the app said is wrong with that."""
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


def _input(each: Input, standing: tuple[str, ...]) -> wire.Input:
    element = each.block["element"]
    kind, focus = str(element["type"]), bool(element.get("focus_on_load"))
    placeholder = unescape(element["placeholder"]["text"]) if element.get("placeholder") else None
    if kind in _TEXTS:
        return {
            "type": "text",
            "value": "".join(standing),
            "multiline": bool(element.get("multiline")),
            "placeholder": placeholder,
            "longest": int(element.get("max_length") or LONGEST_TEXT),
            "focus": focus,
        }
    if kind in _SELECTS:
        return {
            "type": "select",
            "value": each.shown(standing) or None,
            # A page that asked was told them in answer, and draws nothing anew for it.
            "options": [] if each.asks_the_app else [_option(option) for option in each.options],
            "asks": each.asks_the_app,
            "shortest": each.shortest_query if each.asks_the_app else 0,
            "placeholder": placeholder,
            "focus": focus,
        }
    if kind == "radio_buttons" or each.takes_several:
        choice: Literal["radio", "checkboxes"] = "checkboxes" if each.takes_several else "radio"
        return {
            "type": choice,
            "options": [_option(option) for option in each.options],
            "values": list(standing),
        }
    return {"type": "unknown", "name": kind}


def _option(option: Option) -> wire.Option:
    return {"label": option.label, "value": option.value, "description": option.description}


def _confirm(dialog: Block, reader: Reader) -> wire.Confirm:
    title, confirm, deny = (unescape(dialog[part]["text"]) for part in ("title", "confirm", "deny"))
    text = text_spans(dialog["text"], reader)
    return {"title": title, "text": text, "confirm": confirm, "deny": deny, "style": dialog.get("style")}


def _other(kind: str) -> Literal["select", "overflow", "unknown"]:
    if kind == "overflow":
        return "overflow"
    return "select" if kind.endswith("_select") else "unknown"


def _label(element: Block) -> str:
    if element["type"] == "overflow":
        return "More actions"
    text = element.get("text") or element.get("placeholder")
    return unescape(text["text"]) if text else str(element.get("alt_text") or element["type"])
