import pytest

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.slack.people import directory


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


@pytest.fixture
def people(slack, clock):
    return directory(slack, clock)
