"""The time of the last backup, which a database has for `doctor`. Each backup has its own, and a restore keeps the latest."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.store import bot_state
from bot.store.connection.copying import sync

BACKUP = "backup"
"""The task of `bot_state.done`."""


def last_backup(db: Database) -> datetime | None:
    """When the command `backup` last copied this database; None if it never did, or if its version could not store that."""
    return bot_state.last_done(db, BACKUP) if "workspace" in db.table_names() else None


def store_in_copy(copy: Path, at: datetime) -> None:
    """Store the time in a copy that has no other user yet, if its version has a place for it."""
    with closing(Database(copy, execute_plugins=False)) as db:
        if "workspace" not in db.table_names():
            return
        bot_state.done(db, BACKUP, at)
    sync(copy)
