"""Buttons beside a pipeline's state: what the reader could have done to it now, and its full status. Pure.

Each begins what the typed command begins: a preview, which changes nothing until it is confirmed.
"""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import ButtonElement

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import CLEAR as CLEARS
from bot.domain.operations.plans import START as STARTS
from bot.domain.operations.plans import STOP as STOPS
from bot.domain.operations.plans import Plan
from bot.slack.text import blocks

CLEAR = "preview_clear"  # action ids; see `card.CLOSE`
STOP = "preview_stop"
START = "preview_start"
STATE = "pipeline_state"

_BUTTONS: Mapping[Plan, tuple[str, str]] = {
    CLEARS: ("Clear…", CLEAR),
    STOPS: ("Stop…", STOP),
    STARTS: ("Start…", START),
}


def action_buttons(name: PipelineName, offered: Sequence[Plan]) -> list[ButtonElement]:
    """*Clear…*, *Stop…*, *Start…*: those of these plans."""
    labeled = [_BUTTONS[plan] for plan in offered]
    return [
        blocks.plain_button(label, action, name, spoken=f"{label.rstrip('…')} {name}")
        for label, action in labeled
    ]


def state_button(name: PipelineName) -> ButtonElement:
    """*Details*: the pipeline's whole state."""
    return blocks.plain_button("Details", STATE, name, spoken=f"Details of {name}")
