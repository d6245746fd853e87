"""The third migration: plans of several steps. Frozen like every released one; it imports nothing of the domain."""

from sqlite_utils import Database

_PLANS = """
ALTER TABLE operations ADD COLUMN reviewed_wanted_since TEXT;
ALTER TABLE operations ADD COLUMN reviewed_was_wanted INTEGER NOT NULL DEFAULT 0 CHECK (reviewed_was_wanted IN (0, 1));
ALTER TABLE operations ADD COLUMN reviewed_cleared INTEGER NOT NULL DEFAULT 0 CHECK (reviewed_cleared IN (0, 1));
ALTER TABLE operations ADD COLUMN reviewed_last_checkpoint_at TEXT;
ALTER TABLE operations ADD COLUMN reviewed_recorded_at TEXT;
ALTER TABLE operations ADD COLUMN done TEXT NOT NULL DEFAULT '[]';
ALTER TABLE operations ADD COLUMN found TEXT;
ALTER TABLE operations ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE operations ADD COLUMN seen TEXT;
ALTER TABLE operations ADD COLUMN cleared_at TEXT;
ALTER TABLE operations ADD COLUMN called_at TEXT;

UPDATE operations SET cleared_at = ended_at WHERE state = 'succeeded';
DROP INDEX operations_succeeded;
CREATE INDEX operations_cleared ON operations (pipeline, cleared_at) WHERE cleared_at IS NOT NULL;
"""


def build(db: Database) -> None:
    """Migrate the second schema to the third, in the current transaction."""
    db.executescript(_PLANS)
