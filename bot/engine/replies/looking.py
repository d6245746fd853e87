"""Answers to whoever wants to see: a pipeline, what waits, the record."""

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

    `needs_target`: the name has no target, or one that is not there. `unanswered` targets may
    have it, too: they could not be asked.
    """

    pipeline: PipelineName
    close: tuple[PipelineName, ...]
    needs_target: bool = False
    unanswered: tuple[TargetName, ...] = ()


@dataclass(frozen=True, slots=True)
class FelderaUnavailable:
    """Feldera could not be asked. Nothing was changed."""

    pipeline: PipelineName
    problem: Problem


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Feldera describes the pipeline in words this bot does not know."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Described:
    """The pipeline as it is, what is under way on it, what holds it, and what happened lately.

    `doings` are by Feldera's record: a problem where it cannot be read, None where Feldera keeps none. `ended` are the
    last operations of this bot's. Both are newest first.
    """

    pipeline: Pipeline
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None
    doings: tuple[Activity, ...] | Problem | None = ()
    ended: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the record, newest first; `before` is where the next one begins, None on the last.

    `read` is how many entries were read for it, where that was the limit and further ones may be for the person.
    `title` is the pipeline or the person (`<@U…>`) that it is of; empty, it is of everything.
    """

    lines: tuple[HistoryLine, ...]
    title: str
    before: int | None
    read: int = 0


@dataclass(frozen=True, slots=True)
class PendingList:
    """What waits, of what the person may see."""

    operations: tuple[Operation, ...]
