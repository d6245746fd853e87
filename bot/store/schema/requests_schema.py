"""A step of the schema: when each person asked others for something. Frozen; it imports nothing of the domain."""

from sqlite_utils import Database

_REQUESTS = """
CREATE INDEX operations_asked ON operations (requester_team, requester_user, confirmed_at)
  WHERE approvals_needed > 0 AND confirmed_at IS NOT NULL;
"""


def build(db: Database) -> None:
    """Add the index: counting what somebody asked for lately must not take longer with each year of the audit log."""
    db.executescript(_REQUESTS)
