"""Answers to whoever asks for a clear: what it would destroy and take, or why it is not to be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access.authorization import Authorization
from bot.domain.access.rules import Freeze, Requirements
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import Plan
from bot.domain.pipelines.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Preview:
    """What a clear would destroy and what it takes, to be confirmed or not."""

    operation: Operation
    pipeline: Pipeline
    authority: Authorization


@dataclass(frozen=True, slots=True)
class NotStopped:
    """`plan` takes a pipeline that is stopped. `offer` is a proposal to stop it first, where the person may ask for that."""

    pipeline: Pipeline
    plan: Plan
    offer: Operation | None = None


@dataclass(frozen=True, slots=True)
class AlreadyStopped:
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class AlreadyStarted:
    """It runs, or is on its way there."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class NotCompiled:
    """Its program does not compile, so that it cannot be started: `said` are the compiler's first lines."""

    pipeline: Pipeline
    said: str


@dataclass(frozen=True, slots=True)
class AlreadyCleared:
    """Nothing to clear; where the pipeline is not stopped, it is starting."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class ClearingAlready:
    """Feldera is clearing it, and no operation of ours asked for that."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Busy:
    """Another operation holds the pipeline. `may_close`: the person may end it, since it waits for a human."""

    holder: Operation
    may_close: bool


@dataclass(frozen=True, slots=True)
class AskedAlready:
    """The same request waits for approval already."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class TooManyOpen:
    """The person has as many open requests as one may have."""

    pipeline: PipelineName
    limit: int


@dataclass(frozen=True, slots=True)
class TooManyLately:
    """The person made as many requests in the last `within` as one may make: `again_at` is when they can make the next."""

    pipeline: PipelineName
    limit: int
    within: timedelta
    again_at: datetime


@dataclass(frozen=True, slots=True)
class ReasonWanted:
    """The rules ask for a reason, or for another one than was typed. `incident`: what the glass is to be broken for."""

    pipeline: PipelineName
    requirements: Requirements
    plan: Plan
    incident: str
    reason: str


@dataclass(frozen=True, slots=True)
class BreakGlassForbidden:
    """No rule allows the glass to be broken here, or one forbids it."""

    pipeline: PipelineName
    requirements: Requirements
    plan: Plan


@dataclass(frozen=True, slots=True)
class Frozen:
    pipeline: PipelineName
    freeze: Freeze
