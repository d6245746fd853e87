"""Blocks, modals and Home as a page is told to draw them: everything decided, nothing that a browser could run."""

import pytest

from bot.simulator.slack import Version
from bot.simulator.slack.forms import carried_over
from bot.simulator.slack.views import View
from bot.simulator.web.shown import Display
from tests.clock import START
from tests.simulator.slack_apps import actions, button, section
from tests.simulator.slack_readers import ANA

HOSTILE = '<script>alert("1")</script> <img src=x onerror=alert(1)>'


def plain(text):
    return {"type": "plain_text", "text": text}


def option(label, value, **more):
    return {"text": plain(label), "value": value, **more}


def display():
    return Display(ANA)


def drawn(block):
    """The one block of a message, but its id."""
    (shown,) = display().message(Version("text", ({"block_id": "b1", **block},), START))
    assert shown.pop("block") == "b1"
    return shown


def view(*blocks, kind="modal", **more):
    numbered = tuple({"block_id": f"b{number}", **block} for number, block in enumerate(blocks))
    made = View("V1", "U01ANA", {"type": kind, "title": plain("Clear &amp; go"), **more}, "1.ab", numbered)
    made.values = carried_over(numbered, {})
    return made


def asks(element, **more):
    return {
        "type": "input",
        "block_id": "why",
        "label": plain("Why?"),
        "element": {"action_id": "a", **element},
        **more,
    }


def element_of(block, modal=None):
    (shown,) = display().modal(modal or view(block))["blocks"]
    return shown["element"]


def test_a_header_and_a_section_with_its_fields():
    assert drawn({"type": "header", "text": plain("Clear &lt;orders&gt; *now*")}) == {
        "type": "header",
        "text": ["Clear <orders> *now*"],
    }
    fields = [{"type": "mrkdwn", "text": "*State*\nwaiting"}, plain("*plain*\n2nd line")]
    assert drawn({"type": "section", "fields": fields}) == {
        "type": "section",
        "text": None,
        "fields": [
            [{"tag": "strong", "in": ["State"]}, {"tag": "br", "in": []}, "waiting"],
            ["*plain*", {"tag": "br", "in": []}, "2nd line"],
        ],
    }


def test_a_button_says_all_that_pressing_it_takes():
    """Its ids, how it looks, what a screen reader says of it, and the dialog it opens first."""
    dialog = {
        "title": plain("Sure?"),
        "text": {"type": "mrkdwn", "text": "It *cannot* be undone."},
        "confirm": plain("Clear it"),
        "deny": plain("Keep it"),
        "style": "danger",
    }
    pressed = button("R &amp; D", "go", style="danger", accessibility_label="Go on", confirm=dialog)
    assert drawn(actions(pressed))["elements"] == [
        {
            "block": "b1",
            "action": "go",
            "label": "R & D",
            "aria": "Go on",
            "style": "danger",
            "confirm": {
                "title": "Sure?",
                "text": ["It ", {"tag": "strong", "in": ["cannot"]}, " be undone."],
                "confirm": "Clear it",
                "deny": "Keep it",
                "style": "danger",
            },
        }
    ]


def test_a_line_of_context_and_a_divider():
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "_by_ ana"}, plain("_op_1_")]}
    assert drawn(context) == {
        "type": "context",
        "elements": [[{"tag": "em", "in": ["by"]}, " ana"], ["_op_1_"]],
    }
    assert drawn({"type": "divider"}) == {"type": "divider"}


def test_a_message_without_blocks_is_its_text():
    assert display().message(Version("*Done*, <@U01ANA>", (), START)) == [
        {
            "type": "text",
            "block": "",
            "text": [
                {"tag": "strong", "in": ["Done"]},
                ", ",
                {"tag": "mention", "kind": "user", "text": "@ana", "me": True, "place": None},
            ],
        }
    ]


@pytest.mark.parametrize("kind", ["mrkdwn", "plain_text"])
def test_hostile_text_is_a_string_and_nothing_else(kind):
    """Whatever a name or a reason holds; escaped by the bot or not."""
    for text in (HOSTILE, HOSTILE.replace("<", "&lt;").replace(">", "&gt;")):
        assert drawn({"type": "section", "text": {"type": kind, "text": text}})["text"] == [HOSTILE]


def test_verbatim_texts_link_nothing_by_themselves():
    text = {"type": "mrkdwn", "text": "https://x.example", "verbatim": True}
    assert drawn({"type": "section", "text": text})["text"] == ["https://x.example"]


def test_a_modal_has_its_title_and_its_buttons():
    """What closes one is called as in Slack where the app gave it no name; nothing submits one without `submit`."""
    shown = display().modal(view({"type": "divider"}, submit=plain("Go &gt;"), close=plain("Back")))
    assert shown == {
        "id": "V1",
        "hash": "1.ab",
        "title": "Clear & go",
        "submit": "Go >",
        "close": "Back",
        "blocks": [{"type": "divider", "block": "b0"}],
    }
    shown = display().modal(view({"type": "divider"}))
    assert (shown["submit"], shown["close"]) == (None, "Cancel")


def test_an_input_says_what_stands_in_it_and_what_is_wrong_with_that():
    block = asks(
        {
            "type": "plain_text_input",
            "multiline": True,
            "max_length": 20,
            "placeholder": plain("Because…"),
            "focus_on_load": True,
        },
        hint=plain("In a few words"),
        optional=True,
    )
    modal = view(block)
    modal.values["why", "a"] = ("too late",)
    modal.errors["why"] = "Say more."
    assert display().modal(modal)["blocks"] == [
        {
            "type": "input",
            "block": "why",
            "action": "a",
            "label": "Why?",
            "hint": "In a few words",
            "optional": True,
            "error": "Say more.",
            "element": {
                "type": "text",
                "value": "too late",
                "multiline": True,
                "placeholder": "Because…",
                "longest": 20,
                "focus": True,
            },
        }
    ]


def test_a_menu_shows_what_is_picked():
    """And how much has to be typed for its options, which are told to who types and are no part of the page."""
    modal = view(asks({"type": "external_select", "min_query_length": 2}))
    modal.suggested["why", "a"] = (option("R &amp; D", "rd"), option("payments", "p"))
    modal.values["why", "a"] = ("rd",)
    assert element_of(None, modal) == {
        "type": "select",
        "value": "R & D",
        "shortest": 2,
        "placeholder": None,
        "focus": False,
    }


def test_checkboxes_say_which_are_ticked():
    options = [option("Stop", "stop", description=plain("R &amp; D")), option("Start", "start")]
    assert element_of(asks({"type": "checkboxes", "options": options, "initial_options": options[1:]})) == {
        "type": "checkboxes",
        "options": [
            {"label": "Stop", "value": "stop", "description": "R & D"},
            {"label": "Start", "value": "start", "description": None},
        ],
        "values": ["start"],
    }


def test_an_input_in_a_message_stands_there_as_it_was_sent():
    asked = {**asks({"type": "plain_text_input", "initial_value": "x"}), "block_id": "b1"}
    assert drawn(asked)["element"]["value"] == "x"


def test_home_is_its_blocks():
    home = view(section("*Hello*"), kind="home")
    assert display().home(home) == {
        "hash": "1.ab",
        "blocks": [
            {
                "type": "section",
                "block": "b0",
                "text": [{"tag": "strong", "in": ["Hello"]}],
                "fields": [],
            }
        ],
    }
