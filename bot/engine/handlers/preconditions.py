"""Preconditions: why a pipeline, as it is, has nothing to confirm, and the assessment if it has. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import Authorization
from bot.domain.access.requests.request_objections import NotPermitted, Objection
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.plans import START, STOP, Plan, StepName
from bot.domain.pipelines.pipeline import STOPPED, Identity, Pipeline, Storage
from bot.engine.replies import Blocked, Blocker, NotStopped, PermissionDenied, Reply


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


def in_reply(no: Objection | Reply, *, confirming: bool = False) -> Reply:
    """An objection as the reply. `confirming`: they pressed the preview's button."""
    if isinstance(no, NotPermitted):
        return PermissionDenied(no.pipeline, no.requester, no.plan, confirming=confirming)
    return no


def why_not(pipeline: Pipeline, plan: Plan) -> Reply | None:
    """Why there is nothing to confirm, if there is not."""
    if plan[0] is StepName.STOP and pipeline.is_stopped:
        return Blocked(Blocker.STOPPED_ALREADY, pipeline) if plan == STOP else _why_not_clear(pipeline, plan)
    if plan[0] is StepName.CLEAR:
        return _why_not_clear(pipeline, plan)
    if StepName.CLEAR in plan and pipeline.storage is Storage.OTHER:
        return Blocked(Blocker.NOT_UNDERSTOOD, pipeline)
    return _why_not_start(pipeline) if plan == START else None


def _why_not_clear(pipeline: Pipeline, plan: Plan) -> Reply | None:
    """For a pipeline that is stopped, or has to be."""
    starts_after = StepName.START in plan and pipeline.is_stopped
    match pipeline.storage:
        case Storage.CLEARED if not starts_after:
            return Blocked(Blocker.CLEARED_ALREADY, pipeline)
        case Storage.CLEARING:
            return Blocked(Blocker.BEING_CLEARED, pipeline)
        case Storage.OTHER:
            return Blocked(Blocker.NOT_UNDERSTOOD, pipeline)
    return None if pipeline.is_stopped else NotStopped(pipeline, plan)


def _why_not_start(pipeline: Pipeline) -> Reply | None:
    if pipeline.resources_desired != STOPPED:
        return Blocked(Blocker.STARTED_ALREADY, pipeline)
    if pipeline.storage is Storage.CLEARING:
        return Blocked(Blocker.BEING_CLEARED, pipeline)
    return None if pipeline.is_stopped else NotStopped(pipeline, START)
