"""A simulated Feldera with one stopped pipeline in use, and the bot's client of it."""

from collections.abc import AsyncIterator

import pytest

from bot.feldera import FelderaAddress, FelderaClient, NoCredentials
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
