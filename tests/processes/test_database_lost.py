"""The database is the referee only while it is the file on the disk: real processes, real files.

In each of these an operation waits in its cancel window when something happens to the files. Nothing may be sent, the
thread tells why nobody watches any more, the log has one line, and the exit status is not zero.
"""

import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.access.changes import SetFreeze
from bot.simulator.slack import Person
from bot.store.shell_store import Administration
from tests.processes.books import requests
from tests.processes.world import PATIENCE, Process, World

pytestmark = pytest.mark.anyio


def beside(database: Path, ending: str) -> Path:
    return database.with_name(f"{database.name}{ending}")


def copied(database: Path) -> Path:
    """A whole copy of the database as it is now, in one file of its own."""
    copy = beside(database, ".copy")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
    return copy


def moved_over(database: Path, copy: Path) -> None:
    copy.rename(database)


def deleted(database: Path, _copy: Path) -> None:
    database.unlink()


def restored_in_place(database: Path, copy: Path) -> None:
    """`cp` and `rsync --inplace` keep the inode."""
    shutil.copyfile(copy, database)


def restored_by_sqlite(database: Path, copy: Path) -> None:
    """`sqlite3 pipeline-bot.db '.restore copy'`: every lock is kept, and every page is another one."""
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(database)) as target:
        source.backup(target)


def removed(ending: str) -> Callable[[Path, Path], None]:
    def removes(database: Path, _copy: Path) -> None:
        beside(database, ending).unlink()

    return removes


def hard_linked(database: Path, _copy: Path) -> None:
    beside(database, ".link").hardlink_to(database)


BESIDE = "The file pipeline-bot.db{} beside the bot's database was removed or replaced."
RESTORED = "The bot's database was restored from a copy: what the bot last recorded is not in it."
HAPPENS = {
    "moved over": (moved_over, "Another file was put in the place of the bot's database."),
    "deleted": (deleted, "The file of the bot's database was deleted or moved away."),
    "restored in place": (
        restored_in_place,
        "Something other than SQLite wrote into the file of the bot's database.",
    ),
    "restored by SQLite": (restored_by_sqlite, RESTORED),
    "WAL removed": (removed("-wal"), BESIDE.format("-wal")),
    "lock file removed": (removed(".lock"), BESIDE.format(".lock")),
    "hard link": (hard_linked, "The file of the bot's database has a second name (a hard link)."),
}


@asynccontextmanager
async def confirmed(world: World) -> AsyncIterator[tuple[Process, Person, Path]]:
    """A bot with a clear of Ana's that can still be cancelled for a minute, and a copy of its database from before."""
    async with world.bot() as bot:
        await bot.until_it_logs("serving")
        ana = world.operator("ana")
        world.rules("*", "cancel-window=60s")
        copy = copied(world.database)
        await world.confirms_a_clear(ana, "orders")
        # What she was answered changes only when it is stored where the card stands.
        await world.slack.until(
            lambda: any("Follow the clear of `orders`" in message.text for message in ana.ephemerals),
            within=PATIENCE,
        )
        yield bot, ana, copy


@pytest.mark.parametrize(("happens", "why"), HAPPENS.values(), ids=HAPPENS)
async def test_nothing_is_sent_by_a_database_that_is_not_the_one_on_the_disk(world, happens, why):
    async with confirmed(world) as (bot, _, copy):
        happens(world.database, copy)
        assert await bot.ends() == 1
    (lost,) = bot.logged("database_lost")
    assert (lost["level"], lost["why"]) == ("error", why)
    assert bot.stderr.splitlines()[-1] == f"error: {why}"
    assert requests(world, "orders") == 0
    told = await world.until_told("I stopped watching `orders`")
    assert world.reads(told) == (
        f"🛑 I stopped watching `orders`, and do nothing more about it: {why} "
        "What Feldera was asked for before goes on there. The person who runs me has to look at my database and start me again."
    )


async def test_a_right_revoked_in_the_file_that_took_its_place_is_not_used(world):
    """Frozen, the bot cannot notice: the shell does, and says that the bot holds another file."""
    async with confirmed(world) as (bot, ana, copy):
        bot.is_told(signal.SIGSTOP)
        moved_over(world.database, copy)
        said = await world.refusal("revoke", ana.id, "operator", "*")
        assert said.startswith(f"The running bot (process {bot.pid} on ")
        assert said.endswith(
            f") does not use {world.database}, but a file that was there before. Nothing was changed. "
            "Restart that bot, and try again."
        )
        bot.is_told(signal.SIGCONT)
        assert await bot.ends() == 1
    # What the bot left beside it is the log of the other file: nobody may write that into this one.
    for command, name in (
        (("run",), world.database.name),
        (("revoke", ana.id, "operator", "*"), str(world.database)),
    ):
        assert await world.refusal(*command) == (
            f"The database {name} cannot be used: it was put there after the bot last started, and "
            "pipeline-bot.db-wal beside it may belong to the earlier file. Remove pipeline-bot.db-wal and "
            "pipeline-bot.db-shm; if they came with this database, remove pipeline-bot.db.lock instead."
        )
    for ending in ("-wal", "-shm"):
        beside(world.database, ending).unlink()
    async with world.bot("revoke", ana.id, "operator", "*") as shell:
        assert await shell.ends() == 0
    assert requests(world, "orders") == 0


async def test_a_second_bot_is_refused_though_the_lock_file_was_removed(world):
    """What is locked is the database itself."""
    async with world.serving_bot() as first:
        first.is_told(signal.SIGSTOP)
        beside(world.database, ".lock").unlink()
        said = await world.refusal()
        assert said == "The database pipeline-bot.db is in use by another bot. Stop that one first."
        first.is_told(signal.SIGCONT)
        assert await first.ends() == 1


async def test_a_database_with_two_names_is_refused(world):
    """SQLite keeps its log and its locks beside a name: under two names two bots would not see each other."""
    world.operator("ana")
    link = beside(world.database, ".link")
    link.hardlink_to(world.database)
    for name, command in ((world.database.name, ("run",)), (str(link), ("grant", "U0ANA", "viewer", "*"))):
        said = await world.refusal(*command, "--database", name)
        assert said == (
            f"The database {name} cannot be used: it has a second name (a hard link), "
            "and two bots could run on it. Remove the other name, or choose another file."
        )


async def test_a_bot_that_lost_its_database_writes_nothing_into_a_restored_one(world):
    """Closing a database has SQLite write what its log still holds: into a file that is not its own any more."""
    async with confirmed(world) as (bot, _, copy):
        restored_in_place(world.database, copy)
        for ending in ("-wal", "-shm"):
            beside(world.database, ending).unlink()
        assert await bot.ends() == 1
    assert world.database.read_bytes() == copy.read_bytes()


def pages_overwritten(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        pages = db.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'rules'").fetchall()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        for (page,) in pages:
            file.seek((page - 1) * size)
            file.write(os.urandom(size))


def after(statement: str) -> Callable[[Path], None]:
    def done(database: Path) -> None:
        with closing(sqlite3.connect(database)) as db, db:
            db.execute(statement)

    return done


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (pages_overwritten, "database disk image is malformed"),
        (after("UPDATE freezes SET frozen_at = 'soon'"), "a row of freezes does not read"),
        (after("DROP TABLE rules"), "no such table: rules"),
    ],
)
async def test_a_damaged_database_ends_the_bot(world, damage, why):
    """It is read for the first time when the bot looks after operations: damage that was there before it began."""
    world.operator("ana")
    with Administration.open(world.database) as administration:
        freeze = SetFreeze("prod-*", world.clock.now() + timedelta(days=1), "audit")
        administration.administer(freeze, by="shell:owner", now=world.clock.now())
    damage(world.database)
    async with world.bot() as bot:
        assert await bot.ends() == 1
    (lost,) = bot.logged("database_lost")
    assert lost["why"] == f"The bot's database is damaged ({why})."
    assert "Traceback" not in bot.stderr
