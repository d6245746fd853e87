"""Clear form fields: what can be entered into each, and what was entered. Pure.

What comes back in a payload is treated like typed text: it is checked, and names only a pipeline and its plan.
"""

from typing import Any

from slack_sdk.models.blocks import (
    CheckboxesElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
)

from bot.domain.access.rules import Requirements
from bot.domain.commands import Clear
from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Pipeline
from bot.domain.pipelines.targets import Targets
from bot.engine.handlers.clear_form import Offer
from bot.slack.payloads import View
from bot.slack.sentences import labels
from bot.slack.sentences.access.rule_text import match_of
from bot.slack.sentences.losses import since_last_checkpoint
from bot.slack.text import blocks
from bot.slack.text.mrkdwn import plain

CHOOSE = "choose_pipeline"  # action ids; see `card.CLOSE`
CHOOSE_STEPS = "choose_steps"
PIPELINE = "pipeline"  # block ids of the inputs
STEPS = "steps"
REASON = "reason"

STOP_FIRST = "Stop it first"
START_AFTERWARDS = "Start it afterwards"

OPTION_MAX = 75  # characters
REASON_MAX = blocks.REASON_MAX  # a card shows no more than that
HINT_MAX = 500


def which() -> InputBlock:
    menu = ExternalDataSelectElement(
        action_id=CHOOSE,
        placeholder=PlainTextObject(text="Type a part of its name"),
        min_query_length=0,
    )
    return InputBlock(
        block_id=PIPELINE, label=PlainTextObject(text="Pipeline"), element=menu, dispatch_action=True
    )


def how() -> InputBlock:
    boxes = CheckboxesElement(
        action_id=CHOOSE_STEPS,
        options=[
            _box(StepName.STOP, STOP_FIRST, f"By force: {since_last_checkpoint('its')} is lost."),
            _box(StepName.START, START_AFTERWARDS, "It starts empty."),
        ],
    )
    label = PlainTextObject(text="Also do, in the same request")
    return InputBlock(block_id=STEPS, label=label, element=boxes, optional=True, dispatch_action=True)


def _box(step: StepName, label: str, description: str) -> Option:
    return Option(
        value=step.value, text=PlainTextObject(text=label), description=PlainTextObject(text=description)
    )


def why(requirements: Requirements | None) -> InputBlock:
    patterns = () if requirements is None else requirements.reason_patterns
    is_wanted = requirements is not None and (requirements.reason_required or bool(patterns))
    hint = "It is shown on the card."
    if patterns:
        hint = f"It must contain {match_of(len(patterns))} {' and '.join(patterns)}. {hint}"
    return InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Reason"),
        element=PlainTextInputElement(action_id=REASON, max_length=REASON_MAX),
        hint=PlainTextObject(text=plain(hint, HINT_MAX), emoji=False),
        optional=not is_wanted,
    )


def option(offer: Offer) -> dict[str, Any]:
    """A line of the menu, with the pipeline's state below its name."""
    now = offer.state
    text = (
        f"{labels.deployment_sign(now.status)} {now.status} · {labels.storage(now).plain}"
        if isinstance(now, Pipeline)
        else f"{labels.UNKNOWN} cannot be read"
    )
    described = PlainTextObject(text=plain(text, OPTION_MAX))
    shown = PlainTextObject(text=plain(offer.name, OPTION_MAX), emoji=False)
    return Option(text=shown, value=offer.name, description=described).to_dict()


def chosen(view: View, targets: Targets) -> Clear | None:
    """The command that the form holds now; None while no pipeline is chosen."""
    option = view.filled(PIPELINE, CHOOSE).selected_option
    name = "" if option is None else option.value
    if not targets.may_be_typed(name):
        return None
    why = view.filled(REASON, REASON).value or ""
    steps = {each.value for each in view.filled(STEPS, CHOOSE_STEPS).selected_options or []}
    return Clear(
        PipelineName(name),
        plain(why, REASON_MAX),
        stop=StepName.STOP in steps,
        start=StepName.START in steps,
    )
