"""Blocks, modals and Home as a page is told to draw them: everything decided, nothing that a browser could run."""

import pytest

from bot.simulator.slack import Version
from bot.simulator.slack.blocks.form_inputs import carried_over
from bot.simulator.slack.state.open_views import View
from bot.simulator.web.view.block_rendering import Display
from tests.clock import START
from tests.simulator.slack_apps import actions, asks, button, option, plain, section
from tests.simulator.slack_readers import ANA

HOSTILE = '<script>alert("1")</script> <img src=x onerror=alert(1)>'
BREAK = {"tag": "br", "in": []}


def strong(text):
    return {"tag": "strong", "in": [text]}


def message(text="", *blocks):
    return Display(ANA).message(Version(text, blocks, START))


def drawn(block):
    """The one block of a message, but its id."""
    (shown,) = message("", {**block, "block_id": "b1"})
    assert shown.pop("block") == "b1"
    return shown


def view(*blocks, kind="modal", **more):
    numbered = tuple({"block_id": f"b{number}", **block} for number, block in enumerate(blocks))
    made = View("V1", "U01ANA", {"type": kind, "title": plain("Clear &amp; go"), **more}, "1.ab", numbered)
    made.values = carried_over(numbered, {})
    return made


def inputs_of(modal):
    return Display(ANA).modal(modal)["blocks"]


def test_every_kind_of_block():
    """Marks count in mrkdwn and nowhere else; a verbatim text links nothing by itself."""
    header = {"type": "header", "text": plain("Clear &lt;orders&gt; *now*")}
    fields = [{"type": "mrkdwn", "text": "*State*\nwaiting"}, plain("*plain*\n2nd line")]
    context = [{"type": "mrkdwn", "text": "*by* ana"}, plain("*op_1*")]
    verbatim = {"type": "mrkdwn", "text": "https://x.example", "verbatim": True}
    assert [
        drawn(header),
        drawn({"type": "section", "fields": fields}),
        drawn({"type": "context", "elements": context}),
        drawn({"type": "divider"}),
        drawn({"type": "section", "text": verbatim}),
    ] == [
        {"type": "header", "text": ["Clear <orders> *now*"]},
        {
            "type": "section",
            "text": None,
            "fields": [[strong("State"), BREAK, "waiting"], ["*plain*", BREAK, "2nd line"]],
            "accessory": None,
        },
        {"type": "context", "elements": [[strong("by"), " ana"], ["*op_1*"]]},
        {"type": "divider"},
        {"type": "section", "text": ["https://x.example"], "fields": [], "accessory": None},
    ]


def test_a_button_says_all_that_pressing_it_takes():
    """Its ids, how it looks, what a screen reader says of it, and the dialog it opens first."""
    text = {"type": "mrkdwn", "text": "It *cannot* be undone."}
    labels = {"title": plain("Sure?"), "confirm": plain("Clear it"), "deny": plain("Keep it")}
    dialog = {**labels, "text": text, "style": "danger"}
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
                "text": ["It ", strong("cannot"), " be undone."],
                "confirm": "Clear it",
                "deny": "Keep it",
                "style": "danger",
            },
        }
    ]


def test_a_button_beside_a_text():
    accessory = drawn(section("orders", accessory=button("Details", "details")))["accessory"]
    assert (accessory["block"], accessory["action"], accessory["label"]) == ("b1", "details", "Details")


def test_a_message_without_blocks_is_its_text():
    (shown,) = message("*Done*, <@U01ANA>")
    mention = {"tag": "mention", "kind": "user", "text": "@ana", "me": True, "place": None}
    assert shown == {"type": "text", "block": "", "text": [strong("Done"), ", ", mention]}


@pytest.mark.parametrize("kind", ["mrkdwn", "plain_text"])
def test_hostile_text_is_a_string_and_nothing_else(kind):
    for text in (HOSTILE, HOSTILE.replace("<", "&lt;").replace(">", "&gt;")):
        assert drawn({"type": "section", "text": {"type": kind, "text": text}})["text"] == [HOSTILE]


def test_a_modal_has_its_title_and_its_buttons():
    """What closes one is called as in Slack where the app gave it no name; nothing submits one without `submit`."""
    labels = {"submit": plain("Go &gt;"), "close": plain("Back")}
    assert Display(ANA).modal(view({"type": "divider"}, **labels)) == {
        "id": "V1",
        "hash": "1.ab",
        "title": "Clear & go",
        "submit": "Go >",
        "close": "Back",
        "blocks": [{"type": "divider", "block": "b0"}],
    }
    shown = Display(ANA).modal(view({"type": "divider"}))
    assert (shown["submit"], shown["close"]) == (None, "Cancel")


def test_an_input_says_what_stands_in_it_and_what_is_wrong_with_that():
    """In a message, it stands there as it was sent."""
    looks = {"multiline": True, "max_length": 20, "placeholder": plain("Because…"), "focus_on_load": True}
    field = {"type": "plain_text_input", "initial_value": "x", **looks}
    block = asks("Why", field, hint=plain("In a few words"), optional=True)
    modal = view(block)
    modal.values["why", "input"] = ("too late",)
    modal.errors["why"] = "Say more."
    assert inputs_of(modal) == [
        {
            "type": "input",
            "block": "why",
            "action": "input",
            "label": "Why",
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
    assert drawn(block)["element"]["value"] == "x"


def test_menus_and_checkboxes_show_what_is_picked():
    """A menu, how much has to be typed for its options, which are told to who types and are no part of the page."""
    ticks = [option("Stop", "stop", description=plain("R &amp; D")), option("Start", "start")]
    modal = view(
        asks("Which", {"type": "external_select", "min_query_length": 2}),
        asks("How", {"type": "checkboxes", "options": ticks, "initial_options": ticks[1:]}),
    )
    modal.suggested["which", "input"] = (option("R &amp; D", "rd"), option("payments", "p"))
    modal.values["which", "input"] = ("rd",)
    assert [each["element"] for each in inputs_of(modal)] == [
        {"type": "select", "value": "R & D", "shortest": 2, "placeholder": None, "focus": False},
        {
            "type": "checkboxes",
            "options": [
                {"label": "Stop", "value": "stop", "description": "R & D"},
                {"label": "Start", "value": "start", "description": None},
            ],
            "values": ["start"],
        },
    ]


def test_home_is_its_blocks():
    shown = {"type": "section", "block": "b0", "text": [strong("Hello")], "fields": [], "accessory": None}
    assert Display(ANA).home(view(section("*Hello*"), kind="home")) == {"hash": "1.ab", "blocks": [shown]}
