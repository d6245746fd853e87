"""Versions: of SQLite, with what the bot needs of it, and of the schema, counted in migrations."""

import sqlite3
from contextlib import closing

from sqlite_utils import Database

from bot.store.schema.migrations import migrations

SQLITE = sqlite3.sqlite_version_info
SQLITE_SINCE = (3, 31)  # to which the migrations keep; statements need less (upsert: 3.24)


def sqlite_has_json() -> bool:
    """Whether SQLite has its JSON functions, by which grants are read. Before 3.38 it could be built without them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("SELECT json_group_array(json_array(1))")
        except sqlite3.OperationalError:
            return False
    return True


def newest_schema() -> int:
    """The schema of this version of the bot."""
    with Database(memory=True, execute_plugins=False) as empty:
        return len(migrations.pending(empty))
