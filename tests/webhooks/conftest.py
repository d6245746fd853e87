import pytest

from tests.webhooks.feed import Feed
from tests.webhooks.receiver import receiving


@pytest.fixture
async def feed(tmp_path):
    async with Feed(tmp_path) as opened:
        yield opened


@pytest.fixture
async def receiver():
    async with receiving() as opened:
        yield opened
