"""The second migration: approvals, groups, rules, freezes, and events as a hash-chained audit log.

Frozen like every released migration, and so is how hashes are computed: what it writes must verify forever, so it
imports nothing of the domain.
"""

import hashlib
import json
from collections.abc import Iterator

from sqlite_utils import Database

# A CHECK on the last of a group of columns sees them all: ADD COLUMN takes no table constraint.
_OPERATIONS = """
ALTER TABLE operations ADD COLUMN last_cleared_at TEXT;
ALTER TABLE operations ADD COLUMN place TEXT;
ALTER TABLE operations ADD COLUMN asked_groups TEXT NOT NULL DEFAULT '[]';
ALTER TABLE operations ADD COLUMN approvals_needed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN approvals TEXT NOT NULL DEFAULT '[]';
ALTER TABLE operations ADD COLUMN approve_by TEXT;
ALTER TABLE operations ADD COLUMN remind_at TEXT;
ALTER TABLE operations ADD COLUMN ready_at TEXT;
ALTER TABLE operations ADD COLUMN stop_until TEXT;
ALTER TABLE operations ADD COLUMN held_by_freeze INTEGER NOT NULL DEFAULT 0 CHECK (held_by_freeze IN (0, 1));
ALTER TABLE operations ADD COLUMN frozen_until TEXT;
ALTER TABLE operations ADD COLUMN untold_since TEXT;
ALTER TABLE operations ADD COLUMN incident TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN signed_off_by_team TEXT;
ALTER TABLE operations ADD COLUMN signed_off_by_user TEXT;
ALTER TABLE operations ADD COLUMN signed_off_at TEXT CHECK (
  (signed_off_at IS NULL) = (signed_off_by_team IS NULL)
  AND (signed_off_at IS NULL) = (signed_off_by_user IS NULL)
);

DROP TRIGGER operations_begin_in_a_known_state;
DROP TRIGGER operations_stay_in_known_states;
CREATE TRIGGER operations_begin_in_a_known_state BEFORE INSERT ON operations
WHEN NEW.state NOT IN (
  'proposed', 'awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human',
  'succeeded', 'unnecessary', 'refused', 'stale', 'expired', 'denied', 'withdrawn', 'closed'
)
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;
CREATE TRIGGER operations_stay_in_known_states BEFORE UPDATE OF state ON operations
WHEN NEW.state NOT IN (
  'proposed', 'awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human',
  'succeeded', 'unnecessary', 'refused', 'stale', 'expired', 'denied', 'withdrawn', 'closed'
)
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;

CREATE UNIQUE INDEX operations_awaiting ON operations (pipeline) WHERE state = 'awaiting_approval';
CREATE INDEX operations_underway ON operations (created_at)
  WHERE state IN ('awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human');
CREATE INDEX operations_unsigned ON operations (created_at)
  WHERE incident <> '' AND confirmed_at IS NOT NULL AND signed_off_at IS NULL;
CREATE INDEX operations_succeeded ON operations (pipeline, ended_at) WHERE state = 'succeeded';

UPDATE operations SET ready_at = confirmed_at WHERE confirmed_at IS NOT NULL;
UPDATE operations SET last_cleared_at = (
  SELECT max(ended_at) FROM operations AS earlier
  WHERE earlier.pipeline = operations.pipeline AND earlier.state = 'succeeded'
    AND earlier.ended_at <= operations.created_at
);
"""

_ACCESS = """
CREATE TABLE grants_next (
  id INTEGER PRIMARY KEY,
  team TEXT NOT NULL,
  user TEXT,
  "group" TEXT,
  role TEXT NOT NULL,
  pattern TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at TEXT NOT NULL,
  expires_at TEXT,
  note TEXT NOT NULL,
  revoked_by TEXT,
  revoked_at TEXT,
  CHECK ((user IS NULL) <> ("group" IS NULL)),
  CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
);
INSERT INTO grants_next
  SELECT id, team, user, NULL, role, pattern, granted_by, granted_at, expires_at, note, revoked_by, revoked_at
  FROM grants ORDER BY id;
DROP TABLE grants;
ALTER TABLE grants_next RENAME TO grants;
CREATE INDEX grants_in_force ON grants (team, user) WHERE revoked_at IS NULL;
CREATE INDEX grants_to_groups ON grants (team, "group") WHERE revoked_at IS NULL AND "group" IS NOT NULL;
CREATE INDEX grants_of_role ON grants (role) WHERE revoked_at IS NULL;
CREATE TRIGGER grants_are_kept BEFORE DELETE ON grants
BEGIN SELECT RAISE(ABORT, 'a grant is revoked, never deleted'); END;

CREATE TABLE rules (
  pattern TEXT PRIMARY KEY NOT NULL,
  approvals INTEGER,
  ask_channel TEXT,
  ask_group TEXT,
  approve_within INTEGER,
  remind_after INTEGER,
  reason_required INTEGER CHECK (reason_required IN (0, 1)),
  reason_pattern TEXT,
  stop_window INTEGER,
  break_glass INTEGER CHECK (break_glass IN (0, 1))
);

CREATE TABLE freezes (
  id INTEGER PRIMARY KEY,
  pattern TEXT NOT NULL UNIQUE,
  until TEXT NOT NULL,
  reason TEXT NOT NULL,
  frozen_by TEXT NOT NULL,
  frozen_at TEXT NOT NULL
);
"""

_RECORD = """
CREATE TABLE events_next (
  id INTEGER PRIMARY KEY,
  operation TEXT REFERENCES operations (id),
  pipeline TEXT,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  by_team TEXT,
  by_user TEXT,
  data TEXT NOT NULL,
  hash TEXT NOT NULL,
  CHECK ((by_team IS NULL) = (by_user IS NULL))
);
CREATE TABLE postings_next (
  event INTEGER PRIMARY KEY REFERENCES events_next (id),
  ts TEXT
);
"""

_INSTEAD = """
INSERT INTO postings_next SELECT event, ts FROM postings ORDER BY event;
DROP TABLE postings;
DROP TABLE events;
ALTER TABLE events_next RENAME TO events;
ALTER TABLE postings_next RENAME TO postings;
CREATE INDEX postings_owed ON postings (event) WHERE ts IS NULL;
CREATE INDEX events_of_operation ON events (operation, id) WHERE operation IS NOT NULL;
CREATE INDEX events_of_pipeline ON events (pipeline, id) WHERE pipeline IS NOT NULL;
CREATE INDEX events_of_actor ON events (by_team, by_user, id) WHERE by_team IS NOT NULL;
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_do_not_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
"""

_GENESIS = "0" * 64


def build(db: Database) -> None:
    """Migrate the first schema to the second, with its rows, in the current transaction."""
    db.executescript(_OPERATIONS)
    db.executescript(_ACCESS)
    db.executescript(_RECORD)
    # Both tables are rebuilt: `postings` references `events`, and a referenced table cannot be dropped.
    db.conn.executemany("INSERT INTO events_next VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?)", _chained(db))
    db.executescript(_INSTEAD)


def _chained(db: Database) -> Iterator[tuple[int | str, ...]]:
    """The existing events, in order, each with its hash."""
    previous = _GENESIS
    for entry_id, operation, pipeline, kind, at, data in db.execute(
        "SELECT events.id, operation, pipeline, kind, at, data"
        " FROM events JOIN operations ON operations.id = events.operation ORDER BY events.id"
    ):
        content = {
            "previous": previous,
            "id": entry_id,
            "operation": operation,
            "kind": kind,
            "at": at,
            "by": None,
            "data": json.loads(data),
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        previous = hashlib.sha256(canonical.encode("ascii")).hexdigest()
        yield entry_id, operation, pipeline, kind, at, data, previous
