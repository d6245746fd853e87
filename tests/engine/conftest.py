from contextlib import aclosing

import pytest

from bot.simulator.slack import SlackSimulator
from bot.store.store import SqliteStore
from tests.clock import MovableClock


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


@pytest.fixture
async def store(tmp_path):
    async with aclosing(SqliteStore.open(tmp_path / "bot.db")) as opened:
        yield opened
