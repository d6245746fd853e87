"""One run of the sandbox: the scenario's people and pipelines, with the real bot between them as a process of its own."""

import asyncio
from datetime import timedelta

import pytest

from tests.web.visit import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("visit", [{"over_http": True}], indirect=True)
async def test_a_pipeline_is_cleared_to_the_end_over_http_as_well(visit):
    await visit.clears()
    await visit.until_seen("ana", "✅ Cleared `orders`")
    assert visit.world.feldera.clears == {"orders": 1}


async def test_what_the_scenario_says_of_access_is_what_the_bot_goes_by(visit):
    """A freeze, a rule in its channel with its group; the clock that is moved on is the bot's, and is so only forwards."""
    await visit.types("rae", "/pipeline can-i clear frozen")
    await visit.until_seen("rae", "release")
    rae = await visit.previews("rae", "sales")
    await rae.clicks("Ask for approval")
    await visit.until_seen("rae", "0 of 1")
    await visit.world.advances_clock(timedelta(minutes=31))
    await visit.until_seen("rae", "⏰")
    with pytest.raises(ValueError, match="backwards"):
        visit.world.clock.is_ahead(timedelta(seconds=-1))
    assert [place.name for place in visit.person("gus").places if place.kind != "im"] == ["shared"]
    assert [place.name for place in visit.person("eve").places] == ["shared"]


async def test_a_bot_that_is_killed_in_the_middle_of_a_clear_carries_on(visit):
    """The rehearsal that matters most: nothing is sent twice, and the thread goes on."""
    await visit.clears("slow")
    await visit.until_seen("ana", "Feldera accepted it")
    await visit.world.bot.is_killed()
    assert not visit.world.bot.is_up
    await visit.world.bot.starts()
    await visit.until_connected()
    await visit.world.advances_clock(timedelta(hours=1))
    await visit.until_seen("ana", "✅ Cleared `slow`")
    assert visit.world.feldera.clears == {"slow": 1}


async def test_the_bot_does_not_outlive_whoever_watches_it(visit):
    """Its standard input ends when its parent is gone, however that went: no bot is left behind."""
    bot = visit.world.bot
    bot._process.stdin.close()
    await visit.sandbox.changed.until(lambda: not bot.is_up, within=PATIENCE)
    assert bot._process.returncode == 0


async def test_two_resets_at_once_leave_one_run(visit):
    """Another Slack, another Feldera, another database; pages that are open get the changes of the new run."""
    first = visit.world
    await visit.clears()
    await visit.until_seen("ana", "✅ Cleared")
    await asyncio.gather(visit.sandbox.resets(), visit.sandbox.resets())
    assert not first.bot.is_up
    await visit.until_connected()
    assert visit.person("ana").sees() == []
    assert visit.world.feldera.clears == {}
    await visit.clears()
    await visit.until_seen("ana", "✅ Cleared")
