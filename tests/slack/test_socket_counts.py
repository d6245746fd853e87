"""How many WebSockets the app has: only Slack's hello tells, so the bot opens its next connection to count them again."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.slack.transport.socket_transport import NotCounted
from tests.slack.test_socket_mode import AN_AGE, opens, ours, slack, transport_of, typed, until

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


@pytest.mark.parametrize("fault", ["rate limit", "error"])
async def test_a_count_that_slack_refuses_costs_no_connection(slack, fault):
    """The bot stays connected, says that it could not count, and asks again only once Slack lets it."""
    async with transport_of(slack, counted_within=0.0, renewed_within=AN_AGE) as transport:
        await transport.start()
        first = transport._connection
        if fault == "rate limit":
            slack.rate_limits("apps.connections.open", retry_after=int(AN_AGE))
        else:
            slack.fails_next("apps.connections.open", "internal_error")
        with capture_logs() as logs:
            count = await transport.count_others()
            assert isinstance(count, NotCounted)
            assert transport.is_connected
            assert await typed(slack) == "You typed x"
        assert transport._connection is first
        assert ours(logs) == [("warning", "socket_mode_not_counted")]
        assert logs[0]["why"] == count.why
        asked = opens(slack)
        again = await transport.count_others()
        assert (again, opens(slack) - asked) == ((count, 0) if fault == "rate limit" else (0, 1))


async def test_a_renewal_right_after_a_count_that_failed_is_no_failed_attempt(slack):
    """The connection held for long enough before: how old it is counts from when it was opened."""
    async with transport_of(slack, counted_within=0.0, holds_after=0.2, renewed_within=AN_AGE) as transport:
        await transport.start()
        first = transport._connection
        await asyncio.sleep(0.3)  # it holds
        slack.fails_next("apps.connections.open", "internal_error")
        assert isinstance(await transport.count_others(), NotCounted)
        with capture_logs() as logs:
            await slack.disconnects("refresh_requested")
            await until(lambda: transport._connection is not first and transport.is_connected)
        assert "socket_mode_disconnected" not in [event for _, event in ours(logs)]


async def test_a_connection_that_ends_after_a_count_that_failed_is_replaced(slack):
    async with transport_of(slack, counted_within=0.0, holds_after=0.0) as transport:
        await transport.start()
        slack.fails_next("apps.connections.open", "internal_error")
        assert isinstance(await transport.count_others(), NotCounted)
        first = transport._connection
        with capture_logs() as logs:
            await slack.goes_down()
            await slack.comes_back()
            await until(lambda: transport._connection is not first)
            assert await typed(slack) == "You typed x"
        assert ("warning", "socket_mode_disconnected") in ours(logs)
