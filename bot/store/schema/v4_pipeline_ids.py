"""The fourth migration: a pipeline is locked by its id as well as by its name. Frozen like every released migration.

One pipeline may have two names: through duplicate targets in the settings, or a rename. Where two operations hold one
already, the older keeps its id, and the other holds its name alone until it ends.
"""

from sqlite_utils import Database

_HELD_BY_ID = """
ALTER TABLE operations ADD COLUMN held_id TEXT;

UPDATE operations SET held_id = reviewed_id WHERE NOT EXISTS (
  SELECT 1 FROM operations AS older
  WHERE older.reviewed_id = operations.reviewed_id AND older.rowid < operations.rowid
    AND (
      older.state = 'awaiting_approval' AND operations.state = 'awaiting_approval'
      OR older.state IN ('ready', 'submitting', 'waiting', 'needs_human')
        AND operations.state IN ('ready', 'submitting', 'waiting', 'needs_human')
    )
);
CREATE UNIQUE INDEX operations_live_by_id ON operations (held_id)
  WHERE held_id IS NOT NULL AND state IN ('ready', 'submitting', 'waiting', 'needs_human');
CREATE UNIQUE INDEX operations_awaiting_by_id ON operations (held_id)
  WHERE held_id IS NOT NULL AND state = 'awaiting_approval';
"""


def build(db: Database) -> None:
    """Migrate the third schema to the fourth, in the current transaction."""
    db.executescript(_HELD_BY_ID)
