"""Backups of a bot that runs, by real processes: under load, killed, restored, and taken before a migration."""

import asyncio
import signal
import sqlite3
from contextlib import closing

import pytest

from bot.domain.events import Event, EventKind
from bot.store import audit_log
from bot.store.backup.verification import verify_copy
from bot.store.connection.database import open_database, writing
from bot.store.connection.migration_copies import migration_copies
from bot.store.shell_store import Administration
from tests.processes import books
from tests.processes.world import PATIENCE
from tests.store.old_rows import write_before

pytestmark = pytest.mark.anyio

PEOPLE = 4
BACKUPS = 6
KILLS = 5
ENTRIES = 20_000  # of the audit log: verifying so many takes far longer than the latest kill waits


def dump(file):
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def head(database):
    with Administration.reading(database) as administration:
        return administration.head()


async def backs_up(world, name):
    async with world.bot("backup", name) as process:
        assert await process.ends() == 0, process.stderr
    return world.folder / name


async def test_a_backup_that_is_taken_while_the_bot_writes_verifies(world):
    """As of a moment while it ran; the bot neither stops nor notices, and each later one has more in it."""
    names = [f"pipeline-{number}" for number in range(PEOPLE)]
    for name in names:
        world.feldera.adds(name, clear_takes=0.2)
    people = [world.operator(f"person{number}") for number in range(PEOPLE)]
    heads = []
    async with world.serving_bot() as bot:
        done, answered = asyncio.Event(), asyncio.Event()

        async def writes(person, name):
            channel = world.slack.adds_channel(f"ops-{name}")
            while not done.is_set():
                await person.types(f"/pipeline clear {name}", channel=channel)
                answered.set()
                await asyncio.sleep(0.05)

        async def has_written_more():
            async with asyncio.timeout(PATIENCE):
                while heads and head(world.database) <= heads[-1]:
                    answered.clear()
                    await answered.wait()

        writers = [asyncio.create_task(writes(*each)) for each in zip(people, names, strict=True)]
        for number in range(BACKUPS):
            await has_written_more()
            copy = await backs_up(world, f"backup-{number}.db")
            verified = verify_copy(copy, str(copy), heads)
            assert verified.broken is None
            heads.append(verified.head)
        done.set()
        await asyncio.gather(*writers)
        await world.confirms_a_clear(people[0], "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
        assert bot.logged("database_lost") == []
    assert heads == sorted(set(heads))  # the bot wrote all the time
    with Administration.reading(world.database) as administration:
        assert administration.verify(heads, full=True).broken is None


async def test_a_backup_that_is_killed_leaves_no_file_under_its_name(world):
    """Whatever it was doing; the next one is not in its way."""
    with open_database(world.database) as db, writing(db):
        for number in range(ENTRIES):
            audit_log.append(db, Event(EventKind.CLOCK_RESET, world.clock.now(), {"number": number}))
    backup = world.folder / "backup.db"
    for kill in range(KILLS):
        before = set(world.folder.glob(".backup.db.*.part"))
        async with world.bot("backup", "backup.db") as process, asyncio.timeout(PATIENCE):
            while set(world.folder.glob(".backup.db.*.part")) == before:  # noqa: ASYNC110 - a file is what is awaited
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01 * kill)  # from the first page into the verification
            process.is_told(signal.SIGKILL)
            assert await process.ends() == -signal.SIGKILL, "it was done before"
        assert not backup.exists()
    await backs_up(world, "backup.db")
    assert verify_copy(backup, "it").head[0] == ENTRIES


async def test_a_restore_waits_until_the_bot_has_stopped(world):
    """And the bot goes on from the backup: what was under way then, it looks after."""
    world.feldera.adds("payments", clear_takes=0.2)
    ana = world.operator("ana")
    world.rules("payments", "cancel-window=60s")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "payments")
        await world.slack.until(
            lambda: any("Follow the clear of `payments`" in message.text for message in ana.ephemerals),
            within=PATIENCE,
        )
        await backs_up(world, "backup.db")
        world.revokes_everything()
        said = await world.refusal("restore", "backup.db", "--yes")
        assert said.startswith(
            f"The database {world.database} is in use by another bot: process {bot.pid} on "
        )
        assert await bot.stops() == 0
    async with world.bot("restore", "backup.db", "--yes") as shell:
        assert await shell.ends() == 0, shell.stderr
        said = await shell.rest_of_output()
    assert f"+ grant {ana.id} operator *\n" in said
    assert "The bot will continue with: clear payments (" in said
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert books.rows(world)["payments"].state == "ready"
        assert await bot.stops() == 0


async def test_a_bot_that_lost_its_database_does_not_begin_with_an_empty_one(world):
    """A supervisor restarts it: it says what to do each time, until a backup is restored."""
    ana = world.operator("ana")
    async with world.serving_bot() as bot:
        await backs_up(world, "backup.db")
        world.database.unlink()
        assert await bot.ends() == 1
        assert bot.logged("database_lost")
    for _ in range(2):
        said = await world.refusal()
        assert said.startswith(
            f"The database {world.database.name} is gone: a bot ran on it (process {bot.pid} on "
        )
        assert "restore a backup with `pipeline-bot restore FILE`" in said
        assert not world.database.exists()
    async with world.bot("restore", "backup.db", "--yes") as shell:
        assert await shell.ends() == 0, shell.stderr
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


async def test_the_way_back_from_a_migration(world):
    """The bot keeps what the earlier version left; restored, it is that to the last row, and can be migrated again."""
    write_before(world.database, 7, rules=[{"pattern": "prod-*", "words": "approvals=2"}])
    world.database.chmod(0o600)
    before = dump(world.database)
    for _ in range(2):
        async with world.serving_bot() as bot:
            assert await bot.stops() == 0
        copies = migration_copies(world.database)
        assert dump(copies[-1]) == before
        async with world.bot("restore", str(copies[-1]), "--yes") as shell:
            assert await shell.ends() == 0, shell.stderr
        assert dump(world.database) == before
