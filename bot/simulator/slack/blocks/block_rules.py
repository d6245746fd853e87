"""Block Kit's rules for messages, modals and the Home tab: which blocks, with which fields, how long and how many.

`problems_in_blocks` and `problems_in_view` name every breach the way Slack does ("must be less than 76 characters
[json-pointer:/blocks/0/…]"); an empty list means Slack would accept it. What Slack allows but no careful
client should send (a mention of a whole channel) is no problem here. Of Slack's blocks and elements there are those that the bot
sends, and dividers; the others are unsupported types here until it sends them.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from bot.simulator.slack.blocks import element_rules
from bot.simulator.slack.blocks.schema import (
    Check,
    Problem,
    all_of,
    anything,
    boolean,
    by_type,
    fields,
    items,
    string,
)

Surface = Literal["message", "modal", "home"]

BLOCKS_PER: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
SECTION_FIELDS = 10
FIELD_TEXT = 2000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
INPUT_LABEL = 2000
VIEW_TITLE = 24
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3000

_block_id: dict[str, Check] = {"block_id": element_rules.identifier}


def _text_or_fields(value: Any, at: str) -> Iterator[Problem]:
    if "text" not in value and "fields" not in value:
        yield Problem("missing required field: text or fields", at)


def _unique_action_ids(value: Any, at: str) -> Iterator[Problem]:
    listed = value.get("elements")
    used = Counter(
        element.get("action_id")
        for element in (listed if isinstance(listed, list) else [])
        if isinstance(element, dict) and element.get("action_id") is not None
    )
    for action_id, times in used.items():
        if times > 1:
            yield Problem(f"`action_id` {action_id} already exists in this block", f"{at}/elements")


_check_block = by_type(
    {
        "section": all_of(
            fields(
                {},
                {
                    "text": element_rules.text(element_rules.TEXT),
                    "fields": items(element_rules.text(FIELD_TEXT), most=SECTION_FIELDS),
                    "accessory": element_rules.in_actions,
                    **_block_id,
                },
            ),
            _text_or_fields,
        ),
        "header": fields({"text": element_rules.plain_text(HEADER_TEXT)}, _block_id),
        "divider": fields({}, _block_id),
        "context": fields(
            {"elements": items(element_rules.text(element_rules.TEXT), most=CONTEXT_ELEMENTS)}, _block_id
        ),
        "actions": all_of(
            fields({"elements": items(element_rules.in_actions, most=ACTIONS_ELEMENTS)}, _block_id),
            _unique_action_ids,
        ),
        "input": fields(
            {"label": element_rules.plain_text(INPUT_LABEL), "element": element_rules.in_input},
            {
                "hint": element_rules.plain_text(INPUT_LABEL),
                "optional": boolean,
                "dispatch_action": boolean,
                **_block_id,
            },
        ),
    }
)


def problems_in_blocks(blocks: Any, surface: Surface = "message") -> list[Problem]:
    """What Slack would refuse about these blocks, in order."""
    listed = items(_check_block, most=BLOCKS_PER[surface], fewest=0)
    found = list(listed(blocks, "/blocks"))
    return found or list(_problems_across(blocks))


def _problems_across(blocks: list[dict[str, Any]]) -> Iterator[Problem]:
    used = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for block_id, times in used.items():
        if times > 1:
            yield Problem(f"`block_id` {block_id} already exists for another block", "/blocks")


_view_common: dict[str, Check] = {
    "private_metadata": string(most=PRIVATE_METADATA, fewest=0),
    "callback_id": string(most=element_rules.IDENTIFIER, fewest=0),
}
_check_view = by_type(
    {
        "home": fields({"blocks": anything}, _view_common),
        "modal": fields(
            {"title": element_rules.plain_text(VIEW_TITLE), "blocks": anything},
            {
                "submit": element_rules.plain_text(VIEW_TITLE),
                "close": element_rules.plain_text(VIEW_TITLE),
                **_view_common,
            },
        ),
    }
)


def problems_in_view(view: Any) -> list[Problem]:
    """What Slack would refuse about this view; its size is `view_is_too_large`."""
    found = list(_check_view(view, "/view"))
    if found:
        return found
    found = [
        Problem(problem.message, f"/view{problem.pointer}")
        for problem in problems_in_blocks(view["blocks"], view["type"])
    ]
    asks = any(block["type"] == "input" for block in view["blocks"]) if not found else False
    if view["type"] == "modal" and asks and "submit" not in view:
        found.append(Problem("missing required field: submit (the view has inputs)", "/view"))
    return found


def view_is_too_large(view: Any) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES
