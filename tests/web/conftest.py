"""A sandbox's server with a bot behind it, and what may be asked of it over HTTP."""

import pytest

from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from tests.forked import forked_bot
from tests.web.visit import visiting

SCENARIO = """\
people: [{name: ana}, {name: rae}, {name: ben}, {name: gus, guest: true}, {name: eve, external: true}]
channels: [{name: ops}, {name: shared, members: [ana, gus, eve]}]
groups: {leads: [ben]}
grants:
- {person: ana, role: operator, pattern: '*', for: 12h}
- {person: rae, role: requester, pattern: '*'}
- {group: leads, role: approver, pattern: '*'}
rules: [{pattern: sales, channel: ops, group: leads, keys: approvals=1 remind=30m}]
freezes: [{pattern: frozen, for: 1h, reason: release}]
pipelines:
- {name: orders, clear_takes: 0.2}
- {name: payments, running: true}
- {name: broken, program: SqlError}
- {name: slow, clear_takes: 3000}
- {name: sales}
- {name: frozen}
"""


@pytest.fixture
def scenario(tmp_path):
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    return load(tmp_path / "scenario.yaml")


@pytest.fixture
async def visit(scenario, tmp_path, request):
    """The server of a sandbox whose bot is connected; a test may give the fixture how the sandbox is made."""
    async with visiting(Sandbox(scenario, tmp_path, **getattr(request, "param", {}))) as ready:
        await ready.until_connected()
        yield ready


@pytest.fixture(autouse=True)
def bot_is_forked(monkeypatch):
    monkeypatch.setattr("bot.simulator.bot.process.start_process", forked_bot)
