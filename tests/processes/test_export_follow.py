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
from tests.store.archives import archives, two_years, with_old_work

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


@pytest.mark.parametrize("options", [(), ("--after", "0"), ("--after", "8"), ("--since", "2000-01-01")])
async def test_it_begins_after_what_was_archived(world, options):
    two_years(world.database)
    archives(world.database, world.folder / "old.db")
    async with world.bot(*FOLLOW, *options) as follower:
        assert await entries(follower, 7) == list(range(9, 16))
        freezes(world, "new")
        assert await entries(follower, 1) == [16]


async def test_it_goes_on_when_its_last_entry_is_archived(world):
    with_old_work(world.database, "a", "b")
    async with world.bot(*FOLLOW) as follower:
        assert await entries(follower, 6) == list(range(1, 7))
        freezes(world, "new")
        assert archives(world.database, world.folder / "old.db").last[0] == 6
        assert await entries(follower, 2) == [7, 8]


async def test_an_archive_is_followed_to_its_end(world):
    two_years(world.database)
    archives(world.database, world.folder / "old.db")
    async with world.bot(*FOLLOW, "--database", "old.db") as follower:
        assert await entries(follower, 8) == list(range(1, 9))


async def test_entries_that_were_archived_before_they_were_read_are_said(world):
    """The reader of its output kept it waiting for so long."""
    with_old_work(world.database, "a")
    async with world.bot(*FOLLOW) as follower:
        assert await entries(follower, 3) == [1, 2, 3]
        follower.is_told(signal.SIGSTOP)
        with_old_work(world.database, "b", "c")
        assert archives(world.database, world.folder / "old.db").last[0] == 8
        follower.is_told(signal.SIGCONT)
        assert await follower.ends() == 1
    said = follower.stderr
    assert (
        "error: Entries 4 to 8 were archived before they were written out. Entries 1 to 8 were archived on "
        in said
    )
    assert "Read them with `pipeline-bot audit export --database " in said
    assert said.rstrip().endswith("Then go on with --after 8.")


async def test_no_database_is_created(world):
    said = await world.refusal(*FOLLOW)
    assert said.startswith(f"There is no database at {world.database}.")
    assert not world.database.exists()
