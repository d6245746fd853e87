"""What a person does on the page is what a person of the simulated Slack does, and no more than Slack's client lets them."""

import asyncio

import pytest

from bot.simulator.slack import render

pytestmark = pytest.mark.anyio

DONE = {"error": None}


def button(state, label):
    """Where the newest button of this label is, as the page would say it."""
    messages = [state[key] for key in sorted(state, reverse=True) if key.startswith("message/")]
    return next(
        {
            **{part: message[part] for part in ("place", "ts", "version")},
            "block": element["block"],
            "action": element["action"],
        }
        for message in messages
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element.get("label") == label
    )


async def opens_form(visit):
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    await visit.until(lambda: visit.person("ana").modal is not None and visit.person("ana").modal.inputs)


async def test_an_ordinary_message_is_said_and_a_command_is_sent(visit):
    """What is read is no longer new, and Home is opened."""
    assert await visit.types("ana", "hello") == DONE
    assert await visit.types("ana", "/pipeline whoami") == DONE
    await visit.until_seen("ana", "operator")
    assert [render(each, {}) for each in visit.person("rae").sees()] == ["hello"]
    place, unread = visit.place("rae"), []
    for _ in range(2):
        places = (await visit.state("rae"))["places"]
        unread.append(next(each["unread"] for each in places if each["id"] == place))
        assert await visit.does("rae", "reads", place=place) == DONE
    assert unread == [1, 0]
    assert await visit.does("ana", "opens_home") == DONE
    await visit.until(lambda: visit.person("ana").home is not None)
    assert (await visit.state("ana"))["home"]["blocks"]


async def test_what_slacks_client_lets_nobody_do_is_said_and_reaches_nobody(visit):
    """The manifest says that the direct messages with the bot are for reading; a form may be closed in another tab."""
    ops, shared, no_form = visit.place("ana"), visit.place("gus", "shared"), "ana has no modal open."
    for who, verb, more, says in (
        ("ana", "types", {"place": ops, "text": "/giphy cat"}, "/giphy is not a valid command."),
        ("rae", "types", {"place": shared, "text": "hello"}, "rae is not in "),
        ("ana", "types", {"place": visit.person("ana").dm.id, "text": "hello"}, "ana cannot post there."),
        ("ana", "types", {"place": ops, "text": " \n"}, "the message is empty."),
        ("ana", "uses_shortcut", {"name": "Clear all"}, "there is no shortcut 'Clear all'"),
        ("ana", "presses", {"view": "modal", "block": "b", "action": "a"}, "ana has no modal open"),
        ("ana", "fills", {"block": "reason", "value": "try"}, no_form),
        ("ana", "looks_for", {"block": "pipeline", "typed": "ord"}, no_form),
        ("ana", "submits", {"values": {"reason": "try"}}, no_form),
        ("ana", "closes", {}, no_form),
    ):
        assert (await visit.does(who, verb, **more))["error"].startswith(says)
    assert visit.world.slack.deliveries == []
    assert all(person.sees() == [] for person in visit.world.people.values())


async def test_a_button_is_pressed_as_it_was_seen(visit):
    """Slow screens and double clicks: the second press is of the first version, and clears nothing again."""
    await visit.previews("ana", "orders")
    seen, before = button(await visit.state("ana"), "Clear orders"), len(visit.world.slack.deliveries)
    assert "does not see" in (await visit.does("rae", "presses", **seen))["error"]
    for never_was in ({"version": 9}, {"action": "approve"}):
        assert "sees no button" in (await visit.does("ana", "presses", **{**seen, **never_was}))["error"]
    assert len(visit.world.slack.deliveries) == before
    for words in ("✅ Cleared", "This ended"):
        assert await visit.does("ana", "presses", **seen) == DONE
        await visit.until_seen("ana", words)
    assert visit.world.feldera.clears == {"orders": 1}


async def test_a_form_is_filled_in_looked_through_and_closed(visit):
    await opens_form(visit)
    found = await visit.does("ana", "looks_for", block="pipeline", typed="ord")
    assert found == {"error": None, "options": [{"label": "orders", "value": found["options"][0]["value"]}]}
    assert await visit.does("ana", "fills", block="pipeline", value=found["options"][0]["value"]) == DONE
    told = await visit.does("ana", "fills", block="pipeline", value="something else")
    assert told == {"error": "'Pipeline' has no option 'something else'."}
    state = await visit.state("ana")
    chosen = next(each for each in state["modal"]["blocks"] if each["block"] == "pipeline")
    assert chosen["element"]["value"] == "orders"
    assert await visit.does("ana", "closes") == DONE
    assert visit.person("ana").modal is None


async def test_what_is_not_on_a_form_is_neither_filled_in_nor_submitted(visit):
    """Nor is one submitted while something must be filled in."""
    await opens_form(visit)
    before = len(visit.world.slack.deliveries)
    for block in ("nothing", "self", "given", ""):
        for told in (
            await visit.does("ana", "fills", block=block, value="try"),
            await visit.does("ana", "submits", values={block: "try"}),
            await visit.does("ana", "looks_for", block=block, typed="ord"),
        ):
            assert told["error"].startswith("the modal has 0 ")
            assert block in told["error"]
    told = await visit.does("ana", "submits", values={})
    assert told == {"error": "ana cannot submit it: Pipeline must be filled in."}
    assert len(visit.world.slack.deliveries) == before


async def test_a_bot_that_is_gone_is_said_as_slack_says_it(visit):
    await visit.happens("kill_bot")
    told = await visit.types("ana", "/pipeline whoami")
    assert told == {"error": "/pipeline failed with the error “dispatch_failed”."}


async def test_a_command_during_a_start_waits_for_the_bot(visit):
    """Sent while the sandbox is reset, or right after the bot was started again: it is answered, and nothing failed."""
    place = visit.place("ana")
    reset, told = await asyncio.gather(
        visit.happens("reset"), visit.does("ana", "types", place=place, text="/pipeline whoami")
    )
    assert (reset, told) == (None, DONE)
    await visit.until_seen("ana", "You are @ana (")
    await visit.happens("kill_bot")
    await visit.happens("start_bot")
    assert not visit.world.is_ready
    assert await visit.types("ana", "hello") == DONE
    assert not visit.world.is_ready, "a message is not for the bot, and waits for nothing"
    assert (await visit.state("ana"))["simulation/bot"]["state"] == "starting"
    assert await visit.types("ana", "/pipeline rules") == DONE
    assert visit.world.is_ready
    assert all(delivery.ack.error is None for delivery in visit.world.slack.deliveries)


async def test_a_bot_that_does_not_connect_is_waited_for_no_longer_than_that(visit, monkeypatch):
    """The person reads where to look; from then on a command fails as it does in Slack."""
    monkeypatch.setattr("bot.simulator.web.simulation.STARTS_WITHIN", 0.3)
    await visit.happens("kill_bot")
    await visit.happens("slack_unavailable")
    await visit.happens("start_bot")
    told = await visit.types("ana", "/pipeline whoami")
    assert told["error"] == (
        "The bot did not connect to Slack within 30 s. Its log is in Simulation controls, API traffic."
    )
    assert (await visit.state("ana"))["simulation/bot"]["state"] == "up"
    told = await visit.types("ana", "/pipeline whoami")
    assert told == {"error": "/pipeline failed with the error “dispatch_failed”."}


async def test_a_bot_that_is_killed_while_it_starts_is_waited_for_no_longer(visit):
    await visit.happens("kill_bot")
    await visit.happens("start_bot")
    told, _ = await asyncio.gather(visit.types("ana", "/pipeline whoami"), visit.happens("kill_bot"))
    assert told == {"error": "/pipeline failed with the error “dispatch_failed”."}
