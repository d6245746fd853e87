from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.processes.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A Slack with the channel `ops`, and a Feldera with one stopped pipeline, `orders`, quick to clear."""
    world = World(tmp_path)
    world.feldera.adds("orders", clear_takes=0.2)
    async with world.slack, world.feldera:
        yield world
