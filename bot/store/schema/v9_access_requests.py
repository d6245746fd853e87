"""A migration: an index of each person's requests for access. Frozen; it imports nothing of the domain."""

from sqlite_utils import Database

_REQUESTS = """
CREATE INDEX events_access_requested ON events (by_team, by_user, id) WHERE kind = 'access_requested';
"""


def build(db: Database) -> None:
    """Add the index: whether somebody asked a short while ago must not take longer as the audit log grows."""
    db.executescript(_REQUESTS)
