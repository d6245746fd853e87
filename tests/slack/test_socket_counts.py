"""How many WebSockets the app has: only Slack's hello tells, so the bot opens its next connection to count them again."""

import asyncio

import pytest

from tests.slack.test_socket_mode import AN_AGE, opens, slack, transport_of, typed, until

__all__ = ["slack"]  # the fixture

pytestmark = pytest.mark.anyio


async def test_a_bot_that_came_later_is_counted_when_somebody_asks(slack):
    """By a connection in place of the present one: nothing that people do meanwhile goes unanswered."""
    async with (
        transport_of(slack, counted_within=0.0, renewed_within=AN_AGE) as first,
        transport_of(slack) as second,
    ):
        await first.start()
        assert await first.count_others() == 0
        await second.start()
        assert await first.count_others() == 1
        assert slack.connections == 4  # two are the old ones of the first, read until Slack closes them
        assert [await typed(slack) for _ in range(5)] == ["You typed x"] * 5


async def test_a_count_of_this_minute_is_good_enough(slack):
    """Slack allows about one connection a minute to be opened."""
    async with transport_of(slack) as transport:
        await transport.start()
        assert [await transport.count_others() for _ in range(3)] == [0, 0, 0]
        assert opens(slack) == 1


async def test_what_was_counted_beside_the_bot_is_counted_again_later(slack):
    """It may have been the old connection of a bot that was killed."""
    counted = []
    async with transport_of(slack) as first, transport_of(slack, recounts_after=0.01) as second:
        second.counted = counted.append
        await first.start()
        await second.start()
        assert counted[0] == 1
        await first.stop()
        await until(lambda: counted[-1] == 0)
        now = len(counted)
        await asyncio.sleep(0.05)  # with none beside it, there is no reason to count again
        assert len(counted) == now


async def test_a_count_waits_for_a_connection(slack):
    async with transport_of(slack, counted_within=0.0) as transport:
        await transport.start()
        await slack.goes_down()
        counting = asyncio.create_task(transport.count_others())
        await until(lambda: not transport.is_connected)
        assert not counting.done()
        await slack.comes_back()
        assert await counting == 0
