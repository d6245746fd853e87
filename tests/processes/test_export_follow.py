"""`audit export --follow`: each entry as it is written, until a signal or the reader ends it; it creates and changes nothing."""

import asyncio
import json
import os
import shutil
import signal
import sys

import pytest

from bot.domain.access.changes import SetFreeze
from tests.processes.test_log_unread import full_pipe
from tests.processes.world import PATIENCE, ROOT

pytestmark = pytest.mark.anyio

FOLLOW = ("audit", "export", "--follow")


def freezes(world, *reasons):
    world.administers(*(SetFreeze("orders", world.clock.now().replace(year=2100), why) for why in reasons))


async def entries(process, count):
    async with asyncio.timeout(PATIENCE):
        return [json.loads(await process._process.stdout.readline())["data"]["entry"] for _ in range(count)]


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
async def test_it_goes_on_until_a_signal(world, signal_):
    freezes(world, "one", "two")
    async with world.bot(*FOLLOW) as follower:
        assert await entries(follower, 2) == [1, 2]
        freezes(world, "three")
        assert await entries(follower, 1) == [3]
        follower.is_told(signal_)
        assert await follower.ends() == 0
        assert await follower.rest_of_output() == ""
        assert follower.stderr == f"Database: {world.database}"


async def test_it_begins_where_it_is_told_to(world):
    freezes(world, "one", "two", "three")
    async with world.bot(*FOLLOW, "--after", "2") as follower:
        assert await entries(follower, 1) == [3]
        freezes(world, "four")
        assert await entries(follower, 1) == [4]


async def test_a_reader_that_leaves_ends_it_though_nothing_is_written(world):
    freezes(world, "one")
    read, write = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *FOLLOW),
        cwd=world.folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(write)
    with os.fdopen(read, "rb") as reader:
        line = await asyncio.to_thread(reader.readline)
        assert json.loads(line)["data"]["entry"] == 1
    async with asyncio.timeout(PATIENCE):
        _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, f"Database: {world.database}\n")


async def test_a_reader_that_has_stopped_reading_does_not_keep_it(world):
    """It hangs in the middle of a line, and a signal ends it all the same."""
    freezes(world, "one")
    read, write = full_pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *FOLLOW),
        cwd=world.folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    assert (await process.stderr.readline()).startswith(b"Database: ")
    process.terminate()
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 0
    os.close(read)
    os.close(write)


async def test_a_database_that_is_replaced_meanwhile_is_said(world):
    freezes(world, "one")
    copy = world.folder / "copy.db"
    shutil.copy(world.database, copy)
    freezes(world, "two")
    async with world.bot(*FOLLOW) as follower:
        assert await entries(follower, 2) == [1, 2]
        copy.replace(world.database)
        assert await follower.ends() == 1
        assert "error: The audit log was replaced or changed: entry 2 is not the one" in follower.stderr


async def test_no_database_is_created(world):
    said = await world.refusal(*FOLLOW)
    assert said.startswith(f"There is no database at {world.database}.")
    assert not world.database.exists()
