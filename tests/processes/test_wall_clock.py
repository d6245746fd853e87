"""The wall clock of a real machine, as a real process finds it: set while the bot was down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SteadyClock
from bot.domain.bot_time import ClockRecord
from bot.store.bot_state import record_clock
from bot.store.connection.database import open_database
from bot.store.shell_store import Administration

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


def recorded(world):
    with Administration.open(world.database) as administration:
        return administration.clock_record()


async def test_a_bot_goes_on_from_its_own_time(world):
    """Told of the jump once, it counts on from what it knew before; the shell beside it and the next start do the same."""
    reading = SteadyClock.of_this_machine().reading()
    before = replace(
        ClockRecord.first(reading), time=reading.wall + 3 * HOUR, booted_at=reading.booted_at + 3 * HOUR
    )
    with open_database(world.database) as db:
        record_clock(db, before)
    async with world.serving_bot() as bot:
        said = await bot.until_it_logs("wall_clock_set")
        assert said["by_seconds"] == -10_800
        async with world.bot("clock", "show") as shell:
            assert f"{before.time:%Y-%m-%d}" in await shell.first_line()
        assert await bot.stops() == 0
    stopped = recorded(world)
    assert timedelta(0) < stopped.time - before.time < HOUR
    assert stopped.jump.by == pytest.approx(-3 * HOUR, abs=timedelta(seconds=3))
    async with world.serving_bot() as bot:
        assert await bot.stops() == 0
        assert bot.logged("wall_clock_set") == []
    assert recorded(world).time > stopped.time


async def test_a_first_run_takes_the_time_from_the_wall_clock(world):
    async with world.serving_bot() as bot:
        assert await bot.stops() == 0
    kept, now = recorded(world), SteadyClock.of_this_machine().reading()
    assert kept.boot == now.boot
    assert kept.boottime < now.boottime
    assert abs(kept.time - now.wall) < HOUR
