"""Pydantic models of Feldera's JSON, as far as the bot reads it.

Strict about the fields it needs, so that a change of their meaning is noticed and not guessed at; tolerant of new
fields, and of new values in fields that hold a word. Built from Feldera's `PipelineSelectedInfo`,
`PipelineMonitorEventSelectedInfo`, `HealthStatus`, `Configuration` and `ErrorResponse`.
"""

import re
import sys
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    StringConstraints,
    TypeAdapter,
)

from bot.domain.ids import PipelineId, PipelineName, is_pipeline_name
from bot.domain.pipelines.pipeline import STOPPED, Change, Checkpoints, Pipeline, PipelineError, Storage
from bot.feldera.one_line import WORD_MAX, first_lines, is_uuid, one_line


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


def _pipeline_name(text: str) -> str:
    if not is_pipeline_name(text):
        raise ValueError("no name of a pipeline")
    return text


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("no id of a pipeline")
    return text


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
_VERSION = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
UUID_OF_A_MOMENT = 7  # the UUID version that begins with a timestamp
Word = Annotated[str, StringConstraints(max_length=WORD_MAX, pattern=r"^[ -~]+$")]
Name = Annotated[str, AfterValidator(_pipeline_name)]
Id = Annotated[str, AfterValidator(_uuid)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class ErrorBody(_Shape):
    """`ErrorResponse`. Of its `details`, which can hold a backtrace, only the compiler's error is read."""

    message: str
    error_code: str
    details: Any = None

    @property
    def sentence(self) -> str:
        return one_line(self.message)

    @property
    def code(self) -> str:
        return one_line(self.error_code, WORD_MAX)

    @property
    def compiler(self) -> str:
        said = self.details.get("compiler_error") if isinstance(self.details, dict) else None
        return first_lines(said) if isinstance(said, str) else ""


class _CheckpointBody(_Shape):
    uuid: str = ""
    size: NonNegativeInt | None = None

    @property
    def taken_at(self) -> datetime | None:
        """Feldera names a checkpoint by a UUID of version 7, whose first 48 bits are the milliseconds since 1970."""
        try:
            uuid = UUID(self.uuid)
        except ValueError:
            return None
        if uuid.version != UUID_OF_A_MOMENT:
            return None
        try:
            return datetime.fromtimestamp((uuid.int >> 80) / 1000, UTC)
        except (OverflowError, ValueError):  # beyond the calendar
            return None


class _StorageDetailsBody(_Shape):
    checkpoints: tuple[_CheckpointBody, ...]

    def total(self) -> Checkpoints:
        sizes = [checkpoint.size for checkpoint in self.checkpoints]
        known = [size for size in sizes if size is not None]
        return Checkpoints(count=len(sizes), size=sum(known) if len(known) == len(sizes) else None)

    def latest_at(self) -> datetime | None:
        """None unless every checkpoint has a time: the latest might be one without."""
        moments = [checkpoint.taken_at for checkpoint in self.checkpoints]
        known = [moment for moment in moments if moment is not None]
        return max(known, default=None) if len(known) == len(moments) else None


class PipelineBody(_Shape):
    """One pipeline with `selector=status`."""

    id: Id
    name: Name
    storage_status: Word
    storage_status_details: _StorageDetailsBody | None = None
    deployment_status: Word
    deployment_status_since: Moment
    deployment_desired_status: Word
    deployment_desired_status_since: Moment
    deployment_resources_status: Word
    deployment_resources_desired_status: Word
    deployment_resources_desired_status_since: Moment
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
            resources_desired_since=self.deployment_resources_desired_status_since,
            program_status=self.program_status,
            program_status_since=self.program_status_since,
            checkpoints=details.total() if details else Checkpoints(count=0, size=0),
            error=PipelineError(error.sentence, error.code, error.compiler) if error else None,
            last_checkpoint_at=details.latest_at() if details else None,
        )


class EventBody(_Shape):
    """One row of a pipeline's events with `selector=status`."""

    recorded_at: Moment
    storage_status: Word
    deployment_resources_desired_status: Word

    def change(self) -> Change:
        return Change(
            at=self.recorded_at,
            storage=_storage(self.storage_status),
            wanted=self.deployment_resources_desired_status != STOPPED,
        )


class _CompilerMessageBody(_Shape):
    message: str
    warning: bool = False
    start_line_number: int = 0
    start_column: int = 0


class _SqlCompilationBody(_Shape):
    messages: tuple[_CompilerMessageBody, ...] = ()


class _RustCompilationBody(_Shape):
    stderr: str = ""


class _ProgramErrorBody(_Shape):
    sql_compilation: _SqlCompilationBody | None = None
    rust_compilation: _RustCompilationBody | None = None
    system_error: str | None = None


class ProgramBody(_Shape):
    """One pipeline with `selector=all`: only the errors of its compilation."""

    program_error: _ProgramErrorBody

    @property
    def said(self) -> str:
        error = self.program_error
        sql = error.sql_compilation.messages if error.sql_compilation else ()
        told = [
            f"line {each.start_line_number}, column {each.start_column}: {each.message}"
            for each in sql
            if not each.warning
        ]
        rust = error.rust_compilation.stderr if error.rust_compilation else ""
        return first_lines("\n".join(told) or rust or error.system_error or "")


class ServiceBody(_Shape):
    healthy: bool
    message: str


class HealthBody(_Shape):
    runner: ServiceBody


class ConfigurationBody(_Shape):
    version: Word
    edition: Word

    @property
    def numbers(self) -> tuple[int, int]:
        """The version for comparison; one in another format counts as later than all known ones."""
        written = _VERSION.match(self.version)
        return (int(written[1]), int(written[2])) if written else (sys.maxsize, 0)


class SessionBody(_Shape):
    """`SessionInfo`; null for a login that belongs to several tenants. The memberships are not read."""

    role: Word | None = ""
    tenant_id: Word | None
    tenant_name: Word | None = ""


EVENTS = TypeAdapter(tuple[EventBody, ...])


def _storage(word: str) -> Storage:
    try:
        return Storage(word)
    except ValueError:
        return Storage.OTHER
