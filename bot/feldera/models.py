"""Feldera's JSON, as far as the bot reads it.

Strict about the fields it needs, so that a change of their meaning is noticed and not guessed at; tolerant of new
fields, and of new words in fields that hold a word. Built from Feldera's `PipelineSelectedInfo`,
`PipelineMonitorEventSelectedInfo`, `HealthStatus`, `Configuration` and `ErrorResponse`.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    StringConstraints,
    TypeAdapter,
)

from bot.domain.names import PipelineId, PipelineName
from bot.domain.pipelines import Change, Checkpoints, Pipeline, PipelineError, Storage
from bot.feldera.text import WORD_MAX, one_line


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Word = Annotated[str, StringConstraints(max_length=WORD_MAX, pattern=r"^[ -~]+$")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class ErrorBody(_Shape):
    """`ErrorResponse`. Its `details` are not read: they can hold a backtrace."""

    message: str
    error_code: str

    @property
    def sentence(self) -> str:
        return one_line(self.message)

    @property
    def code(self) -> str:
        return one_line(self.error_code, WORD_MAX)


class _CheckpointBody(_Shape):
    size: NonNegativeInt | None = None


class _StorageDetailsBody(_Shape):
    checkpoints: tuple[_CheckpointBody, ...]

    def total(self) -> Checkpoints:
        sizes = [checkpoint.size for checkpoint in self.checkpoints]
        known = [size for size in sizes if size is not None]
        return Checkpoints(count=len(sizes), size=sum(known) if len(known) == len(sizes) else None)


class PipelineBody(_Shape):
    """One pipeline with `selector=status`."""

    id: Word
    name: Word
    storage_status: Word
    storage_status_details: _StorageDetailsBody | None = None
    deployment_status: Word
    deployment_status_since: Moment
    deployment_desired_status: Word
    deployment_desired_status_since: Moment
    deployment_resources_status: Word
    deployment_resources_desired_status: Word
    deployment_error: ErrorBody | None = None
    program_status: Word
    program_status_since: Moment

    def pipeline(self) -> Pipeline:
        # Feldera keeps no details of storage that is cleared or being cleared: no checkpoints, then.
        details = self.storage_status_details
        error = self.deployment_error
        return Pipeline(
            id=PipelineId(self.id),
            name=PipelineName(self.name),
            storage=_storage(self.storage_status),
            status=self.deployment_status,
            status_since=self.deployment_status_since,
            desired_status=self.deployment_desired_status,
            desired_status_since=self.deployment_desired_status_since,
            resources=self.deployment_resources_status,
            resources_desired=self.deployment_resources_desired_status,
            program_status=self.program_status,
            program_status_since=self.program_status_since,
            checkpoints=details.total() if details else Checkpoints(count=0, size=0),
            error=PipelineError(error.sentence, error.code) if error else None,
        )


class EventBody(_Shape):
    """One row of a pipeline's events with `selector=status`."""

    recorded_at: Moment
    storage_status: Word

    def change(self) -> Change:
        return Change(at=self.recorded_at, storage=_storage(self.storage_status))


class _ServiceBody(_Shape):
    healthy: bool
    message: str


class HealthBody(_Shape):
    runner: _ServiceBody


class ConfigurationBody(_Shape):
    version: Word
    edition: Word


class SessionBody(_Shape):
    """`SessionInfo`. The memberships are not read."""

    role: Word = ""
    tenant_id: Word = ""


EVENTS = TypeAdapter(tuple[EventBody, ...])


def _storage(word: str) -> Storage:
    try:
        return Storage(word)
    except ValueError:
        return Storage.OTHER
