"""Replies about one pipeline: its preview and its state, or why there is nothing to confirm."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bot.domain.access.admins import Admins
from bot.domain.access.authorization import Authorization
from bot.domain.access.permissions import Decision
from bot.domain.access.rules import Freeze
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import Plan
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.attempted_actions import AttemptedAction, DeniedAction


@dataclass(frozen=True, slots=True)
class PermissionDenied:
    """Permission denied. Says nothing about the pipeline, not even whether it exists.

    `tried`: what they wanted to do to an operation on the pipeline, if it was one. `confirming`: they pressed the
    preview's button, and should know that it did nothing. `plan` is what they wanted done to the pipeline, or what the
    operation does to it; None where they only wanted to see the pipeline. `admins` can grant what they lack; None where
    no grant would help, or nobody was looked up.
    """

    pipeline: PipelineName
    decision: Decision
    plan: Plan | None
    tried: AttemptedAction | None = None
    confirming: bool = False
    admins: Admins | None = None

    @property
    def denied(self) -> DeniedAction:
        """What was denied, without what decided."""
        return DeniedAction(self.pipeline, self.decision.action, self.plan, self.tried)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would destroy and requires, to be confirmed or not."""

    operation: Operation
    pipeline: Pipeline
    authority: Authorization


class Blocker(Enum):
    """Why there is nothing to do to a pipeline, or nothing that this bot may do."""

    STOPPED_ALREADY = auto()
    STARTED_ALREADY = auto()  # running, or starting
    CLEARED_ALREADY = auto()  # if it is not stopped, it is starting
    BEING_CLEARED = auto()  # by Feldera, but not for an operation of this bot
    NOT_UNDERSTOOD = auto()  # Feldera's answer about it has words that this bot does not know


@dataclass(frozen=True, slots=True)
class Blocked:
    """The pipeline's state leaves nothing to confirm."""

    by: Blocker
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class NotStopped:
    """`plan` needs a stopped pipeline. `offer` is a proposal to stop it first, if the person may request that."""

    pipeline: Pipeline
    plan: Plan
    offer: Operation | None = None


@dataclass(frozen=True, slots=True)
class NotCompiled:
    """Its program does not compile, so it cannot be started: `said` are the compiler's first lines."""

    pipeline: Pipeline
    said: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Another operation locks the pipeline. `may_close`: the person may close it, since it needs a human."""

    holder: Operation
    may_close: bool


@dataclass(frozen=True, slots=True)
class NotFound:
    """No such pipeline; `close` are similar names that the person may see.

    `needs_target`: the name has no target, or one that does not exist. `unanswered` targets may
    have it, too: they could not be reached.
    """

    pipeline: PipelineName
    close: tuple[PipelineName, ...]
    needs_target: bool = False
    unanswered: tuple[TargetName, ...] = ()


@dataclass(frozen=True, slots=True)
class FelderaUnavailable:
    """Feldera could not be reached. Nothing was changed."""

    pipeline: PipelineName
    problem: Problem


@dataclass(frozen=True, slots=True)
class Described:
    """The pipeline's state at `now`, what is under way on it, what locks or freezes it, and what happened recently.

    `activity` comes from Feldera's events: a problem if they cannot be read, None if Feldera keeps none. `ended` are
    this bot's last operations. Both are newest first. `offered` are the plans that the person would get a preview of.
    """

    pipeline: Pipeline
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None
    now: datetime
    offered: tuple[Plan, ...] = ()
    activity: tuple[Activity, ...] | Problem | None = ()
    ended: tuple[Operation, ...] = ()
