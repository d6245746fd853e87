"""The elements of blocks: text objects, confirm dialogs, options, buttons and inputs, with Slack's limits.

A limit belongs here if it counts within one element; what counts over a whole block or message is in `blocks`.
"""

from bot.simulator.slack.blocks.schema import Check, boolean, by_type, fields, integer, items, string

TEXT = 3000
IDENTIFIER = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
PLACEHOLDER = 150
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
CHOICES = 10
"""Options of checkboxes."""
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
INITIAL_VALUE = 3000

identifier = string(most=IDENTIFIER)
style = string(most=10, one_of=frozenset({"primary", "danger"}))


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
    {"description": text(OPTION_TEXT)},
)
in_actions = by_type(
    {
        "button": fields(
            {"text": plain_text(BUTTON_TEXT)},
            {
                "action_id": identifier,
                "value": string(most=BUTTON_VALUE),
                "style": style,
                "confirm": confirm,
                "accessibility_label": string(most=BUTTON_TEXT),
            },
        ),
    }
)
in_input = by_type(
    {
        "plain_text_input": fields(
            {},
            {
                "action_id": identifier,
                "placeholder": plain_text(PLACEHOLDER),
                "initial_value": string(most=INITIAL_VALUE, fewest=0),
                "focus_on_load": boolean,
                "multiline": boolean,
                "min_length": integer,
                "max_length": integer,
            },
        ),
        "external_select": fields(
            {},
            {
                "action_id": identifier,
                "placeholder": plain_text(PLACEHOLDER),
                "initial_option": option,
                "min_query_length": integer,
                "focus_on_load": boolean,
            },
        ),
        "checkboxes": fields(
            {"options": items(option, most=CHOICES)},
            {
                "action_id": identifier,
                "initial_options": items(option, most=CHOICES),
                "focus_on_load": boolean,
            },
        ),
    }
)
