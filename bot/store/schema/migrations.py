"""The schema migrations, in order. A released migration is never edited: a new one is added below.

The texts in here are frozen on purpose and import nothing of the domain: a database must come out the same
whatever the code has since been renamed to. Tests compare them with the domain's own lists.

Columns keep to what SQLite 3.31 knows (no STRICT, no RETURNING): the Python of older distributions links it.
"""

from sqlite_utils import Database, Migrations

from bot.store.schema import (
    v2_approvals_and_rules,
    v3_plans,
    v4_pipeline_ids,
    v5_events_read,
    v6_requests,
    v7_rule_words,
    v8_operation_documents,
    v9_access_requests,
    v10_archives,
)

migrations = Migrations("pipeline-bot")
AUDIT_LOG_SINCE = "m002_second_schema"  # before, events had no hashes

# State names are checked by triggers, not by a CHECK: a migration can replace a trigger without rewriting the table.
# A state that one adds must also be added to operations_live and operations_live_by_id, if it holds the pipeline.
_FIRST_SCHEMA = """
CREATE TABLE grants (
  id INTEGER PRIMARY KEY,
  team TEXT NOT NULL,
  user TEXT NOT NULL,
  role TEXT NOT NULL,
  pattern TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at TEXT NOT NULL,
  expires_at TEXT,
  note TEXT NOT NULL,
  revoked_by TEXT,
  revoked_at TEXT,
  CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
);
CREATE INDEX grants_in_force ON grants (team, user) WHERE revoked_at IS NULL;
CREATE TRIGGER grants_are_kept BEFORE DELETE ON grants
BEGIN SELECT RAISE(ABORT, 'a grant is revoked, never deleted'); END;

CREATE TABLE operations (
  id TEXT PRIMARY KEY NOT NULL,
  requester_team TEXT NOT NULL,
  requester_user TEXT NOT NULL,
  origin TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  reviewed_id TEXT NOT NULL,
  reviewed_status_since TEXT NOT NULL,
  reviewed_checkpoints INTEGER NOT NULL,
  reviewed_bytes INTEGER,
  reason TEXT NOT NULL,
  created_at TEXT NOT NULL,
  feldera_address TEXT,
  feldera_tenant TEXT,
  plan TEXT NOT NULL,
  step INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  due_at TEXT,
  confirmed_at TEXT,
  submitted_at TEXT,
  accepted_at TEXT,
  ended_at TEXT,
  sends INTEGER NOT NULL,
  put_off INTEGER NOT NULL,
  refusal TEXT,
  failures INTEGER NOT NULL,
  failing_since TEXT,
  unreachable_since TEXT,
  overdue_since TEXT,
  reported INTEGER NOT NULL,
  outcome_ending TEXT,
  outcome_message TEXT,
  outcome_code TEXT,
  outcome_by_team TEXT,
  outcome_by_user TEXT,
  card_channel TEXT,
  card_ts TEXT,
  displaced TEXT,
  card_posts INTEGER NOT NULL,
  rendered_version INTEGER NOT NULL,
  abandoned INTEGER NOT NULL DEFAULT 0 CHECK (abandoned IN (0, 1)),
  CHECK (rendered_version BETWEEN 0 AND version),
  CHECK ((outcome_ending IS NULL) = (outcome_message IS NULL)),
  CHECK ((outcome_by_team IS NULL) = (outcome_by_user IS NULL)),
  CHECK ((feldera_address IS NULL) = (feldera_tenant IS NULL)),
  CHECK ((card_channel IS NULL) = (card_ts IS NULL))
);
CREATE UNIQUE INDEX operations_live ON operations (pipeline)
  WHERE state IN ('ready', 'submitting', 'waiting', 'needs_human');
CREATE INDEX operations_behind ON operations (confirmed_at)
  WHERE confirmed_at IS NOT NULL AND abandoned = 0 AND (card_ts IS NULL OR rendered_version < version);
CREATE TRIGGER operations_begin_in_a_known_state BEFORE INSERT ON operations
WHEN NEW.state NOT IN (
  'proposed', 'ready', 'submitting', 'waiting', 'needs_human',
  'succeeded', 'unnecessary', 'refused', 'stale', 'expired', 'withdrawn', 'closed'
)
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;
CREATE TRIGGER operations_stay_in_known_states BEFORE UPDATE OF state ON operations
WHEN NEW.state NOT IN (
  'proposed', 'ready', 'submitting', 'waiting', 'needs_human',
  'succeeded', 'unnecessary', 'refused', 'stale', 'expired', 'withdrawn', 'closed'
)
BEGIN SELECT RAISE(ABORT, 'unknown state of an operation'); END;
CREATE TRIGGER operations_only_move_on BEFORE UPDATE OF version ON operations
WHEN NEW.version < OLD.version
BEGIN SELECT RAISE(ABORT, 'the version of an operation never goes back'); END;
CREATE TRIGGER operations_are_kept BEFORE DELETE ON operations
BEGIN SELECT RAISE(ABORT, 'operations are never deleted'); END;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  operation TEXT NOT NULL REFERENCES operations (id),
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_do_not_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE postings (
  event INTEGER PRIMARY KEY REFERENCES events (id),
  ts TEXT
);
CREATE INDEX postings_owed ON postings (event) WHERE ts IS NULL;

CREATE TABLE workspace (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
);
"""


@migrations()
def m001_first_schema(db: Database) -> None:
    """Grants, operations with their events and what Slack was shown of them, and which workspace this is.

    `postings` has a row for each event that needs a line in the thread of a confirmed operation, `ts` null until Slack
    accepts it, and empty if it never has to: events themselves never change. `abandoned` is the store's own note that
    no channel accepts the operation's card.
    """
    db.executescript(_FIRST_SCHEMA)


@migrations()
def m002_second_schema(db: Database) -> None:
    """Requests that others approve, groups, rules and freezes; events become the audit log, a hash chain.

    Events count from 1 without a gap, and each carries the hash of all before it. `events.pipeline` follows from
    the operation, or from the data of an event without one, and is there for the index alone. Rules and freezes are
    only the current ones: earlier ones are in the audit log. The clears of the first version count as ready from when
    they were confirmed.
    """
    v2_approvals_and_rules.build(db)


@migrations()
def m003_plans(db: Database) -> None:
    """Operations of several steps: the steps done, how the pipeline was found, and when a clear was done.

    Before this, every operation that succeeded was a clear.
    """
    v3_plans.build(db)


@migrations()
def m004_held_by_id(db: Database) -> None:
    """A pipeline is locked by its id too: two names of one pipeline are one lock.

    `held_id` is written with the row and never changes; it is null where two operations held one pipeline before.
    """
    v4_pipeline_ids.build(db)


@migrations()
def m005_events_before_a_stop(db: Database) -> None:
    """Where the proof begins that nobody else ran what a plan stopped; plans begun by older versions have none."""
    v5_events_read.build(db)


@migrations()
def m006_requests_of_a_person(db: Database) -> None:
    """An index to count one person's recent requests."""
    v6_requests.build(db)


@migrations()
def m007_rules_in_words(db: Database) -> None:
    """A rule is its pattern and its words, as people type them: a key that is added needs no step of its own."""
    v7_rule_words.build(db)


@migrations()
def m008_operation_documents(db: Database) -> None:
    """An operation is a JSON document, beside the columns that SQL needs: a field that is added needs no migration."""
    v8_operation_documents.build(db)


@migrations()
def m009_access_requests(db: Database) -> None:
    """An index to count one person's requests for access, which are entries of the audit log."""
    v9_access_requests.build(db)


@migrations()
def m010_archives(db: Database) -> None:
    """The oldest entries of the audit log, and the operations that they are about, can be moved to an archive."""
    v10_archives.build(db)
