"""A sandbox's server with a bot behind it, and what may be asked of it over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from bot.simulator.web.server import Server
from tests.web.visit import Visit

SCENARIO = """\
people: [{name: ana}, {name: rae}, {name: ben}, {name: gus, guest: true}]
channels: [{name: ops}, {name: shared, members: [ana, gus]}]
grants:
- {person: ana, role: operator, pattern: '*'}
- {person: rae, role: requester, pattern: '*'}
- {person: ben, role: approver, pattern: '*'}
pipelines: [{name: orders, clear_takes: 0.2}, {name: payments, running: true}, {name: broken, program: SqlError}]
"""


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    """The server of a sandbox whose bot is connected."""
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    sandbox = Sandbox(load(tmp_path / "scenario.yaml"), tmp_path)
    server = Server(sandbox)
    await server.start()
    try:
        async with sandbox, aiohttp.ClientSession() as session:
            ready = Visit(session, server.url, sandbox)
            await ready.until_connected()
            yield ready
    finally:
        await server.stop()
