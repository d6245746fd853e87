"""The rules and freezes tables: current ones only. Earlier ones are in the audit log.

Writes belong to the caller's transaction, together with their audit log entry.
"""

from datetime import datetime
from functools import lru_cache

from sqlite_utils import Database

from bot.domain.access.changes import SetFreeze, freeze_of
from bot.domain.access.rules import Freeze, Rule
from bot.domain.commands.rule_syntax import rule_from_words
from bot.store.column_values import Row, moment_of, row_of, text_of
from bot.store.connection.database import insert


def rules(db: Database) -> tuple[Rule, ...]:
    """By pattern."""
    return tuple(_rule_of(*row) for row in db.execute("SELECT pattern, words FROM rules ORDER BY pattern"))


def rule_on(db: Database, pattern: str) -> Rule | None:
    row = db.execute("SELECT pattern, words FROM rules WHERE pattern = ?", (pattern,)).fetchone()
    return None if row is None else _rule_of(*row)


def set_rule(db: Database, rule: Rule) -> None:
    """Replaces the rule on its pattern, if there is one."""
    drop_rule(db, rule.pattern)
    insert(db, "rules", {"pattern": rule.pattern, "words": rule.in_words})


def drop_rule(db: Database, pattern: str) -> None:
    db.execute("DELETE FROM rules WHERE pattern = ?", (pattern,))


def freezes(db: Database) -> tuple[Freeze, ...]:
    """All that were not lifted, by pattern; some may have expired since one was last set or lifted."""
    return tuple(_freeze_of(row) for row in db.query("SELECT * FROM freezes ORDER BY pattern"))


def freezes_in_force(db: Database, now: datetime) -> tuple[Freeze, ...]:
    """By pattern."""
    return tuple(freeze for freeze in freezes(db) if now < freeze.until)


def freeze_on(db: Database, pattern: str, now: datetime) -> Freeze | None:
    """The freeze in force on exactly this pattern."""
    for row in db.query("SELECT * FROM freezes WHERE pattern = ? AND until > ?", (pattern, text_of(now))):
        return _freeze_of(row)
    return None


def store_freeze(db: Database, change: SetFreeze, *, entry_id: int, by: str, now: datetime) -> None:
    """Replaces the freeze on its pattern. Its id is that of its audit log entry."""
    lift(db, change.pattern, now)
    freeze = freeze_of(change, freeze_id=entry_id, by=by, now=now)
    insert(
        db,
        "freezes",
        {
            "id": freeze.id,
            "pattern": freeze.pattern,
            "until": text_of(freeze.until),
            "reason": freeze.reason,
            "frozen_by": freeze.by,
            "frozen_at": text_of(freeze.at),
        },
    )


def lift(db: Database, pattern: str, now: datetime) -> None:
    """Delete the freeze, and expired ones on any pattern, so that they do not pile up."""
    db.execute("DELETE FROM freezes WHERE pattern = ? OR until <= ?", (pattern, text_of(now)))


@lru_cache(maxsize=10_000)  # every decision reads all rules, and few of them have changed since the last one
def _rule_of(pattern: str, words: str) -> Rule:
    with row_of("rules"):
        return rule_from_words(pattern, words)


@row_of("freezes")
def _freeze_of(row: Row) -> Freeze:
    return Freeze(
        id=row["id"],
        pattern=row["pattern"],
        until=moment_of(row["until"]),
        reason=row["reason"],
        by=row["frozen_by"],
        at=moment_of(row["frozen_at"]),
    )
