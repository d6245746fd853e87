"""A migration: an index of each person's requests for approval. Frozen; it imports nothing of the domain."""

from sqlite_utils import Database

_REQUESTS = """
CREATE INDEX operations_asked ON operations (requester_team, requester_user, confirmed_at)
  WHERE approvals_needed > 0 AND confirmed_at IS NOT NULL;
"""


def build(db: Database) -> None:
    """Add the index: counting a person's recent requests must not get slower as operations accumulate."""
    db.executescript(_REQUESTS)
