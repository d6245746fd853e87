"""Homes of a real process: they follow what happens by themselves, and a Slack that takes none holds up nothing."""

import pytest

from bot.simulator.slack import render_view
from tests.processes.world import PATIENCE


def stands_on(world, person, text):
    """Whether this text stands on the person's Home now."""
    return person.home is not None and text in render_view(person.home, world.slack.names)


@pytest.mark.anyio
async def test_home_follows_a_clear(world):
    """Opened once, it shows the clear under way and then done, without a minute's wait; a stop ends it in time."""
    ana, ben = world.operator("ana"), world.operator("ben")
    async with world.serving_bot() as bot:
        await ben.opens_home()
        await world.slack.until(lambda: stands_on(world, ben, "Nothing waits for you."), within=PATIENCE)
        world.feldera.sticks_clearing("orders")
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(lambda: stands_on(world, ben, "Clearing since"), within=PATIENCE)
        world.feldera.unsticks("orders")
        await world.slack.until(lambda: stands_on(world, ben, "✅ Cleared `orders`"), within=PATIENCE)
        assert await bot.stops() == 0
        assert bot.logged("home_failed") == []


@pytest.mark.anyio
async def test_a_slack_that_takes_no_home(world):
    """A publication that is never answered delays no card, no request, no line, and no stop."""
    ana, ben = world.operator("ana"), world.operator("ben")
    async with world.serving_bot() as bot:
        world.slack.hangs("views.publish", times=10)
        await ben.opens_home()
        await world.slack.until(lambda: world.slack.hanging == 1, within=PATIENCE)
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
    assert world.feldera.clears["orders"] == 1
