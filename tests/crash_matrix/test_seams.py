"""Seams are found where everything passes: whatever commits, sends or receives is one, and nothing else."""

import asyncio
import signal
from functools import partial

import aiohttp
import httpx
import pytest
from aiohttp import web
from sqlite_utils import Database

from bot.domain.events import Event, EventKind
from bot.store import bot_state, operations
from bot.store.connection.database import writing
from bot.store.shell_store import Administration
from tests.clock import START
from tests.crash_matrix.matrix import Case
from tests.crash_matrix.seams import SeamConnection, SeamLog, SeamLoop
from tests.processes.world import running
from tests.streams import served_by


@pytest.fixture
def log(tmp_path):
    return SeamLog(tmp_path / "hits.txt", kill_at="")


@pytest.fixture
def hits(tmp_path):
    return lambda: (tmp_path / "hits.txt").read_text().splitlines()


@pytest.fixture
def db(tmp_path, log):
    path = tmp_path / "pipeline-bot.db"
    Administration.open(path).close()
    made = type("Connection", (SeamConnection,), {"log": log})
    database = Database(made(path, isolation_level=None), execute_plugins=False)
    yield database
    database.close()


def test_a_commit_is_named_by_the_stores_function_and_its_events(db, hits):
    operations.note(db, Event(EventKind.CLOCK_RESET, START), None)
    bot_state.done(db, "head", START)
    assert hits() == [
        "before commit operations.note (clock_reset) #1",
        "after commit operations.note (clock_reset) #1",
        "before commit bot_state.done #1",
        "after commit bot_state.done #1",
    ]


def test_what_changes_nothing_is_no_seam(db, log, hits):
    with writing(db):
        db.execute("SELECT * FROM grants")
    with db.atomic():
        db.execute("SELECT * FROM grants")
    log.hit("after", "all")
    assert hits() == ["after all #1"]


def test_a_write_of_its_own_and_every_other_way_to_commit(db, hits):
    """However a later function of the store might do it."""
    insert = "INSERT INTO workspace (key, value) VALUES (?, ?)"
    db.execute(insert, ("one", "1"))
    db.conn.execute("BEGIN")
    db.conn.execute(insert, ("two", "2"))
    db.conn.commit()
    db.conn.executemany(insert, [("three", "3"), ("four", "4")])
    with db.conn:
        db.conn.execute("BEGIN")
        db.conn.execute(insert, ("five", "5"))
    db.conn.executescript("INSERT INTO workspace (key, value) VALUES ('six', '6');")
    numbers = [
        f"{moment} commit outside the store #{n}" for n in range(1, 6) for moment in ("before", "after")
    ]
    assert hits() == numbers


async def _answer(request: web.Request) -> web.Response:
    return web.json_response({"got": len(await request.read())})


async def _asks_with_both_clients(path: str) -> None:
    async with served_by({path: _answer}) as address:
        async with httpx.AsyncClient() as client:
            await client.post(f"http://{address}{path}?secret=1")
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://{address}{path}", data=b"x" * 300_000) as response,
        ):
            assert await response.json() == {"got": 300_000}


def test_requests_and_responses_of_any_client_and_server(log, hits):
    """In the order in which they pass; a long body is one request, and no query is in a name."""
    with asyncio.Runner(loop_factory=partial(SeamLoop, log)) as runner:
        runner.run(_asks_with_both_clients("/api/new.method"))
    for kind in ("request", "delivery", "answer", "response"):
        name = f"{kind} POST /api/new.method"
        moments = [line for line in hits() if line.partition(" ")[2].startswith(name)]
        assert moments == [f"{moment} {name} #{n}" for n in (1, 2) for moment in ("before", "after")]
    assert len(hits()) == 16


@pytest.mark.anyio
async def test_the_process_is_killed_at_the_hit(tmp_path):
    script = (
        "from pathlib import Path; from tests.crash_matrix.seams import SeamLog; "
        "log = SeamLog(Path('hits.txt'), 'before b #2'); "
        "[log.hit('before', seam) for seam in 'abcbd']"
    )
    async with running("-c", script, folder=tmp_path, settings={}) as process:
        assert await process.ends() == -signal.SIGKILL
    assert (tmp_path / "hits.txt").read_text().splitlines() == [
        "before a #1",
        "before b #1",
        "before c #1",
        "before b #2",
    ]


def test_a_case_is_named_by_what_it_prints():
    case = Case("plain", ("before commit operations.change (sent) #1", "after response GET /v0/config #1"))
    assert Case.named(str(case)) == case
    with pytest.raises(ValueError, match="is no case; scenarios are: plain; "):
        Case.named("plane: before commit operations.change (sent) #1")
