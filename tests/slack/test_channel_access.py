"""Whether the bot can post in a channel, found out without a message that anybody sees."""

import pytest

from bot.clock import SystemClock
from bot.domain.ids import ChannelId
from bot.simulator.slack import SlackSimulator
from bot.slack.api.app_check import checkup
from bot.slack.api.channel_access import CannotPost, CanPost, NotKnown, channel_access
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def slack():
    async with SlackSimulator(SystemClock()) as simulator:
        yield simulator


async def tried(slack, channel_id):
    client = client_of(slack)
    bot_user = (await checkup(client, SystemClock())).workspace.bot_user
    return await channel_access(client, ChannelId(channel_id), bot_user)


async def test_the_try_is_seen_by_nobody(slack):
    ana = slack.adds_person("ana")
    for channel in (slack.adds_channel("ops"), slack.adds_channel("secret", private=True)):
        assert await tried(slack, channel.id) == CanPost()
        assert channel.messages == []
        assert (ana.sees(channel), ana.ephemerals) == ([], [])


async def test_where_the_bot_cannot_post(slack):
    """With the error that its cards would meet."""
    elsewhere = slack.adds_channel("elsewhere", bot_is_member=False)
    private = slack.adds_channel("secret", private=True, bot_is_member=False)
    archived, restricted = slack.adds_channel("old"), slack.adds_channel("announcements")
    archived.archive()
    restricted.restricts_posting()
    assert await tried(slack, elsewhere.id) == CannotPost("not_in_channel")
    assert await tried(slack, private.id) == CannotPost("channel_not_found")
    assert await tried(slack, "C0NOWHERE") == CannotPost("channel_not_found")
    assert await tried(slack, archived.id) == CannotPost("is_archived")
    assert await tried(slack, restricted.id) == CannotPost("restricted_action")


async def test_what_slack_says_of_the_bot_as_a_reader_counts_as_well(slack):
    channel = slack.adds_channel("ops")
    slack.fails_next("chat.postEphemeral", "user_not_in_channel")
    assert await tried(slack, channel.id) == CannotPost("not_in_channel")


async def test_a_slack_that_does_not_say(slack):
    channel = slack.adds_channel("ops")
    slack.rate_limits("chat.postEphemeral", retry_after=7)
    assert await tried(slack, channel.id) == NotKnown("Slack asks to be left alone for 7 seconds.")
    slack.answers_500("chat.postEphemeral")
    assert isinstance(await tried(slack, channel.id), NotKnown)
