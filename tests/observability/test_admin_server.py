"""Whoever asks the admin address too often, or not at all, keeps nobody else from it, and does not keep the bot busy."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.domain.pipelines.targets import Targets
from bot.engine.loops.loop import TickTimes
from bot.engine.ports import StoredFigures, StoreUnavailable
from bot.engine.readiness import Readiness
from bot.observability import AdminServer, PrometheusMetrics
from bot.observability.admin_server import CONNECTIONS_MOST
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


class Database:
    def __init__(self) -> None:
        self.asked = 0
        self.is_broken = False

    async def figures(self) -> StoredFigures:
        self.asked += 1
        if self.is_broken:
            raise StoreUnavailable("The disk is full.")
        return StoredFigures(awaiting_review=3, lines=0, cards=0, owed_since=None, audit_entry=7)


def serving(database: Database, made_every: float) -> AdminServer:
    clock = MovableClock()
    readiness = Readiness(asyncio.Event(), TickTimes(clock))
    metrics = PrometheusMetrics(Targets(), "1.2.3")
    return AdminServer("127.0.0.1", 0, metrics, readiness, tuple, database.figures, clock, made_every)


async def scraped(server: AdminServer) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{server.address}/metrics") as response,
    ):
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert response.headers["Connection"] == "close"
        return await response.text()


async def test_many_scrapes_at_once_read_the_database_once():
    database = Database()
    async with serving(database, made_every=3600.0) as server:
        bodies = await asyncio.gather(*(scraped(server) for _ in range(CONNECTIONS_MOST)))
    assert len(set(bodies)) == 1
    assert database.asked == 1


async def test_a_database_that_cannot_be_read():
    """What it holds stays as it was, and one metric says so."""
    database = Database()
    async with serving(database, made_every=0.0) as server:
        assert "pipeline_bot_database_readable 1.0" in await scraped(server)
        database.is_broken = True
        body = await scraped(server)
    assert "pipeline_bot_database_readable 0.0" in body
    assert 'pipeline_bot_open_operations{state="awaiting_review"} 3.0' in body


async def test_connections_that_ask_nothing_make_room():
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(Database(), made_every=0.0))
        host, _, port = server.address.partition(":")
        idle = [await asyncio.open_connection(host, int(port)) for _ in range(CONNECTIONS_MOST)]
        for _, writer in idle:
            stack.callback(writer.close)
        assert "pipeline_bot_ready 0.0" in await scraped(server)
        assert await idle[0][0].read() == b""  # the oldest was closed
        assert not idle[-1][0].at_eof()
