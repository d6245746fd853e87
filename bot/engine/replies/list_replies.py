"""Lists and pages, as far as the person may see what is on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.access.admins import Admins
from bot.domain.access.permissions import Decision
from bot.domain.access.rules import Freeze
from bot.domain.access.visibility import Visibility
from bot.domain.archived_entries import Archived
from bot.domain.commands.model import List
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import Plan
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import HistoryLine


@dataclass(frozen=True, slots=True)
class Listed:
    """A pipeline, or why it cannot be read; the operation that locks it, the one that waits, and its freeze.

    `offered` are the plans that the person would get a preview of now.
    """

    name: PipelineName
    pipeline: Pipeline | Problem
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None
    offered: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineList:
    """A page of the `total` pipelines that match `wanted` and that the person may see, by name, as it is at `now`.

    `before` is how many come before this page. `unread` is what Slack did not answer about the person, and `unanswered`
    are the Felderas that could not be reached, if that may keep pipelines off the list; `unreadable` is how many
    pipelines of a Feldera are left out because their names cannot be read.
    """

    wanted: List
    rows: tuple[Listed, ...]
    before: int
    total: int
    now: datetime
    unread: str = ""
    unanswered: Mapping[TargetName, Problem] = field(default_factory=dict)
    unreadable: Mapping[TargetName, int] = field(default_factory=dict)

    @property
    def after(self) -> int:
        """How many come after this page."""
        return self.total - self.before - len(self.rows)


@dataclass(frozen=True, slots=True)
class NoList:
    """Feldera could not be reached."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class SeesNothing:
    """The person may see no pipeline at all, whatever exists. `admins` can grant a role on all of `pattern`."""

    pattern: str
    decision: Decision
    admins: Admins | None = None


@dataclass(frozen=True, slots=True)
class PendingList:
    """What is pending at `now`, as far as the person may see it; `sees` says how far that is, if there is nothing.

    `admins` can grant a role, if they have none.
    """

    operations: tuple[Operation, ...]
    now: datetime
    sees: Visibility | None = None
    admins: Admins | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of past requests and changes of access, newest first, each with the audit log entry that it stands for.

    Older ones are `before` that entry, newer ones `after` that one; None where there are none, or where it is the newest
    page. `read` is how many entries were read for it, if that was the limit and further ones may be visible to the person:
    older ones, or newer ones if it was read `upward`.
    `title` is the pipeline or the person (`<@U…>`) it is about; if empty, it is about everything. `archived` are the
    entries before the last one, if it is the last page and they were archived.
    """

    lines: tuple[HistoryLine, ...]
    title: str
    before: int | None
    after: int | None = None
    read: int = 0
    upward: bool = False
    archived: Archived | None = None
