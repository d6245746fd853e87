"""A message or a modal as a person reads it, in plain text: for stories, transcripts and the demo.

Blocks become lines, buttons `[Label]`; tokens become what the client shows for them (times in UTC). Formatting marks
(`*`, `_`, backticks) stay as they are, so that nothing of what the bot sent is hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.simulator.slack.blocks.form_inputs import Input
from bot.simulator.slack.rendering.dates import shown_date
from bot.simulator.slack.rendering.mrkdwn_tokens import TOKEN, label_of, unescape
from bot.simulator.slack.state.messages import Block, Message
from bot.simulator.slack.state.open_views import View

RULE = "———"
BETWEEN_PARTS = " · "
BLANK = "____"

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """What a text is shown with: `names` maps ids to shown names; without a present, ages read as "some time ago"."""

    names: Names
    now: datetime | None = None


def render(message: Message, names: Names, *, now: datetime | None = None) -> str:
    """The message's lines, blocks if it has any, else its text."""
    reader = Reader(names, now)
    if not message.blocks:
        return _rendered(message.text, reader)
    return "\n".join(_SHOWN[block["type"]](block, reader) for block in message.blocks)


def render_view(view: View, names: Names) -> str:
    """A modal's lines: its title, its blocks with the values and errors of the inputs, its buttons."""
    reader = Reader(names)
    lines = [_text(view.body["title"], reader)] if "title" in view.body else []
    for block in view.blocks:
        if block["type"] != "input":
            lines.append(_SHOWN[block["type"]](block, reader))
            continue
        each = Input(block, view.suggested.get(Input(block).key, ()))
        lines.append(f"{each.label}: {each.shown(view.values[each.key]) or BLANK}")
        if "hint" in block:
            lines.append(f"({_text(block['hint'], reader)})")
        if each.block_id in view.errors:
            lines.append(f"⚠ {view.errors[each.block_id]}")
    if view.body["type"] == "modal":
        close, submit = view.body.get("close"), view.body.get("submit")
        buttons = [_text(close, reader) if close else "Cancel", *([_text(submit, reader)] if submit else [])]
        lines.append(" ".join(f"[{label}]" for label in buttons))
    return "\n".join(lines)


def render_text(text: str, names: Names) -> str:
    """Turn a mrkdwn text into what the client shows: tokens replaced, entities unescaped."""
    return _rendered(text, Reader(names))


def _rendered(text: str, reader: Reader) -> str:
    pieces, end = [], 0
    for match in TOKEN.finditer(text):
        pieces += [unescape(text[end : match.start()]), _token(match[1], reader)]
        end = match.end()
    return "".join([*pieces, unescape(text[end:])])


def render_confirm(dialog: Block, names: Names) -> str:
    """A confirm dialog: title, text and its two buttons, a line each."""
    reader = Reader(names)
    title, text = (_text(dialog[part], reader) for part in ("title", "text"))
    return f"{title}\n{text}\n[{_text(dialog['confirm'], reader)}] [{_text(dialog['deny'], reader)}]"


def render_block(block: Block, names: Names) -> str:
    """One block's lines."""
    return _SHOWN[block["type"]](block, Reader(names))


def _section(block: Block, reader: Reader) -> str:
    lines = [_text(block["text"], reader)] if "text" in block else []
    beside = [_labels([block["accessory"]], reader)] if "accessory" in block else []
    return "\n".join([*lines, *(_text(field, reader) for field in block.get("fields", [])), *beside])


def _labels(buttons: list[Block], reader: Reader) -> str:
    return " ".join(f"[{_text(each['text'], reader)}]" for each in buttons)


def _text(part: Mapping[str, Any], reader: Reader) -> str:
    return _rendered(part["text"], reader) if part["type"] == "mrkdwn" else unescape(part["text"])


def _token(token: str, reader: Reader) -> str:
    target, _, label = token.partition("|")
    if target.startswith("!date^"):
        shown = shown_date(target, now=reader.now)
        return unescape(label if shown is None else shown.text)
    return label_of(token, reader.names)


_SHOWN: dict[str, Callable[[Block, Reader], str]] = {
    "section": _section,
    "header": lambda block, reader: _text(block["text"], reader),
    "context": lambda block, reader: BETWEEN_PARTS.join(_text(each, reader) for each in block["elements"]),
    "actions": lambda block, reader: _labels(block["elements"], reader),
    "divider": lambda _block, _reader: RULE,
    "input": lambda block, reader: f"{_text(block['label'], reader)}: {BLANK}",
}
