import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: a busy one must not fail a property.
settings.register_profile("here", deadline=None)
settings.load_profile("here")


@pytest.fixture
def anyio_backend() -> str:
    """`@pytest.mark.anyio` tests run on asyncio, as the bot does."""
    return "asyncio"
