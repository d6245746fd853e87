"""A simulated Feldera and a simulated Slack, on a clock that stands still until a test moves it."""

import pytest

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.feldera_visit import visiting
from tests.simulator.slack_apps import client_of, connected, echoing_app

PATIENCE = 20.0  # real seconds for an ack: more than a busy machine takes


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def visit():
    async with visiting() as one:
        yield one


@pytest.fixture
async def slack(clock, request):
    """Waits for an ack as long as a test gives the fixture, and does not pace messages."""
    ack_timeout = getattr(request, "param", PATIENCE)
    async with SlackSimulator(clock, ack_timeout=ack_timeout, strict_pacing=False) as slack:
        yield slack


@pytest.fixture
def client(slack):
    return client_of(slack)


@pytest.fixture
def ops(slack):
    return slack.adds_channel("ops")


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


@pytest.fixture
async def echo(slack):
    """The echoing app, connected."""
    app = echoing_app(slack)
    async with connected(app, slack):
        yield app
