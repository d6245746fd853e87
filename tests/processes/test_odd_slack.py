"""Something between the bot and Slack answers in Slack's place: the bot goes on, and everything is told."""

import pytest

from tests.processes.edge import edge_of


@pytest.mark.anyio
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


@pytest.mark.anyio
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
