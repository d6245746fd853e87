"""What a person does on the page is what a person of the simulated Slack does, and no more than Slack's client lets them."""

import pytest

from bot.simulator.slack import render

pytestmark = pytest.mark.anyio


def button(state, label):
    """Where the newest button of this label is, as the page would say it."""
    for key in sorted(state, reverse=True):
        if not key.startswith("message/"):
            continue
        for block in state[key]["blocks"]:
            for element in block.get("elements", []):
                if element.get("label") == label:
                    message = state[key]
                    place = {part: message[part] for part in ("place", "ts", "version")}
                    return {**place, "block": element["block"], "action": element["action"]}
    raise AssertionError(f"no button {label!r}")


async def previews(visit, name="ana", pipeline="orders"):
    await visit.does(name, "types", place=visit.place(name), text=f"/pipeline clear {pipeline} try")
    await visit.until_seen(name, "[Never mind]")
    return await visit.state(name)


async def test_an_ordinary_message_is_said_and_a_command_is_sent(visit):
    assert await visit.does("ana", "types", place=visit.place("ana"), text="hello") == {"error": None}
    assert await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline whoami") == {
        "error": None
    }
    await visit.until_seen("ana", "operator")
    assert [render(each, {}) for each in visit.person("rae").sees()] == ["hello"]


async def test_what_is_no_command_of_the_app_reaches_nobody(visit):
    before = len(visit.world.slack.deliveries)
    told = await visit.does("ana", "types", place=visit.place("ana"), text="/giphy cat")
    assert told == {"error": "/giphy is not a valid command."}
    assert len(visit.world.slack.deliveries) == before


async def test_where_one_is_not_one_cannot_type(visit):
    told = await visit.does("rae", "types", place=visit.place("gus", "shared"), text="hello")
    assert told["error"].startswith("rae is not in ")
    assert visit.person("gus").sees() == []


async def test_where_nobody_can_type_nobody_types(visit):
    """The manifest says that the direct messages with the bot are for reading."""
    told = await visit.does("ana", "types", place=visit.person("ana").dm.id, text="/pipeline whoami")
    assert told == {"error": "ana cannot write there."}


async def test_what_is_empty_is_not_sent(visit):
    told = await visit.does("ana", "types", place=visit.place("ana"), text=" \n")
    assert told == {"error": "there is nothing to send."}
    assert visit.person("rae").sees() == []


async def test_a_button_is_pressed_once_it_was_confirmed_on_the_page(visit):
    state = await previews(visit)
    assert await visit.does("ana", "presses", **button(state, "Clear orders")) == {"error": None}
    await visit.until_seen("ana", "✅ Cleared")
    assert visit.world.feldera.clears == {"orders": 1}


async def test_a_button_that_was_edited_away_reaches_the_bot_as_it_was_seen(visit):
    """Slow screens and double clicks: the second press is of the first version, and clears nothing again."""
    state = await previews(visit)
    seen = button(state, "Clear orders")
    await visit.does("ana", "presses", **seen)
    await visit.until_seen("ana", "✅ Cleared")
    assert await visit.does("ana", "presses", **seen) == {"error": None}
    await visit.until_seen("ana", "This is over since")
    assert visit.world.feldera.clears == {"orders": 1}


async def test_what_one_does_not_see_one_cannot_press(visit):
    """Neither somebody else's preview nor a version that never was."""
    state = await previews(visit)
    seen, before = button(state, "Clear orders"), len(visit.world.slack.deliveries)
    assert "does not see" in (await visit.does("rae", "presses", **seen))["error"]
    assert "sees no button" in (await visit.does("ana", "presses", **{**seen, "version": 9}))["error"]
    assert "sees no button" in (await visit.does("ana", "presses", **{**seen, "action": "approve"}))["error"]
    assert "before them" in (await visit.does("ana", "presses", view="modal", block="b", action="a"))["error"]
    assert len(visit.world.slack.deliveries) == before


async def test_a_form_is_filled_in_looked_through_and_closed(visit):
    await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline clear")
    await visit.until(lambda: visit.person("ana").modal is not None and visit.person("ana").modal.inputs)
    found = await visit.does("ana", "looks_for", block="pipeline", typed="ord")
    assert found == {"error": None, "options": [{"label": "orders", "value": found["options"][0]["value"]}]}
    assert await visit.does("ana", "fills", block="pipeline", value=found["options"][0]["value"]) == {
        "error": None
    }
    told = await visit.does("ana", "fills", block="pipeline", value="something else")
    assert told == {"error": "'Pipeline' has no option 'something else'."}
    state = await visit.state("ana")
    chosen = next(each for each in state["modal"]["blocks"] if each["block"] == "pipeline")
    assert chosen["element"]["value"] == "orders"
    assert await visit.does("ana", "closes") == {"error": None}
    assert visit.person("ana").modal is None
    assert (await visit.does("ana", "closes"))["error"] == "ana has no modal open."


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("fills", {"block": "reason", "value": "try"}),
        ("looks_for", {"block": "pipeline", "typed": "ord"}),
        ("submits", {"values": {"reason": "try"}}),
        ("closes", {}),
    ],
)
async def test_a_form_that_is_not_open_is_not_filled_in(visit, verb, values):
    """A page that is behind: the form was closed in another tab."""
    assert await visit.does("ana", verb, **values) == {"error": "ana has no modal open."}
    assert visit.world.slack.deliveries == []


@pytest.mark.parametrize("block", ["nothing", "self", ""])
async def test_what_is_not_on_a_form_is_neither_filled_in_nor_submitted(visit, block):
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    await visit.until(lambda: visit.person("ana").modal is not None and visit.person("ana").modal.inputs)
    before = len(visit.world.slack.deliveries)
    for told in (
        await visit.does("ana", "fills", block=block, value="try"),
        await visit.does("ana", "submits", values={block: "try"}),
        await visit.does("ana", "looks_for", block=block, typed="ord"),
    ):
        assert told["error"].startswith("the modal has 0 ")
    assert len(visit.world.slack.deliveries) == before


async def test_a_shortcut_that_the_app_does_not_have_is_not_offered(visit):
    told = await visit.does("ana", "uses_shortcut", name="Clear everything")
    assert told["error"].startswith("there is no shortcut 'Clear everything'")


async def test_what_must_be_filled_in_is_not_submitted_empty(visit):
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    await visit.until(lambda: visit.person("ana").modal is not None and visit.person("ana").modal.inputs)
    told = await visit.does("ana", "submits", values={})
    assert told == {"error": "ana cannot submit while ['Pipeline'] must be filled in."}


@pytest.mark.parametrize("name", ["self", "given", "no such input"])
async def test_an_input_that_is_not_there_is_not_filled_in(visit, name):
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    await visit.until(lambda: visit.person("ana").modal is not None and visit.person("ana").modal.inputs)
    assert name in (await visit.does("ana", "submits", values={name: "x"}))["error"]


async def test_what_is_read_is_no_longer_new(visit):
    await visit.does("rae", "types", place=visit.place("rae"), text="hello")
    place = visit.place("ana")

    async def unread():
        return next(each["unread"] for each in (await visit.state("ana"))["places"] if each["id"] == place)

    assert await unread() == 1
    assert await visit.does("ana", "reads", place=place) == {"error": None}
    assert await unread() == 0


async def test_home_is_opened(visit):
    assert await visit.does("ana", "opens_home") == {"error": None}
    await visit.until(lambda: visit.person("ana").home is not None)
    assert (await visit.state("ana"))["home"]["blocks"]


async def test_a_bot_that_is_gone_is_said_as_slack_says_it(visit):
    await visit.happens("kills_bot")
    told = await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline whoami")
    assert told == {"error": "/pipeline failed with the error “dispatch_failed”."}
