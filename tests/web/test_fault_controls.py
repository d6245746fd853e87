"""Fault controls, set from several tabs: each does what its label says, ends, and leaves nothing else changed."""

import asyncio
import multiprocessing
import random

import pytest

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.web import fault_controls
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from bot.simulator.web.simulation import RealFeldera
from tests.web.visit import visiting

pytestmark = pytest.mark.anyio

COMMANDS = (
    "clear orders try",
    "clear payments --restart",
    "start orders",
    "stop payments",
    "list",
    "pending",
    "x",
)
LASTING = [each.do for each in (*fault_controls.FELDERA, *fault_controls.SLACK) if each.off]
ONCE = [each.do for each in (*fault_controls.FELDERA, *fault_controls.SLACK) if not each.off]


def bots() -> int:
    """How many of the bots that this process began are running."""
    return len(multiprocessing.active_children())


async def switch(visit, do):
    state = await visit.state("ana")
    return next(each for each in state["simulation/faults"] if each["do"] == do)


async def test_what_lasts_is_on_until_it_is_turned_off(visit):
    for do in LASTING:
        assert not (await switch(visit, do))["on"]
        for on in (True, True, False, False):
            assert await visit.happens(do, on=on) is None
            assert (await switch(visit, do))["on"] is on
    await visit.until_connected()
    await visit.types("ana", "/pipeline status orders")
    await visit.until_seen("ana", "Stopped ")


async def test_what_happens_once_happens_to_the_next_request(visit):
    """Feldera loses its reply: the clear is made once, and told. A dropped socket is opened again."""
    assert await visit.happens("slack_disconnect") is None
    assert not visit.world.is_connected
    await visit.until_connected()
    assert await visit.happens("feldera_drop_write_response") is None
    await visit.clears()
    await visit.until_seen("ana", "✅ Cleared")
    assert visit.world.feldera.clears == {"orders": 1}


async def test_somebody_else_does_something_to_a_pipeline(visit):
    """By Feldera's rules, and in its words where they do not let anybody; one that is stuck says so until it is not."""
    for do in ("stuck_in_clearing", "stuck_in_stopping"):
        for on in (True, False):
            await visit.happens(do, pipeline="orders", on=on)
            assert (await switch(visit, do))["on"] == ["orders"] * on
    assert await visit.happens("other_user_starts", pipeline="orders") is None
    assert visit.world.feldera.pipeline("orders").resources_desired.value == "Provisioned"
    refused = await visit.happens("other_user_clears", pipeline="payments")
    assert refused.endswith("Storage status cannot be changed unless the pipeline is fully stopped.")
    assert (
        await visit.happens("pipeline_crashes", pipeline="broken")
        == "broken is not running, so it cannot crash."
    )
    assert "no-such" in await visit.happens("other_user_stops", pipeline="no-such")


async def test_a_reset_during_what_is_under_way_leaves_the_stream_open(visit):
    async with visit.live("ana") as socket:
        await socket.receive_json()
        await visit.types("ana", "/pipeline clear")
        await visit.happens("reset")
        await visit.until_connected()
        await visit.types("ana", "hello again")
        while "hello again" not in str(await socket.receive_json()):
            pass


async def test_however_many_start_the_bot_there_is_one(visit):
    """Neither a bot nor a port outlives the world that it was begun in."""
    await visit.happens("kill_bot")
    await asyncio.gather(*(visit.happens("start_bot") for _ in range(3)))
    await visit.until_connected()
    assert bots() == 1
    await visit.happens("kill_bot")
    downs = [visit.happens(do, on=on) for do in ("slack_unavailable", "feldera_down") for on in (True, False)]
    await asyncio.gather(visit.happens("reset"), visit.happens("start_bot"), *downs)
    await visit.until_connected()
    assert bots() == 1


async def anything(visit, chance):
    """One thing that somebody could do in the drawer or as a person, whether it makes sense or not."""
    names = [each.name for each in visit.world.feldera.pipelines]
    match chance.randrange(6):
        case 0:
            await visit.happens(chance.choice(LASTING), on=chance.random() < 0.5)
        case 1:
            await visit.happens(chance.choice(ONCE))
        case 2:
            each = chance.choice(fault_controls.PIPELINES)
            await visit.happens(each.do, pipeline=chance.choice(names), on=chance.random() < 0.5)
        case 3:
            await visit.happens(chance.choice(["kill_bot", "start_bot"]))
        case 4:
            await visit.happens("advance_clock", minutes=chance.choice([1, 10, 600]))
        case _:
            await visit.types(chance.choice(["ana", "rae"]), f"/pipeline {chance.choice(COMMANDS)}")


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_at_once_it_can_be_put_right(visit, seed):
    """Several people at it in several tabs: no look fails, and with everything turned off again the bot answers."""
    chance = random.Random(seed)  # noqa: S311 - chosen, not secret
    async with visit.live("ana") as socket:
        for _ in range(20):
            await asyncio.gather(*(anything(visit, chance) for _ in range(4)))
            assert (await visit.state("rae"))["simulation/pipelines"]
        assert not socket.closed
    for each in LASTING:
        await visit.happens(each, on=False)
    await visit.happens("advance_clock", minutes=60 * 24)  # whatever Slack or the bot waits for is over
    await visit.happens("start_bot")
    await visit.until_connected()
    await visit.types("ana", "/pipeline whoami")
    await visit.until_seen("ana", "You are @ana (")
    assert bots() == 1


async def test_nothing_can_be_done_to_a_feldera_that_is_real(tmp_path):
    """Only what is simulated has switches; whoever asks all the same is told so, and nothing reaches it."""
    (tmp_path / "scenario.yaml").write_text("people: [{name: ana}]\nchannels: [{name: ops}]\n")
    async with FelderaSimulator(SystemClock()) as feldera:
        feldera.adds("orders", running=True)
        sandbox = Sandbox(load(tmp_path / "scenario.yaml"), tmp_path, real=RealFeldera(feldera.url))
        async with visiting(sandbox) as visit:
            for each in (*fault_controls.FELDERA, *fault_controls.PIPELINES):
                assert (
                    await visit.happens(each.do, pipeline="orders")
                    == "Faults cannot be simulated on a real Feldera."
                )
            offered = {each["do"] for each in (await visit.state("ana"))["simulation/faults"]}
        assert offered == {each.do for each in fault_controls.SLACK}
        assert feldera.pipeline("orders").deployment_status == "Running"
        assert {request.method for request in feldera.requests} <= {"GET"}
