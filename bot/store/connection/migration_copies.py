"""The copy of the database that is kept before each migration, for the way back to the version that wrote it.

It is beside the database, named by its schema's version and the time: `pipeline-bot.db.schema-7-20261130T204500Z`.
"""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.store.connection.copying import give_name, unnamed_copy
from bot.store.errors import DatabaseUnusable

log = structlog.get_logger(__name__)

KEPT = 3  # copies; each is as large as the database


def keep_copy(source: sqlite3.Connection, path: Path, schema: int) -> Path:
    """Copy the database at `path`, which no one may write meanwhile, and remove all but the newest copies.

    Raises:
        DatabaseUnusable: it cannot be copied; it must not be migrated then.
    """
    database = path.resolve()
    # The wall clock, since it is for people, and the bot's time is in a table of a schema that is not known here.
    kept = database.with_name(f"{database.name}.schema-{schema}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        with unnamed_copy(source, kept) as copy:
            give_name(copy, kept)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(
            f"The database {path} was not migrated: the copy that is kept before a migration cannot be written "
            f"({error}). It needs as much room as the database, beside it."
        ) from error
    for old in migration_copies(database)[:-KEPT]:
        old.unlink(missing_ok=True)
    log.info("database_copied", before_migration_of_schema=schema, copy=str(kept))
    return kept


def migration_copies(database: Path) -> list[Path]:
    """Those beside the database, oldest first."""
    name = re.compile(rf"{re.escape(database.name)}\.schema-[0-9]+-([0-9]{{8}}T[0-9]{{6}}Z)")
    found = [(match[1], file) for file in database.parent.iterdir() if (match := name.fullmatch(file.name))]
    return [file for _, file in sorted(found)]
