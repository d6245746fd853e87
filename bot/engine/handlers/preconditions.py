"""Preconditions: what prevents a person's plan, and the assessment if nothing does. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData, Authorization
from bot.domain.access.request_limits import OPEN_REQUESTS_MAX, REQUESTS_MAX, REQUESTS_WITHIN, next_request_at
from bot.domain.commands import PipelineCommand
from bot.domain.ids import PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import START, STOP, Plan, StepName
from bot.domain.pipelines.pipeline import STOPPED, Identity, Pipeline, Storage
from bot.engine import replies
from bot.engine.replies import Reply


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a plan would destroy and requires: all that a proposal contains, except the person's own words.

    `recorded_at` is the newest row of the pipeline's events before the look, if a clear follows a stop.
    """

    pipeline: Pipeline
    feldera: Identity
    authority: Authorization
    plan: Plan
    recorded_at: datetime | None

    @property
    def reviewed(self) -> Fingerprint:
        """The fingerprint of what was seen."""
        return Fingerprint.of(self.pipeline, recorded_at=self.recorded_at)


def objection(command: PipelineCommand, basis: Authorization) -> Reply | None:
    """What the rules require that is missing, before any look at the pipeline."""
    if basis.freeze is not None:
        return replies.Frozen(command.name, basis.freeze)
    if command.incident and not basis.requirements.break_glass:
        return replies.BreakGlassForbidden(command.name, basis.requirements, command.plan)
    if not basis.requirements.takes_reason(command.reason, command.incident):
        return replies.ReasonWanted(
            command.name, basis.requirements, command.plan, command.incident, command.reason
        )
    return None


def too_many(
    name: PipelineName, basis: Authorization, access_data: AccessData, now: datetime
) -> Reply | None:
    """Whether the person has so many requests already that this one must wait."""
    if not basis.approvals_needed:
        return None
    if access_data.open_requests >= OPEN_REQUESTS_MAX:
        return replies.TooManyOpen(name, OPEN_REQUESTS_MAX)
    again_at = next_request_at(access_data.asked_at, now)
    return None if again_at is None else replies.TooManyLately(name, REQUESTS_MAX, REQUESTS_WITHIN, again_at)


def why_not_taken_on(
    operation: Operation, basis: Authorization, access_data: AccessData, typed: str | None, now: datetime
) -> Reply | None:
    """Why a proposal is not accepted, by elimination; None if less is required now than was shown."""
    name = operation.pipeline
    if operation.incident and typed != name:
        return replies.NameWanted(operation)
    if not basis.requester.allowed:
        return replies.PermissionDenied(name, basis.requester, operation.plan, confirming=True)
    if basis.freeze is not None:
        return replies.Frozen(name, basis.freeze)
    if not basis.may_ask:
        return replies.BreakGlassForbidden(name, basis.requirements, operation.plan)
    if not basis.requirements.takes_reason(operation.reason, operation.incident):
        return replies.ReasonWanted(
            name, basis.requirements, operation.plan, operation.incident, operation.reason
        )
    return too_many(name, basis, access_data, now)


def why_not(pipeline: Pipeline, plan: Plan) -> Reply | None:
    """Why there is nothing to confirm, if there is not."""
    if plan[0] is StepName.STOP and pipeline.is_stopped:
        return replies.AlreadyStopped(pipeline) if plan == STOP else _why_not_clear(pipeline, plan)
    if plan[0] is StepName.CLEAR:
        return _why_not_clear(pipeline, plan)
    if StepName.CLEAR in plan and pipeline.storage is Storage.OTHER:
        return replies.NotUnderstood(pipeline)
    return _why_not_start(pipeline) if plan == START else None


def _why_not_clear(pipeline: Pipeline, plan: Plan) -> Reply | None:
    """For a pipeline that is stopped, or has to be."""
    starts_after = StepName.START in plan and pipeline.is_stopped
    match pipeline.storage:
        case Storage.CLEARED if not starts_after:
            return replies.AlreadyCleared(pipeline)
        case Storage.CLEARING:
            return replies.ClearingAlready(pipeline)
        case Storage.OTHER:
            return replies.NotUnderstood(pipeline)
    return None if pipeline.is_stopped else replies.NotStopped(pipeline, plan)


def _why_not_start(pipeline: Pipeline) -> Reply | None:
    if pipeline.resources_desired != STOPPED:
        return replies.AlreadyStarted(pipeline)
    if pipeline.storage is Storage.CLEARING:
        return replies.ClearingAlready(pipeline)
    return None if pipeline.is_stopped else replies.NotStopped(pipeline, START)
