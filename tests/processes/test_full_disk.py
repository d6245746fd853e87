"""A disk that is really full: what people read, and that the bot goes on once there is room."""

import re

import pytest

from tests.processes import books
from tests.processes.world import PATIENCE, World
from tests.small_disk import fills, small_disk

pytestmark = pytest.mark.anyio

MB = 1_000_000
IS_FULL = (
    r"⚠️ I could not do that: The disk that the database is on is full: the last [0-9.]+ MB are kept for requests under way. "
    r"Nothing was changed\."
)


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path, 40):
        yield tmp_path


@pytest.fixture
async def world(disk):
    world = World(disk)
    world.feldera.adds("orders", clear_takes=0.2)
    async with world.slack, world.feldera:
        yield world


async def is_refused(world, person):
    """For the reason that the disk is full."""
    await person.types("/pipeline clear orders", channel=world.channel)
    await world.slack.until(
        lambda: any("is full" in message.text for message in person.ephemerals), within=PATIENCE
    )
    assert re.fullmatch(IS_FULL, world.reads(person.ephemerals[-1]))


async def test_people_read_that_the_disk_is_full(world):
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        filler = fills(world.folder)
        await bot.until_it_logs("disk_full")
        await is_refused(world, ana)
        filler.unlink()
        await bot.until_it_logs("disk_almost_full", times=2)
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


async def test_the_last_of_the_disk_is_for_the_requests_under_way(world):
    """It is said in the log in time; then new requests are refused, and the one under way is shown to its end."""
    world.feldera.adds("payments", clear_takes=4)
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        almost = await bot.until_it_logs("disk_almost_full")
        assert almost["level"] == "warning"
        await world.confirms_a_clear(ana, "payments")
        await world.until_told("Feldera accepted")
        filler = fills(world.folder, leaving=8 * MB)
        await bot.until_it_logs("disk_full")
        await is_refused(world, ana)
        await world.until_told("Cleared `payments`")
        filler.unlink()
        await bot.until_it_logs("disk_almost_full", times=2)
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


async def test_a_request_under_way_is_watched_while_the_disk_is_full(world):
    """Nothing can be recorded, and so nothing is shown; the bot looks all the same, and tells how it ended."""
    world.feldera.adds("payments", clear_takes=1)
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "payments")
        await world.until_told("Feldera accepted")
        filler = fills(world.folder)
        await bot.until_it_logs("store_unavailable")
        await world.until_feldera(lambda: world.feldera.clears["payments"] == 1)
        filler.unlink()
        await world.until_told("Cleared `payments`")
        assert books.rows(world)["payments"].sends == 1
        assert await bot.stops() == 0
