"""The rules and freezes tables: current ones only. Earlier ones are in the audit log.

Writes belong to the caller's transaction, together with their audit log entry.
"""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.changes import SetFreeze, freeze_of
from bot.domain.access.rules import Freeze, Rule
from bot.domain.ids import ChannelId, GroupId
from bot.store.column_values import (
    Row,
    Value,
    flag_or_none,
    microseconds_or_none,
    moment_of,
    row_of,
    span_or_none,
    text_of,
)
from bot.store.connection.database import insert


def rules(db: Database) -> tuple[Rule, ...]:
    """By pattern."""
    return tuple(_rule_of(row) for row in db.query("SELECT * FROM rules ORDER BY pattern"))


def rule_on(db: Database, pattern: str) -> Rule | None:
    for row in db.query("SELECT * FROM rules WHERE pattern = ?", (pattern,)):
        return _rule_of(row)
    return None


def set_rule(db: Database, rule: Rule) -> None:
    """Replaces the rule on its pattern, if there is one."""
    drop_rule(db, rule.pattern)
    insert(db, "rules", _row_of_rule(rule))


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


def put_freeze(db: Database, change: SetFreeze, *, entry_id: int, by: str, now: datetime) -> None:
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


def _row_of_rule(rule: Rule) -> dict[str, Value]:
    return {
        "pattern": rule.pattern,
        "approvals": rule.approvals,
        "ask_channel": rule.ask_channel,
        "ask_group": rule.ask_group,
        "approve_within": microseconds_or_none(rule.approve_within),
        "remind_after": microseconds_or_none(rule.remind_after),
        "reason_required": None if rule.reason_required is None else int(rule.reason_required),
        "reason_pattern": rule.reason_pattern,
        "stop_window": microseconds_or_none(rule.stop_window),
        "break_glass": None if rule.break_glass is None else int(rule.break_glass),
    }


@row_of("rules")
def _rule_of(row: Row) -> Rule:
    return Rule(
        pattern=row["pattern"],
        approvals=row["approvals"],
        ask_channel=None if row["ask_channel"] is None else ChannelId(row["ask_channel"]),
        ask_group=None if row["ask_group"] is None else GroupId(row["ask_group"]),
        approve_within=span_or_none(row["approve_within"]),
        remind_after=span_or_none(row["remind_after"]),
        reason_required=flag_or_none(row["reason_required"]),
        reason_pattern=row["reason_pattern"],
        stop_window=span_or_none(row["stop_window"]),
        break_glass=flag_or_none(row["break_glass"]),
    )


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
