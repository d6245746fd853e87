"""A disk that is really full: what people read, and that the bot goes on once there is room."""

import errno
import subprocess
from pathlib import Path

import pytest

from tests.processes.world import PATIENCE, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def small_disk(tmp_path):
    """Of two megabytes; where this user may not mount one, stories show the same with a database that cannot grow."""
    mounted = subprocess.run(  # noqa: S603 - a path of our own
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a disk")
    yield tmp_path
    subprocess.run(["/usr/bin/umount", str(tmp_path)], check=True)  # noqa: S603 - as above


@pytest.fixture
async def world(small_disk):
    world = World(small_disk)
    world.feldera.adds("orders", clear_takes=0.2)
    async with world.slack, world.feldera:
        yield world


def fills(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - it is how this ends
    return filler


async def test_people_read_that_the_disk_is_full(world):
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        filler = fills(world.folder)
        await ana.types("/pipeline clear orders", channel=world.channel)
        await world.slack.until(
            lambda: any("is full" in message.text for message in ana.ephemerals), within=PATIENCE
        )
        assert world.reads(ana.ephemerals[-1]) == (
            "⚠️ I could not do that: The disk that the database is on is full. Nothing was changed."
        )
        filler.unlink()
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
