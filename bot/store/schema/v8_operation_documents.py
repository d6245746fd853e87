"""A migration: an operation is one JSON document, beside the columns that SQL needs. Frozen; it imports nothing of the domain."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlite_utils import Database

_Row = Mapping[str, Any]

_NEXT = """
CREATE TABLE operations_next (
  id TEXT PRIMARY KEY NOT NULL,
  requester_team TEXT NOT NULL,
  requester_user TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  held_id TEXT,
  plan TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  rendered_version INTEGER NOT NULL,
  card_ts TEXT,
  abandoned INTEGER NOT NULL DEFAULT 0 CHECK (abandoned IN (0, 1)),
  incident TEXT NOT NULL,
  approvals_needed INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  confirmed_at TEXT,
  reviewed_at TEXT,
  cleared_at TEXT,
  document TEXT NOT NULL,
  CHECK (rendered_version BETWEEN 0 AND version)
);
"""

_KNOWN_STATES = """(
  'proposed', 'awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human',
  'succeeded', 'unnecessary', 'refused', 'stale', 'expired', 'denied', 'withdrawn', 'closed'
)"""

_INSTEAD = f"""
DROP TABLE operations;
ALTER TABLE operations_next RENAME TO operations;
CREATE UNIQUE INDEX operations_live ON operations (pipeline)
  WHERE state IN ('ready', 'submitting', 'waiting', 'needs_human');
CREATE UNIQUE INDEX operations_live_by_id ON operations (held_id)
  WHERE held_id IS NOT NULL AND state IN ('ready', 'submitting', 'waiting', 'needs_human');
CREATE UNIQUE INDEX operations_awaiting ON operations (pipeline) WHERE state = 'awaiting_approval';
CREATE UNIQUE INDEX operations_awaiting_by_id ON operations (held_id)
  WHERE held_id IS NOT NULL AND state = 'awaiting_approval';
CREATE INDEX operations_underway ON operations (created_at)
  WHERE state IN ('awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human');
CREATE INDEX operations_behind ON operations (confirmed_at)
  WHERE confirmed_at IS NOT NULL AND abandoned = 0 AND (card_ts IS NULL OR rendered_version < version);
CREATE INDEX operations_awaiting_review ON operations (created_at)
  WHERE incident <> '' AND confirmed_at IS NOT NULL AND reviewed_at IS NULL;
CREATE INDEX operations_cleared ON operations (pipeline, cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX operations_asked ON operations (requester_team, requester_user, confirmed_at)
  WHERE approvals_needed > 0 AND confirmed_at IS NOT NULL;
CREATE TRIGGER operations_begin_in_a_known_state BEFORE INSERT ON operations
WHEN NEW.state NOT IN {_KNOWN_STATES}
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;
CREATE TRIGGER operations_stay_in_known_states BEFORE UPDATE OF state ON operations
WHEN NEW.state NOT IN {_KNOWN_STATES}
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;
CREATE TRIGGER operations_only_move_on BEFORE UPDATE OF version ON operations
WHEN NEW.version < OLD.version
BEGIN SELECT RAISE(ABORT, 'the version of an operation never goes back'); END;
CREATE TRIGGER operations_are_kept BEFORE DELETE ON operations
BEGIN SELECT RAISE(ABORT, 'operations are never deleted'); END;
"""

_AS_IT_WAS = (
    "rowid", "id", "requester_team", "requester_user", "pipeline", "held_id", "plan", "state", "version",
    "rendered_version", "card_ts", "abandoned", "incident", "approvals_needed", "created_at", "confirmed_at",
    "signed_off_at", "cleared_at",
)  # fmt: skip


def build(db: Database) -> None:
    """Rebuild the table with the same rows, in the current transaction, which must not enforce foreign keys."""
    db.executescript(_NEXT)
    values = ", ".join("?" for _ in range(len(_AS_IT_WAS) + 1))
    columns = ", ".join({"signed_off_at": "reviewed_at"}.get(column, column) for column in _AS_IT_WAS)
    db.conn.executemany(
        f"INSERT INTO operations_next ({columns}, document) VALUES ({values})",  # noqa: S608 - names of ours
        _rows(db),
    )
    db.executescript(_INSTEAD)


def _rows(db: Database) -> Iterator[tuple[object, ...]]:
    for row in db.query("SELECT rowid, * FROM operations ORDER BY rowid"):
        yield (*(row[column] for column in _AS_IT_WAS), json.dumps(_document(row), ensure_ascii=False))


def _document(row: _Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "requester": _actor(row["requester_team"], row["requester_user"]),
        **{name: row[name] for name in ("origin", "pipeline", "reason", "created_at", "incident", "state")},
        **{name: row[name] for name in ("version", "due_at", "last_cleared_at", "confirmed_at", "ready_at")},
        **{name: row[name] for name in ("called_at", "step", "cleared_at", "ended_at")},
        "previewed": _fingerprint(row),
        "plan": json.loads(row["plan"]),
        "feldera": _present(
            row["feldera_address"], address=row["feldera_address"], tenant=row["feldera_tenant"]
        ),
        "approval": _approval(row),
        "cancellable_until": row["stop_until"],
        "held_by_freeze": bool(row["held_by_freeze"]),
        "unverified_since": row["untold_since"],
        "done": json.loads(row["done"]),
        "found": None if row["found"] is None else _fingerprint(json.loads(row["found"])),
        "attempt": _attempt(row),
        "outage": {name: row[name] for name in ("failures", "failing_since", "unreachable_since")},
        "seen": _named(row["seen"], "at", "status", "desired", "storage"),
        "outcome": _present(
            row["outcome_ending"],
            ending=row["outcome_ending"],
            message=row["outcome_message"],
            code=row["outcome_code"],
            by=_actor(row["outcome_by_team"], row["outcome_by_user"]),
        ),
        "review": _present(
            row["signed_off_at"],
            by=_actor(row["signed_off_by_team"], row["signed_off_by_user"]),
            at=row["signed_off_at"],
        ),
        "display": {
            **{name: row[name] for name in ("place", "displaced", "rendered_version", "frozen_until")},
            "card": _present(row["card_ts"], channel=row["card_channel"], ts=row["card_ts"]),
            "posts": row["card_posts"],
        },
    }


def _approval(row: _Row) -> dict[str, object]:
    given = json.loads(row["approvals"])
    return {
        "needed": row["approvals_needed"],
        "given": [{"by": _actor(each["team"], each["user"]), "at": each["at"]} for each in given],
        "groups": json.loads(row["asked_groups"]),
        "deadline": row["approve_by"],
        "remind_at": row["remind_at"],
    }


def _attempt(row: _Row) -> dict[str, object]:
    return {
        **{
            name: row[name]
            for name in ("submitted_at", "accepted_at", "sends", "proof_from", "overdue_since", "phase")
        },
        "postponements": row["put_off"],
        "refusal": _named(row["refusal"], "ending", "message", "code"),
        "events_read": _named(row["events_read"], "newest", "at"),
        "reported_seconds": row["reported"],
    }


def _fingerprint(of: _Row) -> dict[str, object]:
    return {
        "id": of["reviewed_id"],
        "status_since": of["reviewed_status_since"],
        "checkpoints": {"count": of["reviewed_checkpoints"], "size": of["reviewed_bytes"]},
        "wanted_since": of["reviewed_wanted_since"],
        "was_wanted": bool(of["reviewed_was_wanted"]),
        "cleared": bool(of["reviewed_cleared"]),
        "last_checkpoint_at": of["reviewed_last_checkpoint_at"],
        "recorded_at": of["reviewed_recorded_at"],
    }


def _actor(team: str | None, user: str | None) -> dict[str, str] | None:
    return None if team is None or user is None else {"team": team, "user": user}


def _present(value: object, **fields: object) -> dict[str, object] | None:
    """The fields, where the first of their columns has a value."""
    return None if value is None else fields


def _named(text: str | None, *names: str) -> dict[str, object] | None:
    """An object from a JSON array that was stored without the names of its items."""
    return None if text is None else dict(zip(names, json.loads(text), strict=True))
