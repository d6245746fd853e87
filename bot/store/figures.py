"""Figures for monitoring, by one statement that reads what partial indexes hold, and never a document."""

from sqlite_utils import Database

from bot.engine.ports import StoredFigures
from bot.store.column_values import moment_or_none

# Spelled as in the schema's partial indexes: SQLite uses one only if the query repeats its condition.
_BEHIND = "confirmed_at IS NOT NULL AND abandoned = 0 AND (card_ts IS NULL OR rendered_version < version)"
# CROSS JOIN keeps SQLite to this order: from the few lines that are owed to their events, never through all events.
_OWED = (
    "postings CROSS JOIN events ON events.id = postings.event CROSS JOIN operations"
    " ON operations.id = events.operation WHERE postings.ts IS NULL AND operations.abandoned = 0"
)
# The age of a card that is only out of date is not known: it may have changed just now.
_FIGURES = f"""
SELECT
  (SELECT count(*) FROM operations
    WHERE incident <> '' AND confirmed_at IS NOT NULL AND reviewed_at IS NULL AND state <> 'ready'),
  (SELECT count(*) FROM {_OWED}),
  (SELECT count(*) FROM operations WHERE {_BEHIND}),
  (SELECT min(since) FROM (
    SELECT min(events.at) AS since FROM {_OWED}
    UNION ALL SELECT min(confirmed_at) FROM operations WHERE {_BEHIND} AND card_ts IS NULL)),
  (SELECT max(id) FROM events)
"""  # noqa: S608 - constants


def stored(db: Database) -> StoredFigures:
    awaiting_review, lines, cards, since, entry = db.execute(_FIGURES).fetchone()
    return StoredFigures(awaiting_review, lines, cards, moment_or_none(since), entry or 0)
