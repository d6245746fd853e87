"""A message or a modal as a person reads it, in plain text: for stories, transcripts and the demo.

Blocks become lines, buttons `[Label]`; tokens become what the client shows for them (times in UTC). Formatting marks
(`*`, `_`, backticks) stay as they are, so that nothing of what the bot sent is hidden.
"""

from collections.abc import Callable, Mapping
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


def render(message: Message, names: Names) -> str:
    """The message's lines, blocks if it has any, else its text. `names` maps ids to shown names."""
    if not message.blocks:
        return render_text(message.text, names)
    return "\n".join(render_block(block, names) for block in message.blocks)


def render_view(view: View, names: Names) -> str:
    """A modal's lines: its title, its blocks with the values and errors of the inputs, its buttons."""
    lines = [_text(view.body["title"], names)] if "title" in view.body else []
    for block in view.blocks:
        if block["type"] != "input":
            lines.append(render_block(block, names))
            continue
        each = Input(block, view.suggested.get(Input(block).key, ()))
        lines.append(f"{each.label}: {each.shown(view.values[each.key]) or BLANK}")
        if "hint" in block:
            lines.append(f"({_text(block['hint'], names)})")
        if each.block_id in view.errors:
            lines.append(f"⚠ {view.errors[each.block_id]}")
    if view.body["type"] == "modal":
        close, submit = view.body.get("close"), view.body.get("submit")
        buttons = [_text(close, names) if close else "Cancel", *([_text(submit, names)] if submit else [])]
        lines.append(" ".join(f"[{label}]" for label in buttons))
    return "\n".join(lines)


def render_text(text: str, names: Names) -> str:
    """Turn a mrkdwn text into what the client shows: tokens replaced, entities unescaped."""
    pieces, end = [], 0
    for match in TOKEN.finditer(text):
        pieces += [unescape(text[end : match.start()]), _token(match[1], names)]
        end = match.end()
    return "".join([*pieces, unescape(text[end:])])


def render_confirm(dialog: Block, names: Names) -> str:
    """A confirm dialog: title, text and its two buttons, a line each."""
    title, text = (_text(dialog[part], names) for part in ("title", "text"))
    return f"{title}\n{text}\n[{_text(dialog['confirm'], names)}] [{_text(dialog['deny'], names)}]"


def render_block(block: Block, names: Names) -> str:
    """One block's lines."""
    return _SHOWN[block["type"]](block, names)


def _section(block: Block, names: Names) -> str:
    lines = [_text(block["text"], names)] if "text" in block else []
    beside = [_labels([block["accessory"]], names)] if "accessory" in block else []
    return "\n".join([*lines, *(_text(field, names) for field in block.get("fields", [])), *beside])


def _labels(buttons: list[Block], names: Names) -> str:
    return " ".join(f"[{_text(each['text'], names)}]" for each in buttons)


def _text(part: Mapping[str, Any], names: Names) -> str:
    return render_text(part["text"], names) if part["type"] == "mrkdwn" else unescape(part["text"])


def _token(token: str, names: Names) -> str:
    target, _, label = token.partition("|")
    if target.startswith("!date^"):
        shown = shown_date(target)
        return unescape(label if shown is None else shown.text)
    return label_of(token, names)


_SHOWN: dict[str, Callable[[Block, Names], str]] = {
    "section": _section,
    "header": lambda block, names: _text(block["text"], names),
    "context": lambda block, names: BETWEEN_PARTS.join(_text(each, names) for each in block["elements"]),
    "actions": lambda block, names: _labels(block["elements"], names),
    "divider": lambda _block, _names: RULE,
    "input": lambda block, names: f"{_text(block['label'], names)}: {BLANK}",
}
