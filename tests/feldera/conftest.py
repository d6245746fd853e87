"""A simulated Feldera with one stopped pipeline in use, and the bot's client of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.feldera import FelderaAddress, FelderaClient, NoCredentials
from bot.feldera.target_router import TargetRouter
from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def feldera(clock: MovableClock) -> AsyncIterator[FelderaSimulator]:
    async with FelderaSimulator(clock) as simulator:
        simulator.adds("orders", checkpoints=(1000, 24))
        yield simulator


@pytest.fixture
async def client(feldera: FelderaSimulator, clock: MovableClock) -> AsyncIterator[FelderaClient]:
    async with FelderaClient(FelderaAddress(feldera.url), NoCredentials(), clock=clock) as connected:
        yield connected


@pytest.fixture
def client_of(clock):
    """A client of another address, or with other settings."""
    return lambda url, **settings: FelderaClient(
        FelderaAddress(url, **settings), NoCredentials(), clock=clock
    )


@pytest.fixture
async def fleet_of(client_of):
    """A fleet of the Felderas at these addresses, by target."""
    async with AsyncExitStack() as stack:

        async def connected(urls):
            return TargetRouter(
                {target: await stack.enter_async_context(client_of(url)) for target, url in urls.items()}
            )

        yield connected
