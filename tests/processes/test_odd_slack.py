"""A Slack that answers oddly or not at all, or something in its place: the bot goes on, and everything is told."""

import pytest

from bot.simulator.slack import render_view
from tests.processes.edge import edge_of
from tests.processes.world import PATIENCE

pytestmark = pytest.mark.anyio


async def test_a_gateways_sentence_ends_nothing(world):
    """A 503 in plain text, which slack_sdk trips over: the card is posted again, and says that it is the second."""
    ana = world.operator("ana")
    async with edge_of(world.slack) as edge, world.serving_bot(SLACK_API_URL=edge.url) as bot:
        edge.answers("chat.postMessage", b"upstream connect error", status=503)
        edge.answers("chat.update", b"\xff\xfe", status=503)
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert bot.logged("slack_did_not_answer")[0]["method"] == "chat.postMessage"
        assert await bot.stops() == 0
    assert world.feldera.clears["orders"] == 1


async def test_a_gateways_limit_is_kept(world):
    """A 429 in plain text: no second card, since certainly there is no first one."""
    ana = world.operator("ana")
    async with edge_of(world.slack) as edge, world.serving_bot(SLACK_API_URL=edge.url) as bot:
        edge.answers("chat.postMessage", b"slow down", status=429, **{"Retry-After": "2"})
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert bot.logged("slack_asks_us_to_wait")[0]["seconds"] == 2
        (card,) = world.cards()
        assert "Posted again" not in world.reads(card)


def stands_on(world, person, text):
    """Whether this text stands on the person's Home now."""
    return person.home is not None and text in render_view(person.home, world.slack.names)


async def test_home_follows_a_clear(world):
    """Opened once, it shows the clear under way and then done, without a minute's wait; a stop ends it in time."""
    ana, ben = world.operator("ana"), world.operator("ben")
    async with world.serving_bot() as bot:
        await ben.opens_home()
        await world.slack.until(lambda: stands_on(world, ben, "Nothing is waiting for you."), within=PATIENCE)
        world.feldera.sticks_clearing("orders")
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(lambda: stands_on(world, ben, "Clearing, began"), within=PATIENCE)
        world.feldera.unsticks("orders")
        await world.slack.until(lambda: stands_on(world, ben, "✅ Cleared after"), within=PATIENCE)
        assert await bot.stops() == 0
        assert bot.logged("home_failed") == []


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
