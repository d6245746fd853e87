"""The bot's own state across runs: its Slack workspace, when it last did its periodic tasks, and its time.

The shell names people of that workspace without asking Slack, and uses the same time.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.audit_chain import PostedHead
from bot.domain.bot_time import ClockRecord, Jump
from bot.domain.ids import TeamId
from bot.store.column_values import moment_of, text_of
from bot.store.connection.database import writing
from bot.store.errors import DatabaseUnusable

_POSTED_HEAD = "posted head"
_CONNECTIONS = "connections"
_RECEIVERS = "webhook receivers"
_ARCHIVED_GRANTS = "archived grants"


@dataclass(frozen=True, slots=True)
class CountedConnections:
    """How many WebSockets the Slack app had besides the bot's own when the bot last connected, in the bot's time.

    `process` is the `Holder.identity` of the bot that counted; empty if that is not known.
    """

    others: int
    at: datetime
    process: str = ""


@dataclass(frozen=True, slots=True)
class ServedReceivers:
    """The webhook receivers that a bot sends to, as its settings had them when it started, and its `Holder.identity`."""

    names: frozenset[str]
    process: str


def team(db: Database) -> TeamId | None:
    """The workspace's id; None if the bot has never run on this database."""
    value = _value(db, "team")
    return None if value is None else TeamId(value)


def remember_team(db: Database, team_id: TeamId) -> None:
    """Store the workspace of the bot's token. Grants of another one stay, and have no effect in this one."""
    _remember(db, "team", team_id)


def url(db: Database) -> str:
    """The base URL of message links, with a slash at the end; empty until the bot has learned it."""
    return _value(db, "url") or ""


def remember_url(db: Database, workspace_url: str) -> None:
    _remember(db, "url", workspace_url)


def last_done(db: Database, task: str) -> datetime | None:
    """When the task was last done; None if it never was."""
    value = _value(db, f"last {task}")
    return None if value is None else moment_of(value)


def done(db: Database, task: str, at: datetime) -> None:
    _remember(db, f"last {task}", text_of(at))


def clock_record(db: Database) -> ClockRecord | None:
    """The last record of the bot's time; None if the bot has never run on this database.

    Raises:
        DatabaseUnusable: the bot did not write it so.
    """
    value = _value(db, "clock")
    if value is None:
        return None
    try:
        kept = json.loads(value)
        jump = kept["jump"]
        return ClockRecord(
            time=moment_of(kept["time"]),
            boottime=float(kept["boottime"]),
            boot=None if kept["boot"] is None else str(kept["boot"]),
            booted_at=moment_of(kept["booted_at"]),
            jump=None
            if jump is None
            else Jump(moment_of(jump["at"]), timedelta(seconds=float(jump["seconds"]))),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DatabaseUnusable(
            f"The database's record of the bot's time cannot be read: {value!r}."
        ) from error


def record_clock(db: Database, record: ClockRecord) -> None:
    with writing(db):
        store_clock(db, record)


def store_clock(db: Database, record: ClockRecord) -> None:
    """`record_clock`, in the current transaction."""
    jump = record.jump
    kept = {
        "time": text_of(record.time),
        "boottime": record.boottime,
        "boot": record.boot,
        "booted_at": text_of(record.booted_at),
        "jump": None if jump is None else {"at": text_of(jump.at), "seconds": jump.by.total_seconds()},
    }
    _put(db, "clock", json.dumps(kept))


def posted_head(db: Database) -> PostedHead | None:
    """The audit log head that was posted last, and where; None if it never was, or the value is unreadable."""
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


def counted_connections(db: Database) -> CountedConnections | None:
    """None if the bot never counted them, or the value is unreadable."""
    try:
        said = json.loads(_value(db, _CONNECTIONS) or "")
        return CountedConnections(int(said["others"]), moment_of(said["at"]), str(said.get("process", "")))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def remember_connections(db: Database, counted: CountedConnections) -> None:
    said = {"others": counted.others, "at": text_of(counted.at), "process": counted.process}
    _remember(db, _CONNECTIONS, json.dumps(said))


def served_receivers(db: Database) -> ServedReceivers | None:
    """None if no bot stored them, or the value is unreadable."""
    try:
        said = json.loads(_value(db, _RECEIVERS) or "")
        return ServedReceivers(frozenset(map(str, said["names"])), str(said["process"]))
    except (ValueError, LookupError, TypeError):
        return None


def remember_receivers(db: Database, served: ServedReceivers) -> None:
    said = {"names": sorted(served.names), "process": served.process}
    _remember(db, _RECEIVERS, json.dumps(said))


def archived_grants(db: Database) -> str:
    """The text that `store_archived_grants` stored last; empty if there is none."""
    return _value(db, _ARCHIVED_GRANTS) or ""


def store_archived_grants(db: Database, text: str) -> None:
    """Replace it, in the current transaction."""
    _put(db, _ARCHIVED_GRANTS, text)


def prove_writable(db: Database) -> None:
    """Write a row, and delete it.

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
        _put(db, key, value)


def _put(db: Database, key: str, value: str) -> None:
    db.execute(
        "INSERT INTO workspace (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
