"""A sandbox's server with a bot behind it, and what may be asked of it over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from tests.forked import forked_bot
from tests.web.visit import Visit, visiting

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
    async with visiting(Sandbox(load(tmp_path / "scenario.yaml"), tmp_path)) as ready:
        await ready.until_connected()
        yield ready


@pytest.fixture(autouse=True)
def bot_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.simulator.bot.process.begun", forked_bot)
