"""Replies that show something: a pipeline, what is pending, the audit log."""

from dataclasses import dataclass

from bot.domain.access.rules import Freeze
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import HistoryLine


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
class NotUnderstood:
    """Feldera's answer about the pipeline has words that this bot does not know."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Described:
    """The pipeline's state, what is under way on it, what locks or freezes it, and what happened recently.

    `activity` comes from Feldera's events: a problem if they cannot be read, None if Feldera keeps none. `ended` are
    this bot's last operations. Both are newest first.
    """

    pipeline: Pipeline
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None
    activity: tuple[Activity, ...] | Problem | None = ()
    ended: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the audit log, newest first; `before` is where the next one begins, None on the last.

    `read` is how many entries were read for it, if that was the limit and further ones may be visible to the person.
    `title` is the pipeline or the person (`<@U…>`) it is about; if empty, it is about everything.
    """

    lines: tuple[HistoryLine, ...]
    title: str
    before: int | None
    read: int = 0


@dataclass(frozen=True, slots=True)
class PendingList:
    """What is pending, as far as the person may see it."""

    operations: tuple[Operation, ...]
