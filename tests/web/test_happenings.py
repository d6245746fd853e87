"""What is asked of a sandbox's outside world by several tabs, in any order, or of a Feldera that is none of ours."""

import asyncio
import multiprocessing
import random

import pytest

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.web import troubles
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from bot.simulator.web.world import RealFeldera
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
LASTING = [each.do for each in (*troubles.FELDERA, *troubles.SLACK) if each.off]
ONCE = [each.do for each in (*troubles.FELDERA, *troubles.SLACK) if not each.off]


def bots() -> int:
    """How many of the bots that this process began are running."""
    return len(multiprocessing.active_children())


async def test_two_tabs_that_start_the_bot_start_one(visit):
    await visit.happens("kills_bot")
    await asyncio.gather(*(visit.happens("starts_bot") for _ in range(3)))
    await visit.until_connected()
    assert bots() == 1


async def test_nothing_is_done_to_a_world_that_is_ending(visit):
    """Neither a bot nor a port outlives the world that it was begun in."""
    await visit.happens("kills_bot")
    await asyncio.gather(
        visit.happens("resets"),
        visit.happens("starts_bot"),
        visit.happens("slack_down"),
        visit.happens("slack_down", on=False),
        visit.happens("feldera_down"),
        visit.happens("feldera_down", on=False),
    )
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
            each = chance.choice(troubles.PIPELINES)
            await visit.happens(each.do, pipeline=chance.choice(names), on=chance.random() < 0.5)
        case 3:
            await visit.happens(chance.choice(["kills_bot", "starts_bot"]))
        case 4:
            await visit.happens("moves_on", minutes=chance.choice([1, 10, 600]))
        case _:
            who = chance.choice(["ana", "rae"])
            text = f"/pipeline {chance.choice(COMMANDS)}"
            await visit.does(who, "types", place=visit.place(who), text=text)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_at_once_it_can_be_put_right(visit, seed):
    """Several people at it in several tabs: no look fails, and with everything turned off again the bot answers."""
    chance = random.Random(seed)  # noqa: S311 - chosen, not secret
    async with visit.live("ana") as socket:
        for _ in range(20):
            await asyncio.gather(*(anything(visit, chance) for _ in range(4)))
            assert (await visit.state("rae"))["world/pipelines"]
        assert not socket.closed
    for each in LASTING:
        await visit.happens(each, on=False)
    await visit.happens("moves_on", minutes=60 * 24)  # whatever Slack or the bot waits for is over
    await visit.happens("starts_bot")
    await visit.until_connected()
    await visit.does("ana", "types", place=visit.place("ana"), text="/pipeline whoami")
    await visit.until_seen("ana", "You are @ana,")
    assert bots() == 1


@pytest.fixture
async def beside_a_real_feldera(tmp_path):
    """A visit to a sandbox before a Feldera that is none of its own, and that Feldera."""
    (tmp_path / "scenario.yaml").write_text("people: [{name: ana}]\nchannels: [{name: ops}]\n")
    async with FelderaSimulator(SystemClock()) as feldera:
        feldera.adds("orders", running=True)
        sandbox = Sandbox(load(tmp_path / "scenario.yaml"), tmp_path, real=RealFeldera(feldera.url))
        async with visiting(sandbox) as visit:
            yield visit, feldera


async def test_nothing_can_be_done_to_a_feldera_that_is_real(beside_a_real_feldera):
    """Only what is simulated has switches; whoever asks all the same is told so, and nothing reaches it."""
    visit, feldera = beside_a_real_feldera
    for each in (*troubles.FELDERA, *troubles.PIPELINES):
        assert await visit.happens(each.do, pipeline="orders") == "This Feldera is a real one."
    offered = {each["do"] for each in (await visit.state("ana"))["world/switches"]}
    assert offered == {each.do for each in troubles.SLACK}
    assert feldera.pipeline("orders").deployment_status == "Running"
    assert {request.method for request in feldera.requests} <= {"GET"}
