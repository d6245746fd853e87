"""A migration: what is read of a pipeline's events before it is stopped. Frozen; it imports nothing of the domain."""

from sqlite_utils import Database

_EVENTS = """
ALTER TABLE operations ADD COLUMN events_read TEXT;
ALTER TABLE operations ADD COLUMN proof_from TEXT;
"""


def build(db: Database) -> None:
    """Add both columns, null for operations under way: those go by the events of their review."""
    db.executescript(_EVENTS)
