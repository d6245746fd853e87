from contextlib import aclosing

import pytest

from bot.store.connection.database import open_database
from bot.store.store import SqliteStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bot.db"


@pytest.fixture
def db(path):
    """The file as this room's own functions see it, on the test's thread."""
    with open_database(path) as database:
        yield database


@pytest.fixture
async def store(path):
    async with aclosing(SqliteStore.open(path)) as opened:
        yield opened


@pytest.fixture
def backup(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "backup.db"


@pytest.fixture
def file(tmp_path):
    """An archive that is not there yet."""
    folder = tmp_path / "archives"
    folder.mkdir()
    return folder / "archive.db"
