"""A restart and an upgrade under load, as a supervisor does them: the next process starts when the last one has ended.

In between nothing of Slack reaches a bot, and Slack says so to the person: what was acknowledged is stored, what was not
is refused visibly, and nothing is done twice.
"""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass

import pytest

from bot.domain.ids import OperationId
from bot.store import operations
from bot.store.connection.lease import lock_file_of
from bot.store.connection.migration_copies import migration_copies
from bot.store.connection.read_only import open_for_reading
from bot.store.shell_store import Administration
from tests.ports import free_port
from tests.processes import books
from tests.processes.load import Clear, Load
from tests.processes.start_times import READY_WITHIN, Start, until_ready, without_processor
from tests.processes.world import HTTP, PATIENCE, ROOT
from tests.store.old_rows import write_before

pytestmark = pytest.mark.anyio

CLEARS = 8
EVERY = 0.1  # seconds from one person to the next
TAKES = 1.5  # seconds for Feldera to clear: the bot is away for a part of most of them
OLD_SCHEMA = 7
OWN_PROCESS = {"PYTHONPATH": str(ROOT)}  # started from nothing, as a supervisor does it
COPIED = ("grants", "events", "postings", "workspace")  # their columns are the same in the old schema


@pytest.fixture(params=["Socket Mode", "HTTP"])
def settings(request, world):
    """Over HTTP Slack knows one address, whichever process is behind it."""
    if request.param == "Socket Mode":
        return {}
    address = f"127.0.0.1:{free_port()}"
    world.slack.serves_over_http(f"http://{address}/slack/events")
    return HTTP | {"SLACK_SIGNING_SECRET": world.slack.signing_secret, "PIPELINE_BOT_LISTEN": address}


@dataclass(frozen=True, slots=True)
class Restart:
    """Moments of the loop's time: when a bot first served, was told to stop, was gone, served and answered again, and the end."""

    served: float
    told: float
    gone: float
    serves: float
    answers: float
    ends: float

    def __str__(self) -> str:
        return (
            f"stopped in {self.gone - self.told:.2f} s, serves {self.serves - self.gone:.2f} s after that, "
            f"first answer after {self.answers - self.gone:.2f} s"
        )


async def restarts(world, clears, settings, *, in_between=lambda: None):
    """Under load; returns the load's commands, and when what happened. Some people click once no bot runs any more."""
    now = asyncio.get_running_loop().time
    *early, one, another = clears
    async with Load(world, [clear.person for clear in clears]) as load, asyncio.TaskGroup() as people:
        async with world.serving_bot(**settings) as first:
            served = now()
            load.begins()
            asked = []
            for clear in early:
                asked.append(people.create_task(clear.asks()))
                await asyncio.sleep(EVERY)
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            told = now()
            assert await first.stops() == 0
            gone = now()
        in_between()
        admin, started = f"127.0.0.1:{free_port()}", now()
        too_late = [people.create_task(clear.asks()) for clear in (one, another)]
        async with world.serving_bot(**settings, **OWN_PROCESS, PIPELINE_BOT_ADMIN_LISTEN=admin) as second:
            serves = now()
            await until_ready(admin)
            start = Start(now() - started, without_processor(second))
            answers = await load.until_answered(gone)
            await asyncio.wait(too_late)
            for clear in clears:
                await books.until_told(world, clear.name, clear.channel, within=PATIENCE)
            ends = now()
            assert await second.stops() == 0
    restart = Restart(served, told, gone, serves, answers, ends)
    refused = sum(clear.refused for clear in clears)
    print(f"{restart}; {start}; {len(load.typed)} commands; people who clear were refused {refused} times")  # noqa: T201
    assert start.own < READY_WITHIN, start
    assert [bot.logged("database_lost") for bot in (first, second)] == [[], []]
    return load.typed, restart


def is_balanced(world, clears):
    """Whatever happened on the way: one clear each, asked for once; one card, one last line."""
    for clear in clears:
        books.balance(world, clear.name, clear.channel)
        assert books.requests(world, clear.name) == 1


def nobody_is_left_guessing(typed, restart):
    """Who types while a bot serves is answered, and who types while none does is shown Slack's error at once.

    A busy machine may be too slow for Slack's three seconds. What is on its way when the bot is told to stop is either.
    """
    to_the_first = [each for each in typed if each.answered < restart.told]
    to_the_second = [each for each in typed if restart.answers < each.sent and each.answered < restart.ends]
    for served in (to_the_first, to_the_second):
        assert {each.error for each in served} <= {None, "operation_timeout"}
        assert sum(each.error is None for each in served) > len(served) / 2
    in_between = [each for each in typed if restart.gone < each.sent and each.answered < restart.serves - 1]
    assert {each.error for each in in_between} <= {"dispatch_failed"}


async def test_a_restart_under_load(world, settings):
    clears = [Clear(world, number, takes=TAKES) for number in range(CLEARS)]
    typed, restart = await restarts(world, clears, settings)
    nobody_is_left_guessing(typed, restart)
    is_balanced(world, clears)
    assert all(clear.refused for clear in clears[-2:])


def as_left_by_an_old_version(world):
    """The same grants, entries and requests, in a database of the old schema. Returns the requests under way."""
    with open_for_reading(world.database) as db:
        ids = [OperationId(each) for (each,) in db.execute("SELECT id FROM operations ORDER BY rowid")]
        requests = [operations.find(db, each) for each in ids]
        underway = operations.underway(db)
    newer = world.database.replace(world.folder / "newer.db")
    lock_file_of(world.database).unlink()
    write_before(world.database, OLD_SCHEMA, requests)
    with closing(sqlite3.connect(world.database)) as old, old:
        old.execute("ATTACH ? AS newer", (str(newer),))
        old.execute("DELETE FROM workspace")
        for table in COPIED:
            old.execute(f"INSERT INTO {table} SELECT * FROM newer.{table}")  # noqa: S608 - names of ours
    world.database.chmod(0o600)
    return underway


async def test_an_upgrade_under_load(world, settings):
    """From a schema of three versions ago, with clears under way: the next version migrates, and ends them."""
    clears = [Clear(world, number, takes=TAKES) for number in range(CLEARS)]
    carried_on = []
    typed, restart = await restarts(
        world, clears, settings, in_between=lambda: carried_on.extend(as_left_by_an_old_version(world))
    )
    assert carried_on
    assert [copy.name.split("-")[2] for copy in migration_copies(world.database)] == [str(OLD_SCHEMA)]
    nobody_is_left_guessing(typed, restart)
    is_balanced(world, clears)
    with Administration.reading(world.database) as administration:
        assert administration.verify(full=True).broken is None


async def test_a_newer_database_is_refused(world):
    """The way back from an upgrade without the copy: a sentence, and the file stays as it is."""
    ana = world.operator("ana")
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(world.serving_bot())
        await world.confirms_a_clear(ana, "orders")
        await bot.until_it_logs("accepted")
        assert await bot.stops() == 0
    with closing(sqlite3.connect(world.database)) as newer, newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pipeline-bot', 'm999', '')"
        )
    with closing(sqlite3.connect(world.database)) as db:
        before = list(db.iterdump())
    sentence = "was last used by a newer version of the bot. Use that version, or a later one."
    assert await world.refusal() == f"The database {world.database.name} {sentence}"
    assert await world.refusal("grants") == f"The database {world.database} {sentence}"
    with closing(sqlite3.connect(world.database)) as db:
        assert list(db.iterdump()) == before
