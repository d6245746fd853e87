"""Blocks, modals and Home as a page is told to draw them: everything decided, nothing that a browser could run."""

import pytest

from bot.simulator.slack import Version
from bot.simulator.slack.forms import carried_over
from bot.simulator.slack.views import View
from bot.simulator.web.shown import Display
from tests.clock import START
from tests.simulator.slack_apps import button, section
from tests.simulator.slack_readers import ANA

HOSTILE = '<script>alert("1")</script> <img src=x onerror=alert(1)>'


def plain(text):
    return {"type": "plain_text", "text": text}


def option(label, value, **more):
    return {"text": plain(label), "value": value, **more}


def display():
    return Display(ANA, lambda element: "U01ANA" in element.get("visible_to_user_ids", ["U01ANA"]))


def drawn(block, **more):
    """The one block of a message, but its id."""
    (shown,) = display().message(Version("text", ({"block_id": "b1", **block, **more},), START))
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
        "accessory": None,
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
    shown = drawn(
        section(
            "orders",
            accessory=button("R &amp; D", "go", style="danger", accessibility_label="Go on", confirm=dialog),
        )
    )
    assert shown["accessory"] == {
        "type": "button",
        "block": "b1",
        "action": "go",
        "label": "R & D",
        "aria": "Go on",
        "style": "danger",
        "url": None,
        "confirm": {
            "title": "Sure?",
            "text": ["It ", {"tag": "strong", "in": ["cannot"]}, " be undone."],
            "confirm": "Clear it",
            "deny": "Keep it",
            "style": "danger",
        },
    }


@pytest.mark.parametrize(
    ("url", "opened"),
    [("https://x.example/?a=1&amp;b=2", "https://x.example/?a=1&b=2"), ("javascript:alert(1)", None)],
)
def test_a_button_leads_only_where_a_browser_may_go(url, opened):
    assert drawn(section("x", accessory=button("Open", url=url)))["accessory"]["url"] == opened


def test_a_button_for_others_is_not_shown():
    """Neither in a row of buttons nor beside a text."""
    hidden = button("Hidden", "hidden", visible_to_user_ids=["U02BEN"])
    row = drawn({"type": "actions", "elements": [hidden, button("Shown")]})
    assert [each["label"] for each in row["elements"]] == ["Shown"]
    assert drawn(section("x", accessory=hidden))["accessory"] is None


@pytest.mark.parametrize(
    ("element", "kind", "label"),
    [
        ({"type": "static_select", "action_id": "a", "placeholder": plain("Pick one")}, "select", "Pick one"),
        ({"type": "multi_users_select", "action_id": "a"}, "select", "multi_users_select"),
        ({"type": "overflow", "action_id": "a", "options": []}, "overflow", "More actions"),
        ({"type": "datepicker", "action_id": "a"}, "unknown", "datepicker"),
        (
            {"type": "image", "alt_text": "a graph", "image_url": "https://x.example/a.png"},
            "unknown",
            "a graph",
        ),
    ],
)
def test_what_nobody_can_use_here_is_shown_and_named(element, kind, label):
    accessory = drawn(section("x", accessory=element))["accessory"]
    assert (accessory["type"], accessory["label"]) == (kind, label)


def test_a_picture_is_what_it_says_it_is():
    """Nothing of its address is told: the page loads nothing from elsewhere."""
    picture = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a graph"}
    assert drawn(picture, title=plain("Lag")) == {"type": "image", "alt": "a graph", "title": "Lag"}
    notes = {"type": "context", "elements": [picture, {"type": "mrkdwn", "text": "_by_ ana"}]}
    assert drawn(notes) == {
        "type": "context",
        "elements": [{"image": "a graph"}, {"text": [{"tag": "em", "in": ["by"]}, " ana"]}],
    }


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ({"type": "divider"}, {"type": "divider"}),
        (
            {"type": "markdown", "text": "# a\n**b**"},
            {"type": "text", "text": ["# a", {"tag": "br", "in": []}, "**b**"]},
        ),
        (
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "*a*"}]}],
            },
            {"type": "text", "text": ["*a*"]},
        ),
        ({"type": "table", "rows": []}, {"type": "unknown", "name": "table"}),
        (
            {"type": "alert", "level": "warning", "text": plain("Mind")},
            {"type": "alert", "level": "warning", "text": ["Mind"]},
        ),
    ],
)
def test_the_other_blocks(block, shown):
    assert drawn(block) == shown


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


def test_a_menu_shows_what_is_picked_of_its_options():
    options = [option("R &amp; D", "rd", description=plain("Research")), option("Ops", "ops")]
    assert element_of(asks({"type": "static_select", "options": options, "initial_option": options[0]})) == {
        "type": "select",
        "value": "R & D",
        "options": [
            {"label": "R & D", "value": "rd", "description": "Research"},
            {"label": "Ops", "value": "ops", "description": None},
        ],
        "asks": False,
        "shortest": 0,
        "placeholder": None,
        "focus": False,
    }


def test_a_menu_that_asks_the_app_shows_what_is_picked():
    """And how much has to be typed for its options, which are told to who types and are no part of the page."""
    modal = view(asks({"type": "external_select", "min_query_length": 2}))
    modal.suggested["why", "a"] = (option("orders", "o"), option("payments", "p"))
    modal.values["why", "a"] = ("p",)
    element = element_of(None, modal)
    assert (element["asks"], element["shortest"], element["value"]) == (True, 2, "payments")
    assert element["options"] == []


@pytest.mark.parametrize(
    ("kind", "initial", "shown"),
    [
        ("radio_buttons", "initial_option", "radio"),
        ("checkboxes", "initial_options", "checkboxes"),
        ("multi_static_select", "initial_options", "checkboxes"),
    ],
)
def test_choices_say_which_are_made(kind, initial, shown):
    options = [option("Stop", "stop"), option("Start", "start")]
    chosen = options[1] if initial == "initial_option" else options[1:]
    element = element_of(asks({"type": kind, "options": options, initial: chosen}))
    assert (element["type"], element["values"]) == (shown, ["start"])
    assert [each["label"] for each in element["options"]] == ["Stop", "Start"]


def test_an_input_that_nobody_can_fill_in_is_named():
    assert element_of(asks({"type": "datepicker"})) == {"type": "unknown", "name": "datepicker"}


def test_an_input_in_a_message_stands_there_as_it_was_sent():
    assert (
        drawn(asks({"type": "plain_text_input", "initial_value": "x"}), block_id="b1")["element"]["value"]
        == "x"
    )


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
                "accessory": None,
            }
        ],
    }
