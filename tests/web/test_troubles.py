"""What can go wrong in a sandbox: each switch does what it says, ends, and never takes the page or the bot with it."""

import random

import pytest

from bot.simulator.web import troubles

pytestmark = pytest.mark.anyio


async def switch(visit, do):
    state = await visit.state("ana")
    return next(each for each in state["world/switches"] if each["do"] == do)


@pytest.mark.parametrize(
    "each", [one for one in (*troubles.FELDERA, *troubles.SLACK) if one.off], ids=lambda one: one.do
)
async def test_what_lasts_is_on_until_it_is_turned_off(visit, each):
    """Turned twice the same way it stays as it is; afterwards the bot answers as before."""
    assert not (await switch(visit, each.do))["on"]
    for on in (True, True, False, False):
        assert await visit.happens(each.do, on=on) is None
        assert (await switch(visit, each.do))["on"] is on
    await visit.until_connected()
    await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline status orders")
    await visit.until_seen("ana", "Stopped since")


async def test_what_happens_once_happens_to_the_next_request(visit):
    """Feldera loses its reply: the clear is made once, and told."""
    assert await visit.happens("feldera_loses_reply") is None
    person = visit.person("ana")
    await person.types("/pipeline clear orders try", channel="ops")
    await visit.until_seen("ana", "[Never mind]")
    await person.clicks("Clear orders")
    await visit.until_seen("ana", "✅ Cleared")
    assert visit.world.feldera.clears == {"orders": 1}


async def test_a_dropped_socket_is_opened_again(visit):
    assert await visit.happens("slack_drops_socket") is None
    assert not visit.world.is_connected
    await visit.until_connected()


async def test_somebody_else_does_something_to_a_pipeline(visit):
    """By Feldera's rules, and in its words where they do not let anybody."""
    assert await visit.happens("someone_starts", pipeline="orders") is None
    assert visit.world.feldera.pipeline("orders").resources_desired.value == "Provisioned"
    refused = await visit.happens("someone_clears", pipeline="payments")
    assert refused.endswith("Storage status cannot be changed unless the pipeline is fully stopped.")
    assert await visit.happens("crashes", pipeline="broken") == "broken does not run, and so cannot crash."
    assert "no-such" in await visit.happens("someone_stops", pipeline="no-such")


async def test_a_pipeline_that_is_stuck_says_so_until_it_is_not(visit):
    for do in ("sticks_clearing", "sticks_stopping"):
        await visit.happens(do, pipeline="orders")
        assert (await switch(visit, do))["on"] == ["orders"]
        await visit.happens(do, pipeline="orders", on=False)
        assert (await switch(visit, do))["on"] == []


async def test_whatever_happens_the_page_goes_on(visit):
    """Everything to every pipeline, in any order, with time passing: no look fails, and the bot still answers."""
    chance = random.Random(7)  # noqa: S311 - chosen, not secret
    names = [each.name for each in visit.world.feldera.pipelines]
    async with visit.live("ana") as socket:
        await socket.receive_json()
        for _ in range(150):
            each = chance.choice(troubles.PIPELINES)
            await visit.happens(each.do, pipeline=chance.choice(names), on=chance.random() < 0.5)
            if chance.random() < 0.2:
                await visit.happens("moves_on", minutes=1)
            assert (await visit.state("ana"))["world/pipelines"]
        assert not socket.closed
    await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline list")
    await visit.until_seen("ana", "orders")


async def test_a_reset_during_what_is_under_way_leaves_the_stream_open(visit):
    async with visit.live("ana") as socket:
        await socket.receive_json()
        await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline clear")
        await visit.happens("resets")
        await visit.until_connected()
        await visit.does("ana", "types", place=visit.place("ana"), text="hello again")
        told = {}
        while "hello again" not in str(told):
            told = await socket.receive_json()
