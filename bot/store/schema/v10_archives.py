"""A migration: the oldest entries of the audit log can be moved to an archive. Frozen; it imports nothing of the domain.

Only a row of `archives` allows that, and it must end at an entry that is there, follow the archive before it, and be
recorded in the audit log itself.
"""

from sqlite_utils import Database

_ARCHIVES = """
CREATE TABLE archives (
  last_entry INTEGER PRIMARY KEY,
  first_entry INTEGER NOT NULL,
  hash TEXT NOT NULL,
  newest_at TEXT NOT NULL,
  archived_at TEXT NOT NULL,
  file TEXT NOT NULL,
  recorded INTEGER NOT NULL,
  CHECK (first_entry <= last_entry AND last_entry < recorded)
);
CREATE TRIGGER archives_continue BEFORE INSERT ON archives
WHEN NEW.first_entry <> 1 + (SELECT coalesce(max(last_entry), 0) FROM archives)
  OR NOT EXISTS (SELECT 1 FROM events WHERE id = NEW.last_entry AND hash = NEW.hash)
  OR NOT EXISTS (SELECT 1 FROM events WHERE id = NEW.recorded AND kind = 'archived')
BEGIN SELECT RAISE(ABORT, 'an archive continues the one before it, and is recorded'); END;
CREATE TRIGGER archives_do_not_change BEFORE UPDATE ON archives
BEGIN SELECT RAISE(ABORT, 'archives are append-only'); END;
CREATE TRIGGER archives_are_kept BEFORE DELETE ON archives
BEGIN SELECT RAISE(ABORT, 'archives are append-only'); END;

DROP TRIGGER events_are_kept;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
WHEN OLD.id > (SELECT coalesce(max(last_entry), 0) FROM archives)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_do_not_come_back BEFORE INSERT ON events
WHEN NEW.id <= (SELECT max(last_entry) FROM archives)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

DROP TRIGGER operations_are_kept;
CREATE TRIGGER operations_are_kept BEFORE DELETE ON operations
WHEN NOT EXISTS (SELECT 1 FROM archives)
  OR EXISTS (SELECT 1 FROM events WHERE operation = OLD.id)
  OR OLD.state IN ('awaiting_approval', 'ready', 'submitting', 'waiting', 'needs_human')
  OR (OLD.incident <> '' AND OLD.confirmed_at IS NOT NULL AND OLD.reviewed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'operations are never deleted, only archived once they have ended'); END;
"""


def build(db: Database) -> None:
    """Add the table of archives, and let the triggers that keep everything allow what it covers."""
    db.executescript(_ARCHIVES)
