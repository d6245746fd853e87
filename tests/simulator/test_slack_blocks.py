"""Block Kit's limits: what is just short enough passes, what is a character or an element more does not."""

import pytest

from bot.simulator.slack.blocks.block_rules import problems_in_blocks, problems_in_view
from tests.simulator.slack_apps import actions, asks, button, option, plain, refusal, section

DIVIDER = {"type": "divider"}


def letters(length):
    return plain("x" * length)


def mrkdwn(length):
    return {"type": "mrkdwn", "text": "x" * length}


def fields(*texts):
    return [{"type": "section", "fields": list(texts)}]


def one_button(**more):
    return [actions({"type": "button", "text": letters(1), **more})]


def confirm(**changed):
    dialog = dict.fromkeys(("title", "text", "confirm", "deny"), letters(1))
    return one_button(confirm={**dialog, **changed})


def boxes(*options):
    return [asks("Which", {"type": "checkboxes", "options": list(options)})]


def menu(**more):
    return [asks("Which", {"type": "external_select", **more})]


def view(**changed):
    return {"type": "modal", "title": letters(1), "blocks": [DIVIDER], **changed}


def problems_in(made):
    return problems_in_view(made) if isinstance(made, dict) else problems_in_blocks(made)


LIMITS = {
    "blocks in a message": (50, lambda n: [DIVIDER] * n),
    "section text": (3000, lambda n: [section("x" * n)]),
    "section fields": (10, lambda n: fields(*[letters(1)] * n)),
    "section field text": (2000, lambda n: fields(mrkdwn(n))),
    "header text": (150, lambda n: [{"type": "header", "text": letters(n)}]),
    "context elements": (10, lambda n: [{"type": "context", "elements": [letters(1)] * n}]),
    "actions elements": (25, lambda n: [actions(*(button("x", f"a{index}") for index in range(n)))]),
    "button text": (75, lambda n: one_button(text=letters(n))),
    "button value": (2000, lambda n: one_button(value="x" * n)),
    "value of a button beside a text": (2000, lambda n: [section("x", accessory=button("x", value="x" * n))]),
    "button accessibility label": (75, lambda n: one_button(accessibility_label="x" * n)),
    "action id": (255, lambda n: one_button(action_id="x" * n)),
    "block id": (255, lambda n: [{**DIVIDER, "block_id": "x" * n}]),
    "confirm title": (100, lambda n: confirm(title=letters(n))),
    "confirm text": (300, lambda n: confirm(text=mrkdwn(n))),
    "confirm button": (30, lambda n: confirm(confirm=letters(n))),
    "deny button": (30, lambda n: confirm(deny=letters(n))),
    "checkboxes": (10, lambda n: boxes(*(option(str(index)) for index in range(n)))),
    "option text": (75, lambda n: boxes(option("x" * n, "x"))),
    "option value": (150, lambda n: boxes(option("x", "x" * n))),
    "placeholder": (150, lambda n: menu(placeholder=letters(n))),
    "view title": (24, lambda n: view(title=letters(n))),
    "view submit": (24, lambda n: view(submit=letters(n))),
    "view close": (24, lambda n: view(close=letters(n))),
    "view private metadata": (3000, lambda n: view(private_metadata="x" * n)),
    "view callback id": (255, lambda n: view(callback_id="x" * n)),
    "view blocks": (100, lambda n: view(blocks=[DIVIDER] * n)),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_is_kept_to_the_last_one(limit):
    most, made = LIMITS[limit]
    assert problems_in(made(most)) == []
    [problem] = problems_in(made(most + 1))
    assert str(problem).endswith("]")
    assert problem.pointer.startswith("/view" if limit.startswith("view") else "/blocks")


BROKEN = {
    "unsupported type: banner [json-pointer:/blocks/0/type]": [{"type": "banner"}],
    "must be an object [json-pointer:/blocks/0]": ["x"],
    "must be an array [json-pointer:/blocks]": DIVIDER,
    "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]": [
        actions({"type": "plain_text_input"})
    ],
    "missing required field: text or fields [json-pointer:/blocks/0]": [{"type": "section"}],
    "missing required field: text [json-pointer:/blocks/0]": [{"type": "header"}],
    "missing required field: elements [json-pointer:/blocks/0]": [{"type": "actions"}],
    "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]": confirm(deny=None),
    "must be more than 0 characters [json-pointer:/blocks/0/text/text]": [section("")],
    "no fewer than 1 items required [json-pointer:/blocks/0/elements]": [actions()],
    "invalid additional property: colour [json-pointer:/blocks/0]": [{**DIVIDER, "colour": "red"}],
    "invalid additional property: emoji [json-pointer:/blocks/0/fields/0]": fields(
        {**mrkdwn(1), "emoji": True}
    ),
    "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]": [{"type": "header", "text": mrkdwn(1)}],
    "must be one of danger, primary [json-pointer:/blocks/0/elements/0/style]": one_button(style="green"),
    "must be a boolean [json-pointer:/blocks/0/fields/0/emoji]": fields({**letters(1), "emoji": "yes"}),
    "must be an integer [json-pointer:/blocks/0/element/min_query_length]": menu(min_query_length=True),
    "must be a string [json-pointer:/blocks/0/elements/0/value]": one_button(value=7),
    "`action_id` go already exists in this block [json-pointer:/blocks/0/elements]": [
        actions(button("Yes"), button("No"))
    ],
    "`block_id` b already exists for another block [json-pointer:/blocks]": [
        {**DIVIDER, "block_id": "b"} for _ in range(2)
    ],
}


@pytest.mark.parametrize("said", BROKEN)
def test_what_slack_refuses_is_named_where_it_is(said):
    assert [str(problem) for problem in problems_in_blocks(BROKEN[said])] == [said]


def test_every_kind_of_block_passes():
    """Action ids are unique within a block, not within a message."""
    blocks = [
        {"type": "header", "text": plain("x")},
        section("x", fields=[plain("x"), mrkdwn(1)], block_id="b"),
        DIVIDER,
        {"type": "context", "elements": [mrkdwn(1), plain("x")]},
        *confirm(style="danger"),
        actions(button("Yes", style="danger")),
        actions(button("No")),
        asks("Why", {"type": "plain_text_input", "multiline": True, "min_length": 1}),
        asks("Where", {"type": "external_select", "min_query_length": 0}),
        {**boxes(option("x", description=plain("x")))[0], "optional": True, "dispatch_action": True},
    ]
    assert problems_in_blocks(blocks) == []


def test_a_modal_with_inputs_needs_a_submit_button():
    asking = asks("Why", {"type": "plain_text_input"})
    assert problems_in_view(view(blocks=[asking], submit=plain("Go"))) == []
    assert len(problems_in_view(view(blocks=[asking]))) == 1


@pytest.mark.anyio
async def test_invalid_blocks_are_refused_with_the_reason_for_the_client(client, ops):
    refused = await refusal(
        client.chat_postMessage(channel=ops.id, text="x", blocks=one_button(text=letters(76)))
    )
    said = "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"
    assert refused.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [said],
        "response_metadata": {"messages": [f"[ERROR] {said}"]},
    }
    assert ops.messages == []
