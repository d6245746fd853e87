"""The first grant, before the bot has ever run: the workspace is the one its token belongs to."""

import json

import pytest

from tests.processes.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(tmp_path):
    world = World(tmp_path)
    async with world.slack, world.feldera:
        yield world


async def test_slack_is_asked_once_whose_token_it_is(world):
    """And never again: it is remembered with the grants."""
    for person in ("U0ANA", "U0BEN"):
        async with world.bot("grant", person, "operator", "*") as process:
            assert await process.ends() == 0, process.stderr
    async with world.bot("grants", "--json") as process:
        listed = json.loads(await process.rest_of_output())
    assert [(grant["team"], grant["user"]) for grant in listed] == [("T0ACME", "U0ANA"), ("T0ACME", "U0BEN")]
    assert [call.method for call in world.slack.calls] == ["auth.test"]


async def test_a_token_that_does_not_work_is_said_with_the_way_round(world):
    world.slack.refuses_tokens()
    assert await world.refusal("grant", "U0ANA", "operator", "*") == (
        "SLACK_BOT_TOKEN: Slack answers invalid_auth to it.\n"
        "The workspace is not known yet, and Slack did not tell it: "
        "set SLACK_BOT_TOKEN, or name the workspace with --team T0123ABCD."
    )
