"""What may stand inside blocks: text objects, confirm dialogs, options, buttons, menus and inputs, with Slack's limits.

A limit belongs here if it counts within one element; what counts over a whole block or message is in `blocks`.
"""

from collections.abc import Iterator
from typing import Any

from bot.simulator.slack.schema import (
    Check,
    Problem,
    all_of,
    anything,
    boolean,
    by_type,
    fields,
    integer,
    items,
    only,
    string,
)

TEXT = 3000
URL = 3000
IDENTIFIER = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
PLACEHOLDER = 150
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OVERFLOW_OPTIONS = 5
CHOICES = 10
"""Options of radio buttons and checkboxes."""
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
INITIAL_VALUE = 3000

identifier = string(most=IDENTIFIER)
style = string(most=10, one_of=frozenset({"primary", "danger"}))
url = string(most=URL)
rich_text_parts = items(anything, most=1000, fewest=0)


def plain_text(most: int) -> Check:
    return by_type({"plain_text": fields({"text": string(most=most)}, {"emoji": boolean})})


def text(most: int) -> Check:
    return by_type(
        {
            "plain_text": fields({"text": string(most=most)}, {"emoji": boolean}),
            "mrkdwn": fields({"text": string(most=most)}, {"verbatim": boolean}),
        }
    )


confirm = fields(
    {
        "title": plain_text(CONFIRM_TITLE),
        "text": text(CONFIRM_TEXT),
        "confirm": plain_text(CONFIRM_BUTTON),
        "deny": plain_text(CONFIRM_BUTTON),
    },
    {"style": style},
)
option = fields(
    {"text": text(OPTION_TEXT), "value": string(most=OPTION_VALUE)},
    {"description": text(OPTION_TEXT), "url": url},
)
option_group = fields({"label": plain_text(OPTION_TEXT), "options": items(option, most=OPTIONS)})


def _one_list_of_options(value: Any, at: str) -> Iterator[Problem]:
    if ("options" in value) == ("option_groups" in value):
        yield Problem("must provide either options or option_groups", at)


def one_picture(value: Any, at: str) -> Iterator[Problem]:
    if ("image_url" in value) == ("slack_file" in value):
        yield Problem("must provide either image_url or slack_file", at)


def _menu(**own: Check) -> Check:
    common = {
        "action_id": identifier,
        "placeholder": plain_text(PLACEHOLDER),
        "confirm": confirm,
        "focus_on_load": boolean,
    }
    return fields({}, {**common, **own})


def _choice(*, required: dict[str, Check], **own: Check) -> Check:
    return fields(required, {"action_id": identifier, "confirm": confirm, "focus_on_load": boolean, **own})


def _typed(**own: Check) -> Check:
    return fields(
        {},
        {
            "action_id": identifier,
            "placeholder": plain_text(PLACEHOLDER),
            "initial_value": string(most=INITIAL_VALUE, fewest=0),
            "focus_on_load": boolean,
            "dispatch_action_config": anything,
            **own,
        },
    )


_static = all_of(
    _menu(
        options=items(option, most=OPTIONS),
        option_groups=items(option_group, most=OPTIONS),
        initial_option=option,
        initial_options=items(option, most=OPTIONS),
        max_selected_items=integer,
    ),
    _one_list_of_options,
)
_named = _menu(
    initial_user=identifier,
    initial_users=items(identifier, most=OPTIONS),
    initial_conversation=identifier,
    initial_conversations=items(identifier, most=OPTIONS),
    initial_channel=identifier,
    initial_channels=items(identifier, most=OPTIONS),
    max_selected_items=integer,
    response_url_enabled=boolean,
    default_to_current_conversation=boolean,
    filter=anything,
)
_external = _menu(
    initial_option=option,
    initial_options=items(option, most=OPTIONS),
    min_query_length=integer,
    max_selected_items=integer,
)

_shows_to = {
    "accessibility_label": string(most=BUTTON_TEXT),
    "visible_to_user_ids": items(identifier, most=100),
}

ELEMENTS: dict[str, Check] = {
    "button": fields(
        {"text": plain_text(BUTTON_TEXT)},
        {
            "action_id": identifier,
            "url": url,
            "value": string(most=BUTTON_VALUE),
            "style": style,
            "confirm": confirm,
            **_shows_to,
        },
    ),
    "icon_button": fields(
        {"icon": string(most=IDENTIFIER), "text": plain_text(BUTTON_TEXT)},
        {"action_id": identifier, "value": string(most=BUTTON_VALUE), "confirm": confirm, **_shows_to},
    ),
    "feedback_buttons": fields(
        {"positive_button": anything, "negative_button": anything}, {"action_id": identifier}
    ),
    "image": all_of(
        fields({"alt_text": string(most=2000)}, {"image_url": url, "slack_file": anything}), one_picture
    ),
    "overflow": fields(
        {"options": items(option, most=OVERFLOW_OPTIONS)}, {"action_id": identifier, "confirm": confirm}
    ),
    "radio_buttons": _choice(required={"options": items(option, most=CHOICES)}, initial_option=option),
    "checkboxes": _choice(
        required={"options": items(option, most=CHOICES)}, initial_options=items(option, most=CHOICES)
    ),
    "datepicker": _menu(initial_date=string(most=10)),
    "timepicker": _menu(initial_time=string(most=5), timezone=string(most=100)),
    "datetimepicker": _choice(required={}, initial_date_time=integer),
    "plain_text_input": _typed(multiline=boolean, min_length=integer, max_length=integer),
    "email_text_input": _typed(),
    "url_text_input": _typed(),
    "number_input": _typed(is_decimal_allowed=boolean, min_value=anything, max_value=anything),
    **{f"{many}static_select": _static for many in ("", "multi_")},
    **{f"{many}external_select": _external for many in ("", "multi_")},
    **{
        f"{many}{what}_select": _named
        for many in ("", "multi_")
        for what in ("users", "conversations", "channels")
    },
}

_SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
_PICKERS = ("datepicker", "timepicker", "radio_buttons", "checkboxes")
_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "datetimepicker")

in_section = only(ELEMENTS, "button", "image", "overflow", *_SELECTS, *_PICKERS)
in_actions = only(ELEMENTS, "button", "overflow", "datetimepicker", *_SELECTS, *_PICKERS)
in_context_actions = only(ELEMENTS, "icon_button", "feedback_buttons")
in_input = only(ELEMENTS, *_INPUTS, *_SELECTS, *_PICKERS)
in_context = by_type(
    {
        "image": ELEMENTS["image"],
        "plain_text": fields({"text": string(most=TEXT)}, {"emoji": boolean}),
        "mrkdwn": fields({"text": string(most=TEXT)}, {"verbatim": boolean}),
    }
)
