"""Rows and what they stand for: each field of an operation, a grant or an event is a column, named here and nowhere else.

Enumerations are stored by value, moments as text in UTC that sorts as time does. Nothing is left out, guessed or
repaired: a row that does not read is a fault, and raises.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.access import Grant, Role
from bot.domain.names import Actor, ChannelId, OperationId, PipelineId, PipelineName, TeamId, UserId
from bot.domain.operations import (
    Card,
    Ending,
    Event,
    EventKind,
    Operation,
    Outcome,
    Reviewed,
    State,
    StepName,
    StoredEvent,
)
from bot.domain.pipelines import Checkpoints, Identity

Row = Mapping[str, Any]
Value = str | int | None


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: texts of one length, which sort as the moments do.

    Raises:
        ValueError: `moment` is naive, and so no moment.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def row_of_operation(operation: Operation) -> dict[str, Value]:
    outcome, card = operation.outcome, operation.card
    return {
        "id": operation.id,
        "requester_team": operation.requester.team,
        "requester_user": operation.requester.user,
        "origin": operation.origin,
        "pipeline": operation.pipeline,
        "reviewed_id": operation.reviewed.id,
        "reviewed_status_since": text_of(operation.reviewed.status_since),
        "reviewed_checkpoints": operation.reviewed.checkpoints.count,
        "reviewed_bytes": operation.reviewed.checkpoints.size,
        "reason": operation.reason,
        "created_at": text_of(operation.created_at),
        "feldera_address": operation.feldera.address if operation.feldera else None,
        "feldera_tenant": operation.feldera.tenant if operation.feldera else None,
        "plan": json.dumps([step.value for step in operation.plan]),
        "step": operation.step,
        "state": operation.state.value,
        "version": operation.version,
        "due_at": _text_or_none(operation.due_at),
        "confirmed_at": _text_or_none(operation.confirmed_at),
        "submitted_at": _text_or_none(operation.submitted_at),
        "accepted_at": _text_or_none(operation.accepted_at),
        "ended_at": _text_or_none(operation.ended_at),
        "sends": operation.sends,
        "put_off": operation.put_off,
        "refusal": _text_of_refusal(operation.refusal),
        "failures": operation.failures,
        "failing_since": _text_or_none(operation.failing_since),
        "unreachable_since": _text_or_none(operation.unreachable_since),
        "overdue_since": _text_or_none(operation.overdue_since),
        "reported": operation.reported,
        "outcome_ending": outcome.ending.value if outcome else None,
        "outcome_message": outcome.message if outcome else None,
        "outcome_code": outcome.code if outcome else None,
        "outcome_by_team": outcome.by.team if outcome and outcome.by else None,
        "outcome_by_user": outcome.by.user if outcome and outcome.by else None,
        "card_channel": card.channel if card else None,
        "card_ts": card.ts if card else None,
        "displaced": operation.displaced,
        "card_posts": operation.card_posts,
        "rendered_version": operation.rendered_version,
    }


def operation_of(row: Row) -> Operation:
    return Operation(
        id=OperationId(row["id"]),
        requester=_actor(row["requester_team"], row["requester_user"]),
        origin=ChannelId(row["origin"]),
        pipeline=PipelineName(row["pipeline"]),
        reviewed=Reviewed(
            id=PipelineId(row["reviewed_id"]),
            status_since=_moment(row["reviewed_status_since"]),
            checkpoints=Checkpoints(count=row["reviewed_checkpoints"], size=row["reviewed_bytes"]),
        ),
        reason=row["reason"],
        created_at=_moment(row["created_at"]),
        feldera=_identity(row),
        plan=tuple(StepName(step) for step in json.loads(row["plan"])),
        step=row["step"],
        state=State(row["state"]),
        version=row["version"],
        due_at=_moment_or_none(row["due_at"]),
        confirmed_at=_moment_or_none(row["confirmed_at"]),
        submitted_at=_moment_or_none(row["submitted_at"]),
        accepted_at=_moment_or_none(row["accepted_at"]),
        ended_at=_moment_or_none(row["ended_at"]),
        sends=row["sends"],
        put_off=row["put_off"],
        refusal=_refusal_of(row["refusal"]),
        failures=row["failures"],
        failing_since=_moment_or_none(row["failing_since"]),
        unreachable_since=_moment_or_none(row["unreachable_since"]),
        overdue_since=_moment_or_none(row["overdue_since"]),
        reported=row["reported"],
        outcome=_outcome(row),
        card=_card(row),
        displaced=row["displaced"],
        card_posts=row["card_posts"],
        rendered_version=row["rendered_version"],
    )


def row_of_event(operation_id: OperationId, event: Event) -> dict[str, Value]:
    return {
        "operation": operation_id,
        "kind": event.kind.value,
        "at": text_of(event.at),
        "data": json.dumps(dict(event.data), ensure_ascii=False, sort_keys=True),
    }


def event_of(row: Row) -> StoredEvent:
    return StoredEvent(
        id=row["id"],
        operation=OperationId(row["operation"]),
        event=Event(kind=EventKind(row["kind"]), at=_moment(row["at"]), data=json.loads(row["data"])),
        posted_ts=row["ts"],
    )


def grant_of(row: Row) -> Grant:
    return Grant(
        id=row["id"],
        principal=_actor(row["team"], row["user"]),
        role=Role(row["role"]),
        pattern=row["pattern"],
        granted_by=row["granted_by"],
        granted_at=_moment(row["granted_at"]),
        expires_at=_moment_or_none(row["expires_at"]),
        note=row["note"],
    )


def _identity(row: Row) -> Identity | None:
    if row["feldera_address"] is None:
        return None
    return Identity(address=row["feldera_address"], tenant=row["feldera_tenant"])


def _text_of_refusal(refusal: Outcome | None) -> str | None:
    return None if refusal is None else json.dumps([refusal.ending.value, refusal.message, refusal.code])


def _refusal_of(text: str | None) -> Outcome | None:
    if text is None:
        return None
    ending, message, code = json.loads(text)
    return Outcome(Ending(ending), message, code)


def _outcome(row: Row) -> Outcome | None:
    if row["outcome_ending"] is None:
        return None
    by_team, by_user = row["outcome_by_team"], row["outcome_by_user"]
    return Outcome(
        ending=Ending(row["outcome_ending"]),
        message=row["outcome_message"],
        code=row["outcome_code"],
        by=None if by_team is None else _actor(by_team, by_user),
    )


def _card(row: Row) -> Card | None:
    if row["card_ts"] is None:
        return None
    return Card(channel=ChannelId(row["card_channel"]), ts=row["card_ts"])


def _actor(team: str, user: str) -> Actor:
    return Actor(team=TeamId(team), user=UserId(user))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else text_of(moment)
