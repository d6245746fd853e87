"""Rows of operations as the schemas before the eighth had them: a column for each field."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot.domain.ids import Actor
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.store.column_values import text_of, text_or_none
from bot.store.schema.migrations import migrations


def write_before(
    path: Path, version: int, rows: Iterable[Operation] = (), rules: Iterable[dict[str, object]] = ()
) -> None:
    """The database as a bot left it that knew the first so many versions of the schema."""
    with closing(sqlite3.connect(path)) as connection:
        old = Database(connection, execute_plugins=False)
        migrations.apply(old, stop_before=[step.name for step in migrations.pending(old)][version:])
        known = {column.name for column in old.table("operations").columns}
        for row in map(old_row, rows):
            old.table("operations").insert({key: value for key, value in row.items() if key in known})
        if rules:
            old.table("rules").insert_all(rules)
        old.execute("INSERT INTO workspace VALUES ('team', 'T1')")
        connection.commit()


def old_row(operation: Operation) -> dict[str, str | int | None]:
    attempt, approval, display = operation.attempt, operation.approval, operation.display
    outcome, card, review, refusal = operation.outcome, display.card, operation.review, attempt.refusal
    read, seen, done = attempt.events_read, operation.seen, operation.done
    return {
        **_fingerprint(operation.previewed),
        **_by("requester", operation.requester),
        **{name: getattr(operation, name) for name in ("id", "origin", "pipeline", "reason", "incident")},
        **{name: getattr(operation, name) for name in ("step", "version", "state")},
        **_moments(operation, "created_at", "due_at", "last_cleared_at", "confirmed_at", "ready_at"),
        **_moments(operation, "called_at", "ended_at", "cleared_at"),
        **_moments(attempt, "submitted_at", "accepted_at", "overdue_since", "proof_from"),
        **_moments(operation.outage, "failing_since", "unreachable_since"),
        "feldera_address": operation.feldera and operation.feldera.address,
        "feldera_tenant": operation.feldera and operation.feldera.tenant,
        "plan": json.dumps(operation.plan),
        "done": json.dumps(
            [{"ending": each.ending, "said": each.said, **_moments(each, "at", "sent_at")} for each in done]
        ),
        "found": operation.found and json.dumps(_fingerprint(operation.found)),
        "held_by_freeze": int(operation.held_by_freeze),
        "stop_until": text_or_none(operation.cancellable_until),
        "untold_since": text_or_none(operation.unverified_since),
        "seen": seen and json.dumps([text_of(seen.at), seen.status, seen.desired, seen.storage]),
        "sends": attempt.sends,
        "put_off": attempt.postponements,
        "refusal": refusal and json.dumps([refusal.ending, refusal.message, refusal.code]),
        "events_read": read and json.dumps([text_of(read.newest), text_of(read.at)]),
        "reported": attempt.reported_seconds,
        "phase": attempt.phase,
        "failures": operation.outage.failures,
        "asked_groups": json.dumps(approval.groups),
        "approvals_needed": approval.needed,
        "approvals": json.dumps(
            [{"team": each.by.team, "user": each.by.user, "at": text_of(each.at)} for each in approval.given]
        ),
        "approve_by": text_or_none(approval.deadline),
        "remind_at": text_or_none(approval.remind_at),
        **_by("signed_off_by", review and review.by),
        "signed_off_at": review and text_of(review.at),
        "outcome_ending": outcome and outcome.ending,
        "outcome_message": outcome and outcome.message,
        "outcome_code": outcome and outcome.code,
        **_by("outcome_by", outcome and outcome.by),
        "place": display.place,
        "displaced": display.displaced,
        "card_channel": card and card.channel,
        "card_ts": card and card.ts,
        "card_posts": display.posts,
        "rendered_version": display.rendered_version,
        "frozen_until": text_or_none(display.frozen_until),
    }


def _fingerprint(of: Fingerprint) -> dict[str, str | int | None]:
    return {
        "reviewed_id": of.id,
        "reviewed_checkpoints": of.checkpoints.count,
        "reviewed_bytes": of.checkpoints.size,
        "reviewed_was_wanted": int(of.was_wanted),
        "reviewed_cleared": int(of.cleared),
        **{
            f"reviewed_{name}": text
            for name, text in _moments(
                of, "status_since", "wanted_since", "last_checkpoint_at", "recorded_at"
            ).items()
        },
    }


def _by(prefix: str, actor: Actor | None) -> dict[str, str | None]:
    return {f"{prefix}_team": actor and actor.team, f"{prefix}_user": actor and actor.user}


def _moments(of: object, *names: str) -> dict[str, str | None]:
    return {name: text_or_none(getattr(of, name)) for name in names}
