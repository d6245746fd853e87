"""What a running bot does by itself about access and the record: it looks the one over, and tells the other's head."""

import pytest

from bot.domain.access.changes import SetRule
from bot.domain.access.rules import Rule
from bot.domain.ids import ChannelId
from bot.store.shell_store import Administration

pytestmark = pytest.mark.anyio


@pytest.fixture
def head(world):
    """Of a record with one entry: a rule that nobody may satisfy."""
    with Administration.open(world.database) as administration:
        change = SetRule(Rule("prod-*", approvals=2, ask_channel=ChannelId(world.channel.id)))
        administration.administer(change, by="shell:root", now=world.clock.now())
        return administration.head()


async def test_what_is_wrong_with_access_is_in_the_log_when_the_bot_serves(world, head):
    async with world.serving_bot() as bot:
        warning = await bot.until_it_logs("access_finding")
        assert (warning["level"], warning["severity"]) == ("warning", "problem")
        assert warning["finding"].startswith(
            "The rule on prod-* needs 2 approvals, but no one can approve there."
        )
        assert (
            await bot.until_it_logs("audit_head") | {"entry": head[0], "hash": head[1]}
            == bot.logged("audit_head")[0]
        )
        assert await bot.stops() == 0


async def test_the_head_is_posted_once_where_the_bot_cannot_change_it(world, head):
    """And proves later what it was: a restart on the same day says it to nobody again."""
    channel = world.slack.adds_channel("audit")
    settings = {"PIPELINE_BOT_AUDIT_CHANNEL": channel.id}
    async with world.serving_bot(**settings) as first:
        await world.slack.until(lambda: len(channel.messages) == 1, within=20)
        assert await first.stops() == 0
    async with world.serving_bot(**settings) as again:
        await again.until_it_logs("access_finding")
        assert again.logged("audit_head") == []
        assert await again.stops() == 0
    (told,) = channel.messages
    noted = f"{head[0]}:{head[1]}"
    assert f"`pipeline-bot audit verify --head {noted}`" in told.text
    async with world.bot("audit", "verify") as process:
        assert await process.ends() == 3
        assert f"UTC: {world.slack.permalink(told)}" in await process.rest_of_output()
    async with world.bot("audit", "verify", "--head", noted) as process:
        assert await process.ends() == 0
        assert await process.rest_of_output() == (
            f"Audit log: intact (1 entry): entry 1 matches the head that you gave.\nHead: {noted}\n"
        )
