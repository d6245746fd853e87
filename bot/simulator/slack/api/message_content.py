"""Reads the content of a message from a request: of the Web API, a response_url or an ack.

All three accept the same text and blocks within the same limits; every message passes this module.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.simulator.slack.blocks.block_rules import problems_in_blocks
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.workspace import Content

LONGEST_TEXT = 40_000
"""Characters; Slack silently cuts off the rest."""
LONGEST_EDIT = 4000


def read_content(args: Mapping[str, Any], *, longest: int | None = None) -> Content:
    """The content of `args` (`text`, `blocks`).

    Raises:
        Refused: no_text, msg_too_long (more than `longest`), invalid_blocks, invalid_blocks_format; attachments are
            not simulated and refused by that name.
    """
    if args.get("attachments"):
        raise Refused("attachments_are_not_simulated")
    text = args.get("text") or ""
    if not isinstance(text, str):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] text must be a string"]})
    blocks = _read_blocks(args.get("blocks"))
    if not text.strip() and not blocks:
        raise Refused("no_text")
    if longest is not None and len(text) > longest:
        raise Refused("msg_too_long")
    return Content(text[:LONGEST_TEXT], tuple(blocks))


def read_json(value: Any, error: str) -> Any:
    """`value`, decoded if it came as a string, as form fields do."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as problem:
        raise Refused(error) from problem


def _read_blocks(value: Any) -> list[dict[str, Any]]:
    blocks = read_json(value, "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if problems := problems_in_blocks(blocks):
        raise invalid("invalid_blocks", problems)
    return blocks


def invalid(code: str, problems: list[Any]) -> Refused:
    """A refusal that says where the mistake is, as Slack does for blocks and views."""
    said = [str(problem) for problem in problems]
    return Refused(code, errors=said, response_metadata={"messages": [f"[ERROR] {each}" for each in said]})
