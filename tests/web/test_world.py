"""One life of the sandbox: the scenario's people and pipelines, with the real bot between them as a process of its own."""

import asyncio
from datetime import timedelta

import pytest

from bot.simulator.slack import render
from bot.simulator.slack.changes import Changes
from bot.simulator.web import manifest
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from bot.simulator.web.world import World

pytestmark = pytest.mark.anyio

PATIENCE = 60.0  # real seconds before a test gives up on what should happen at once


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "people: [{name: ana}, {name: rae}, {name: ben}, {name: gus, guest: true}, {name: eve, elsewhere: true}]\n"
        "channels: [{name: ops}, {name: shared, members: [ana, gus, eve]}]\n"
        "groups: {leads: [ben]}\n"
        "grants:\n"
        "- {person: ana, role: operator, pattern: '*', for: 12h}\n"
        "- {person: rae, role: requester, pattern: '*'}\n"
        "- {group: leads, role: approver, pattern: '*'}\n"
        "rules: [{pattern: sales, channel: ops, group: leads, says: approvals=1 remind=30m}]\n"
        "freezes: [{pattern: frozen, for: 1h, reason: release}]\n"
        "pipelines: [{name: orders, clear_takes: 0.2}, {name: slow, clear_takes: 3000}, {name: sales}, {name: frozen}]\n"
    )
    return load(path)


@pytest.fixture
def make(scenario, tmp_path):
    def made(**how):
        return World(scenario, manifest.load(), tmp_path, Changes(), **how)

    return made


async def connected(world):
    await world.changed.until(lambda: world.is_ready, within=PATIENCE)


async def sees(world, person, words):
    """Until somebody sees these words somewhere."""

    def is_seen():
        return any(words in render(message, world.slack.names) for message in person.sees())

    await world.changed.until(is_seen, within=PATIENCE)


async def clears(world, name, *, pipeline):
    ana = world.people[name]
    await ana.types(f"/pipeline clear {pipeline}", channel="ops")
    await sees(world, ana, "[Never mind]")
    assert (await ana.clicks(f"Clear {pipeline}")).error is None


@pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])
async def test_somebody_with_a_grant_clears_a_pipeline_to_the_end(make, over_http):
    """The whole bot, over either transport: what is typed is done, once, and told."""
    async with make(over_http=over_http) as world:
        await connected(world)
        await clears(world, "ana", pipeline="orders")
        await sees(world, world.people["ana"], "✅ Cleared `orders`")
        assert world.feldera.clears == {"orders": 1}


async def test_what_the_scenario_says_of_access_is_what_the_bot_goes_by(make):
    """A rule in its channel with its group, and a freeze."""
    async with make() as world:
        await connected(world)
        rae = world.people["rae"]
        await rae.types("/pipeline can-i clear sales", channel="ops")
        await sees(world, rae, "1 approval")
        await rae.types("/pipeline can-i clear frozen", channel="ops")
        await sees(world, rae, "release")


async def test_a_guest_and_somebody_external_are_only_where_they_were_put(make):
    async with make() as world:
        assert [place.name for place in world.people["gus"].places if place.kind != "im"] == ["shared"]
        assert [place.name for place in world.people["eve"].places] == ["shared"]


async def test_a_bot_that_is_killed_in_the_middle_of_a_clear_carries_on(make):
    """The rehearsal that matters most: nothing is sent twice, and the thread goes on."""
    async with make() as world:
        await connected(world)
        await clears(world, "ana", pipeline="slow")
        await sees(world, world.people["ana"], "Feldera accepted it")
        await world.bot.is_killed()
        assert not world.bot.is_up
        await world.bot.starts()
        await connected(world)
        await world.moves_on(timedelta(hours=1))
        await sees(world, world.people["ana"], "✅ Cleared `slow`")
        assert world.feldera.clears == {"slow": 1}


async def test_the_clock_that_is_moved_on_is_the_bots_too(make):
    """A request that nobody decided on is reminded of after half an hour."""
    async with make() as world:
        await connected(world)
        rae = world.people["rae"]
        await rae.types("/pipeline clear sales bad backfill", channel="ops")
        await sees(world, rae, "[Never mind]")
        await rae.clicks("Ask for approval")
        await sees(world, rae, "[Withdraw]")
        await world.moves_on(timedelta(minutes=31))
        await sees(world, rae, "⏰")


async def test_the_clock_never_runs_backwards(make):
    world = make()
    with pytest.raises(ValueError, match="backwards"):
        world.clock.is_ahead(timedelta(seconds=-1))


async def test_the_bot_does_not_outlive_whoever_watches_it(make):
    """Its standard input ends when its parent is gone, however that went: no bot is left behind."""
    async with make() as world:
        await connected(world)
        world.bot._process.stdin.close()
        await world.changed.until(lambda: not world.bot.is_up, within=PATIENCE)
        assert world.bot._process.returncode == 0


async def test_a_reset_begins_anew(scenario, tmp_path):
    """Another Slack, another Feldera, another database; who was told of changes goes on being told."""
    async with Sandbox(scenario, tmp_path) as sandbox:
        await connected(sandbox.world)
        await clears(sandbox.world, "ana", pipeline="orders")
        await sees(sandbox.world, sandbox.world.people["ana"], "✅ Cleared")
        await sandbox.resets()
        await connected(sandbox.world)
        assert sandbox.world.people["ana"].sees() == []
        assert sandbox.world.feldera.clears == {}
        await clears(sandbox.world, "ana", pipeline="orders")
        await sees(sandbox.world, sandbox.world.people["ana"], "✅ Cleared")


async def test_two_resets_at_once_leave_one_world(scenario, tmp_path):
    """Two tabs, one button each: the second waits for the first, and no bot is left of the worlds in between."""
    async with Sandbox(scenario, tmp_path) as sandbox:
        first = sandbox.world
        await asyncio.gather(sandbox.resets(), sandbox.resets())
        assert not first.bot.is_up
        assert sandbox.world.bot.is_up
