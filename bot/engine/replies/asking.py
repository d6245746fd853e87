"""Replies to a requested clear, stop or start: a preview, or why it is not possible."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.rules import Freeze, Requirements
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import Plan
from bot.domain.pipelines.pipeline import Pipeline
from bot.engine.replies.objections import FormField, Objection


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would destroy and requires, to be confirmed or not."""

    operation: Operation
    pipeline: Pipeline
    authority: Authorization


@dataclass(frozen=True, slots=True)
class NotStopped:
    """`plan` needs a stopped pipeline. `offer` is a proposal to stop it first, if the person may request that."""

    pipeline: Pipeline
    plan: Plan
    offer: Operation | None = None


@dataclass(frozen=True, slots=True)
class AlreadyStopped:
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class AlreadyStarted:
    """The pipeline is running, or starting."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class NotCompiled:
    """Its program does not compile, so it cannot be started: `said` are the compiler's first lines."""

    pipeline: Pipeline
    said: str


@dataclass(frozen=True, slots=True)
class AlreadyCleared:
    """Nothing to clear; if the pipeline is not stopped, it is starting."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class ClearingAlready:
    """Feldera is clearing it, but not for an operation of this bot."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Busy:
    """Another operation locks the pipeline. `may_close`: the person may close it, since it needs a human."""

    holder: Operation
    may_close: bool


@dataclass(frozen=True, slots=True)
class AskedAlready:
    """The same request already waits for approval."""

    operation: Operation


@dataclass(frozen=True)
class TooManyOpen(Objection, recorded_as="too_many_open", form_field=FormField.PIPELINE):
    """The person has the maximum number of open requests."""

    pipeline: PipelineName
    limit: int


@dataclass(frozen=True)
class TooManyLately(Objection, recorded_as="too_many_lately", form_field=FormField.PIPELINE):
    """The person has made the maximum number of requests in the last `within`; the next is possible at `again_at`."""

    pipeline: PipelineName
    limit: int
    within: timedelta
    again_at: datetime


@dataclass(frozen=True)
class ReasonWanted(Objection, recorded_as="reason_wanted", form_field=FormField.REASON):
    """The rules require a reason, or a different one than was typed. `incident`: the break-glass incident."""

    pipeline: PipelineName
    requirements: Requirements
    plan: Plan
    incident: str
    reason: str


@dataclass(frozen=True)
class BreakGlassForbidden(Objection, recorded_as="glass_forbidden", form_field=FormField.PIPELINE):
    """No rule allows break-glass here, or one forbids it."""

    pipeline: PipelineName
    requirements: Requirements
    plan: Plan


@dataclass(frozen=True)
class Frozen(Objection, recorded_as="frozen", form_field=FormField.PIPELINE):
    pipeline: PipelineName
    freeze: Freeze
