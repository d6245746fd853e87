"""Block Kit's limits: what is just short enough passes, what is a character or an element more does not."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.blocks import problems_in_blocks, problems_in_view, view_is_too_large
from tests.clock import MovableClock
from tests.simulator.slack_apps import actions, button, client_of, section


def plain(length):
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length):
    return {"type": "mrkdwn", "text": "x" * length}


def confirm(**changed):
    return {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **changed}


def options(number, **changed):
    return [{"text": plain(1), "value": str(index), **changed} for index in range(number)]


def asks(element):
    return {"type": "input", "label": plain(1), "element": element}


def boxes(chosen):
    return asks({"type": "checkboxes", "action_id": "s", "options": chosen})


def labelled(length, **more):
    return actions({"type": "button", "text": plain(length), **more})


LIMITS = {
    "blocks in a message": (50, lambda n: [{"type": "divider"}] * n),
    "section text": (3000, lambda n: [section("x" * n)]),
    "section fields": (10, lambda n: [{"type": "section", "fields": [plain(1)] * n}]),
    "section field text": (2000, lambda n: [{"type": "section", "fields": [mrkdwn(n)]}]),
    "header text": (150, lambda n: [{"type": "header", "text": plain(n)}]),
    "context elements": (10, lambda n: [{"type": "context", "elements": [plain(1)] * n}]),
    "actions elements": (25, lambda n: [actions(*(button("x", f"a{index}") for index in range(n)))]),
    "button text": (75, lambda n: [labelled(n)]),
    "button value": (2000, lambda n: [labelled(1, value="x" * n)]),
    "button accessibility label": (75, lambda n: [labelled(1, accessibility_label="x" * n)]),
    "action id": (255, lambda n: [labelled(1, action_id="x" * n)]),
    "block id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "confirm title": (100, lambda n: [labelled(1, confirm=confirm(title=plain(n)))]),
    "confirm text": (300, lambda n: [labelled(1, confirm=confirm(text=mrkdwn(n)))]),
    "confirm button": (30, lambda n: [labelled(1, confirm=confirm(confirm=plain(n)))]),
    "deny button": (30, lambda n: [labelled(1, confirm=confirm(deny=plain(n)))]),
    "checkboxes": (10, lambda n: [boxes(options(n))]),
    "option text": (75, lambda n: [boxes(options(1, text=plain(n)))]),
    "option value": (150, lambda n: [boxes(options(1, value="x" * n))]),
    "placeholder": (150, lambda n: [asks({"type": "external_select", "placeholder": plain(n)})]),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_is_kept_to_the_last_one(limit):
    """As much as the limit allows passes, one more is named with the place where it is."""
    most, made = LIMITS[limit]
    assert problems_in_blocks(made(most)) == []
    [problem] = problems_in_blocks(made(most + 1))
    assert str(problem).endswith("]")
    assert "/blocks" in problem.pointer


BROKEN = {
    "unsupported type: banner [json-pointer:/blocks/0/type]": [{"type": "banner"}],
    "unsupported type: None [json-pointer:/blocks/0/type]": [{"text": "x"}],
    "must be an object [json-pointer:/blocks/0]": ["x"],
    "must be an array [json-pointer:/blocks]": {"type": "divider"},
    "unsupported type: table_button [json-pointer:/blocks/0/elements/0/type]": [
        actions({"type": "table_button"})
    ],
    "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]": [
        actions({"type": "plain_text_input"})
    ],
    "missing required field: text or fields [json-pointer:/blocks/0]": [{"type": "section"}],
    "missing required field: text [json-pointer:/blocks/0]": [{"type": "header"}],
    "missing required field: elements [json-pointer:/blocks/0]": [{"type": "actions"}],
    "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]": [
        labelled(1, confirm={"title": plain(1), "text": plain(1), "confirm": plain(1)})
    ],
    "must be more than 0 characters [json-pointer:/blocks/0/text/text]": [section("")],
    "no fewer than 1 items required [json-pointer:/blocks/0/elements]": [actions()],
    "invalid additional property: colour [json-pointer:/blocks/0]": [{"type": "divider", "colour": "red"}],
    "invalid additional property: emoji [json-pointer:/blocks/0/text]": [
        {"type": "section", "text": {**mrkdwn(1), "emoji": True}}
    ],
    "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]": [{"type": "header", "text": mrkdwn(1)}],
    "must be one of danger, primary [json-pointer:/blocks/0/elements/0/style]": [labelled(1, style="green")],
    "must be a boolean [json-pointer:/blocks/0/text/emoji]": [
        {"type": "header", "text": {**plain(1), "emoji": "yes"}}
    ],
    "must be an object [json-pointer:/blocks/0/elements/0/confirm]": [labelled(1, confirm="Sure?")],
    "must be an integer [json-pointer:/blocks/0/element/min_query_length]": [
        asks({"type": "external_select", "min_query_length": True})
    ],
    "must be a string [json-pointer:/blocks/0/elements/0/value]": [labelled(1, value=7)],
    "`action_id` go already exists in this block [json-pointer:/blocks/0/elements]": [
        actions(button("Yes"), button("No"))
    ],
    "`block_id` b already exists for another block [json-pointer:/blocks]": [
        {"type": "divider", "block_id": "b"},
        {"type": "divider", "block_id": "b"},
    ],
}


@pytest.mark.parametrize("said", BROKEN)
def test_what_slack_refuses_is_named_where_it_is(said):
    """The problem says what is wrong and points at the place, as Slack's own answer does."""
    assert [str(problem) for problem in problems_in_blocks(BROKEN[said])] == [said]


def test_the_same_action_id_may_stand_in_two_blocks():
    """Action ids are unique within a block, not within a message."""
    assert problems_in_blocks([actions(button("Yes")), actions(button("No"))]) == []


def test_every_kind_of_block_passes():
    blocks = [
        {"type": "header", "text": plain(1)},
        {"type": "section", "text": mrkdwn(1), "fields": [plain(1), mrkdwn(1)], "block_id": "b"},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn(1), plain(1)]},
        actions(button("Go", style="danger", confirm=confirm(style="danger"))),
        asks({"type": "plain_text_input", "multiline": True, "min_length": 1}),
        asks({"type": "external_select", "min_query_length": 0}),
        {**boxes(options(2, description=plain(1))), "optional": True, "dispatch_action": True},
    ]
    assert problems_in_blocks(blocks) == []


def view(**changed):
    return {"type": "modal", "title": plain(1), "blocks": [{"type": "divider"}], **changed}


VIEW_LIMITS = {
    "title": (24, lambda n: view(title=plain(n))),
    "submit": (24, lambda n: view(submit=plain(n))),
    "close": (24, lambda n: view(close=plain(n))),
    "private metadata": (3000, lambda n: view(private_metadata="x" * n)),
    "callback id": (255, lambda n: view(callback_id="x" * n)),
    "blocks": (100, lambda n: view(blocks=[{"type": "divider"}] * n)),
}


@pytest.mark.parametrize("limit", VIEW_LIMITS)
def test_every_limit_of_a_view_is_kept(limit):
    """A view takes as much as its limit, and not one more."""
    most, made = VIEW_LIMITS[limit]
    assert problems_in_view(made(most)) == []
    assert len(problems_in_view(made(most + 1))) == 1


def test_a_modal_with_inputs_needs_a_submit_button():
    """Slack refuses a form nobody could send."""
    asking = {"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}}
    assert problems_in_view(view(blocks=[asking], submit=plain(1))) == []
    assert len(problems_in_view(view(blocks=[asking]))) == 1


def test_a_view_is_at_most_250_kilobytes():
    """Beyond that it is view_too_large, however few blocks it has."""
    assert not view_is_too_large(view(blocks=[section("x" * 3000)] * 80))
    assert view_is_too_large(view(blocks=[section("x" * 3000)] * 85))


@pytest.mark.anyio
async def test_invalid_blocks_are_refused_with_the_reason_for_the_client():
    """The answer is invalid_blocks, and says which field of which block it is."""
    async with SlackSimulator(MovableClock()) as slack:
        ops = slack.adds_channel("ops")
        with pytest.raises(SlackApiError) as refused:
            await client_of(slack).chat_postMessage(channel=ops.id, text="x", blocks=[labelled(76)])
        assert ops.messages == []
    said = "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"
    assert refused.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [said],
        "response_metadata": {"messages": [f"[ERROR] {said}"]},
    }
