import pytest


@pytest.fixture
def anyio_backend() -> str:
    """`@pytest.mark.anyio` tests run on asyncio, as the bot does."""
    return "asyncio"
