"""The little that the bot remembers about its own runs: in which Slack workspace it was, and what it last did when.

The shell names people of that workspace without asking Slack.
"""

import json
import sqlite3
from datetime import datetime

from sqlite_utils import Database

from bot.domain.audit import PostedHead
from bot.domain.names import TeamId
from bot.store.database import writing
from bot.store.errors import DatabaseUnusable
from bot.store.values import moment_of, text_of

_POSTED_HEAD = "posted head"


def team(db: Database) -> TeamId | None:
    """The workspace's id; None if the bot has never run on this database."""
    value = _value(db, "team")
    return None if value is None else TeamId(value)


def remember_team(db: Database, team_id: TeamId) -> None:
    """The bot's token is of this workspace. Grants of another one stay, and are nobody's in this one."""
    _remember(db, "team", team_id)


def url(db: Database) -> str:
    """Where links to the workspace's messages begin, with a slash; empty as long as the bot has not learned it."""
    return _value(db, "url") or ""


def remember_url(db: Database, workspace_url: str) -> None:
    _remember(db, "url", workspace_url)


def last_done(db: Database, errand: str) -> datetime | None:
    """When it was last done; None if it never was."""
    value = _value(db, f"last {errand}")
    return None if value is None else moment_of(value)


def done(db: Database, errand: str, at: datetime) -> None:
    _remember(db, f"last {errand}", text_of(at))


def posted_head(db: Database) -> PostedHead | None:
    """Where the head was posted last; None if it never was, or nobody could say."""
    try:
        said = json.loads(_value(db, _POSTED_HEAD) or "")
        return PostedHead(
            (int(said["entry"]), str(said["hash"])),
            moment_of(said["at"]),
            str(said["channel"]),
            str(said["ts"]),
        )
    except (ValueError, LookupError, TypeError):
        return None


def remember_posted_head(db: Database, posted: PostedHead) -> None:
    said = {
        "entry": posted.head[0],
        "hash": posted.head[1],
        "at": text_of(posted.at),
        "channel": posted.channel,
        "ts": posted.ts,
    }
    _remember(db, _POSTED_HEAD, json.dumps(said))


def prove_writable(db: Database) -> None:
    """Write something, and take it back.

    Raises:
        DatabaseUnusable: it cannot be written, and why.
    """
    try:
        with writing(db):
            db.execute("INSERT INTO workspace (key, value) VALUES ('proof', '')")
            db.execute("DELETE FROM workspace WHERE key = 'proof'")
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"The database cannot be written: {error}.") from error


def _value(db: Database, key: str) -> str | None:
    row = db.execute("SELECT value FROM workspace WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _remember(db: Database, key: str, value: str) -> None:
    with writing(db):
        db.execute(
            "INSERT INTO workspace (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )
