"""An operation to and from its table row: each of its fields is a column, named here and nowhere else.

Enumerations are stored by value, lists as JSON. A row that cannot be parsed raises.
"""

import json
from typing import Any

from bot.domain.ids import ChannelId, GroupId, OperationId, PipelineId, PipelineName
from bot.domain.operations.fingerprints import EventsRead, Fingerprint, LastSeen
from bot.domain.operations.operation import Approval, Card, Ending, Operation, Outcome, State, StepDone
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Checkpoints, Identity
from bot.store.column_values import (
    Row,
    Value,
    actor_of,
    actor_or_none,
    moment_of,
    moment_or_none,
    row_of,
    text_of,
    text_or_none,
)


def row_of_operation(operation: Operation) -> dict[str, Value]:
    outcome, card, signed_off = operation.outcome, operation.card, operation.signed_off
    return {
        **_of_reviewed(operation.reviewed),
        "id": operation.id,
        "requester_team": operation.requester.team,
        "requester_user": operation.requester.user,
        "origin": operation.origin,
        "pipeline": operation.pipeline,
        "reason": operation.reason,
        "created_at": text_of(operation.created_at),
        "feldera_address": operation.feldera.address if operation.feldera else None,
        "feldera_tenant": operation.feldera.tenant if operation.feldera else None,
        "plan": json.dumps([step.value for step in operation.plan]),
        "step": operation.step,
        "done": json.dumps([_step_written(step) for step in operation.done]),
        "found": json.dumps(_of_reviewed(operation.found)) if operation.found else None,
        "events_read": _events_read_written(operation.events_read),
        "proof_from": text_or_none(operation.proof_from),
        "state": operation.state.value,
        "version": operation.version,
        "due_at": text_or_none(operation.due_at),
        "last_cleared_at": text_or_none(operation.last_cleared_at),
        "confirmed_at": text_or_none(operation.confirmed_at),
        "place": operation.place,
        "asked_groups": json.dumps(operation.asked_groups),
        "approvals_needed": operation.approvals_needed,
        "approvals": json.dumps([_written(approval) for approval in operation.approvals]),
        "approve_by": text_or_none(operation.approve_by),
        "remind_at": text_or_none(operation.remind_at),
        "ready_at": text_or_none(operation.ready_at),
        "stop_until": text_or_none(operation.stop_until),
        "held_by_freeze": int(operation.held_by_freeze),
        "frozen_until": text_or_none(operation.frozen_until),
        "untold_since": text_or_none(operation.untold_since),
        "called_at": text_or_none(operation.called_at),
        "incident": operation.incident,
        "signed_off_by_team": signed_off.by.team if signed_off else None,
        "signed_off_by_user": signed_off.by.user if signed_off else None,
        "signed_off_at": text_of(signed_off.at) if signed_off else None,
        "submitted_at": text_or_none(operation.submitted_at),
        "accepted_at": text_or_none(operation.accepted_at),
        "ended_at": text_or_none(operation.ended_at),
        "sends": operation.sends,
        "put_off": operation.put_off,
        "refusal": _text_of_refusal(operation.refusal),
        "failures": operation.failures,
        "failing_since": text_or_none(operation.failing_since),
        "unreachable_since": text_or_none(operation.unreachable_since),
        "overdue_since": text_or_none(operation.overdue_since),
        "reported": operation.reported,
        "phase": operation.phase,
        "seen": _sighting_written(operation.seen),
        "cleared_at": text_or_none(operation.cleared_at),
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


@row_of("operations")
def operation_of(row: Row) -> Operation:
    return Operation(
        id=OperationId(row["id"]),
        requester=actor_of(row["requester_team"], row["requester_user"]),
        origin=ChannelId(row["origin"]),
        pipeline=PipelineName(row["pipeline"]),
        reviewed=_reviewed(row),
        reason=row["reason"],
        created_at=moment_of(row["created_at"]),
        feldera=_identity(row),
        plan=tuple(StepName(step) for step in json.loads(row["plan"])),
        step=row["step"],
        done=tuple(_step_done(written) for written in json.loads(row["done"])),
        found=None if row["found"] is None else _reviewed(json.loads(row["found"])),
        events_read=_events_read(row["events_read"]),
        proof_from=moment_or_none(row["proof_from"]),
        state=State(row["state"]),
        version=row["version"],
        due_at=moment_or_none(row["due_at"]),
        last_cleared_at=moment_or_none(row["last_cleared_at"]),
        confirmed_at=moment_or_none(row["confirmed_at"]),
        place=None if row["place"] is None else ChannelId(row["place"]),
        asked_groups=tuple(GroupId(group) for group in json.loads(row["asked_groups"])),
        approvals_needed=row["approvals_needed"],
        approvals=tuple(_approval(written) for written in json.loads(row["approvals"])),
        approve_by=moment_or_none(row["approve_by"]),
        remind_at=moment_or_none(row["remind_at"]),
        ready_at=moment_or_none(row["ready_at"]),
        stop_until=moment_or_none(row["stop_until"]),
        held_by_freeze=bool(row["held_by_freeze"]),
        frozen_until=moment_or_none(row["frozen_until"]),
        untold_since=moment_or_none(row["untold_since"]),
        called_at=moment_or_none(row["called_at"]),
        incident=row["incident"],
        signed_off=_signed_off(row),
        submitted_at=moment_or_none(row["submitted_at"]),
        accepted_at=moment_or_none(row["accepted_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        sends=row["sends"],
        put_off=row["put_off"],
        refusal=_refusal_of(row["refusal"]),
        failures=row["failures"],
        failing_since=moment_or_none(row["failing_since"]),
        unreachable_since=moment_or_none(row["unreachable_since"]),
        overdue_since=moment_or_none(row["overdue_since"]),
        reported=row["reported"],
        phase=row["phase"],
        seen=_sighting(row["seen"]),
        cleared_at=moment_or_none(row["cleared_at"]),
        outcome=_outcome(row),
        card=_card(row),
        displaced=row["displaced"],
        card_posts=row["card_posts"],
        rendered_version=row["rendered_version"],
    )


def _of_reviewed(reviewed: Fingerprint) -> dict[str, Value]:
    return {
        "reviewed_id": reviewed.id,
        "reviewed_status_since": text_of(reviewed.status_since),
        "reviewed_checkpoints": reviewed.checkpoints.count,
        "reviewed_bytes": reviewed.checkpoints.size,
        "reviewed_wanted_since": text_or_none(reviewed.wanted_since),
        "reviewed_was_wanted": int(reviewed.was_wanted),
        "reviewed_cleared": int(reviewed.cleared),
        "reviewed_last_checkpoint_at": text_or_none(reviewed.last_checkpoint_at),
        "reviewed_recorded_at": text_or_none(reviewed.recorded_at),
    }


def _reviewed(row: Row) -> Fingerprint:
    return Fingerprint(
        id=PipelineId(row["reviewed_id"]),
        status_since=moment_of(row["reviewed_status_since"]),
        checkpoints=Checkpoints(count=row["reviewed_checkpoints"], size=row["reviewed_bytes"]),
        wanted_since=moment_or_none(row["reviewed_wanted_since"]),
        was_wanted=bool(row["reviewed_was_wanted"]),
        cleared=bool(row["reviewed_cleared"]),
        last_checkpoint_at=moment_or_none(row["reviewed_last_checkpoint_at"]),
        recorded_at=moment_or_none(row["reviewed_recorded_at"]),
    )


def _step_written(step: StepDone) -> dict[str, Value]:
    return {
        "ending": step.ending.value,
        "at": text_of(step.at),
        "sent_at": text_or_none(step.sent_at),
        "said": step.said,
    }


def _step_done(written: Row) -> StepDone:
    return StepDone(
        Ending(written["ending"]),
        moment_of(written["at"]),
        moment_or_none(written["sent_at"]),
        written["said"],
    )


def _events_read_written(read: EventsRead | None) -> str | None:
    return None if read is None else json.dumps([text_of(read.newest), text_of(read.at)])


def _events_read(text: str | None) -> EventsRead | None:
    if text is None:
        return None
    newest, at = json.loads(text)
    return EventsRead(moment_of(newest), moment_of(at))


def _sighting_written(seen: LastSeen | None) -> str | None:
    return None if seen is None else json.dumps([text_of(seen.at), seen.status, seen.desired, seen.storage])


def _sighting(text: str | None) -> LastSeen | None:
    if text is None:
        return None
    at, status, desired, storage = json.loads(text)
    return LastSeen(moment_of(at), status, desired, storage)


def _written(approval: Approval) -> dict[str, str]:
    return {"team": approval.by.team, "user": approval.by.user, "at": text_of(approval.at)}


def _approval(written: dict[str, Any]) -> Approval:
    return Approval(actor_of(written["team"], written["user"]), moment_of(written["at"]))


def _signed_off(row: Row) -> Approval | None:
    if row["signed_off_at"] is None:
        return None
    by = actor_of(row["signed_off_by_team"], row["signed_off_by_user"])
    return Approval(by, moment_of(row["signed_off_at"]))


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
    return Outcome(
        ending=Ending(row["outcome_ending"]),
        message=row["outcome_message"],
        code=row["outcome_code"],
        by=actor_or_none(row["outcome_by_team"], row["outcome_by_user"]),
    )


def _card(row: Row) -> Card | None:
    if row["card_ts"] is None:
        return None
    return Card(channel=ChannelId(row["card_channel"]), ts=row["card_ts"])
