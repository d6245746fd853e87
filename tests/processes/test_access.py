"""The shell's commands beside Slack and a running bot."""

import json

import pytest

from bot.simulator.slack import Person
from tests.cli.conftest import NAMED
from tests.processes.world import World

pytestmark = pytest.mark.anyio


async def done(world: World, *arguments: str, **changed: str | None) -> str:
    """The output of a command that ends well and complains of nothing."""
    async with world.bot(*arguments, **changed) as process:
        assert await process.ends() == 0, process.stderr
        assert all(line.startswith(NAMED) for line in process.stderr.splitlines()), process.stderr
        return await process.rest_of_output()


async def answer_to(world: World, person: Person) -> str:
    answer = await person.types("/pipeline status orders", channel=world.channel)
    assert answer.message is not None
    return world.reads(answer.message)


async def test_before_the_first_run_slack_is_asked_which_workspace_this_is(world):
    """Once, unless it is named: it is remembered, and the token is needed no more."""
    await done(world, "grant", "U0CEM", "operator", "*", "--team", "T0OTHER")
    assert world.slack.calls == []
    await done(world, "grant", "U0ANA", "operator", "*")
    await done(world, "grant", "U0BEN", "viewer", "*", SLACK_BOT_TOKEN=None)
    assert [call.method for call in world.slack.calls] == ["auth.test"]
    grants = json.loads(await done(world, "grants", "--json"))
    assert [grant["team"] for grant in grants] == ["T0OTHER", "T0ACME", "T0ACME"]


async def test_a_token_that_slack_does_not_know_grants_nothing(world):
    said = await world.refusal("grant", "U0ANA", "operator", "*", SLACK_BOT_TOKEN="xoxb-hush")
    assert said == (
        "The Slack workspace is not known. SLACK_BOT_TOKEN: Slack rejects it (invalid_auth). "
        "To do without Slack, name the workspace: --team T0123ABCD."
    )
    assert await done(world, "grants", "--json") == "[]\n"


async def test_a_grant_counts_from_the_running_bots_next_decision(world):
    """And so does its end; the bot need not be told, nor started again."""
    ana = world.slack.adds_person("ana")
    async with world.serving_bot() as bot:
        assert (await answer_to(world, ana)).startswith("🚫")
        await done(world, "grant", ana.id, "viewer", "ord*")
        assert (await answer_to(world, ana)).startswith("orders\n")
        await done(world, "revoke", ana.id, "viewer", "ord*")
        assert (await answer_to(world, ana)).startswith("🚫")
        assert await bot.stops() == 0
    assert [request.method for request in world.feldera.requests].count("POST") == 0


async def test_the_workspace_is_known_from_the_bots_run(world):
    async with world.serving_bot() as bot:
        assert await bot.stops() == 0
    await world.slack.goes_down()
    said = await done(world, "grant", "U0ANA", "viewer", "*", SLACK_BOT_TOKEN=None)
    assert said == "Granted: U0ANA is viewer on * (grant #1, no expiry).\n"
