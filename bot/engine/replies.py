"""Replies to people, as values: the surface that shows them supplies the text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from bot.domain.access.authorization import Authorization
from bot.domain.access.changes import AccessChange, ChangeDecision, WantedChange
from bot.domain.access.permissions import Decision, Grant, Membership
from bot.domain.access.request_objections import Objection, RuleObjection
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import Previous
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import Plan
from bot.domain.pipelines.activity import Activity
from bot.domain.pipelines.pipeline import Pipeline, Problem
from bot.domain.pipelines.targets import TargetName
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.ports import HistoryLine


@dataclass(frozen=True, slots=True)
class PermissionDenied:
    """Permission denied. Says nothing about the pipeline, not even whether it exists.

    `tried`: what they wanted to do to an operation on the pipeline, if it was one. `confirming`: they pressed the
    preview's button, and should know that it did nothing. `plan` is what they wanted done to the pipeline, or what the
    operation does to it; None where they only wanted to see the pipeline.
    """

    pipeline: PipelineName
    decision: Decision
    plan: Plan | None
    tried: AttemptedAction | None = None
    confirming: bool = False


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


class Result(Enum):
    """What came of an action on an operation: it counts, or why it does not."""

    STARTED = auto()  # confirmed: the card comes next, and then the request
    ASKED = auto()  # confirmed: the card comes next, and then other people decide
    DROPPED = auto()
    APPROVED = auto()  # the operation shows how many approvals there are, and whether it goes ahead
    DENIED = auto()
    WITHDRAWN = auto()
    CANCELLED = auto()
    SIGNED_OFF = auto()
    CLOSED = auto()
    ASKED_ALREADY = auto()  # the same request already waits for approval
    TOO_OLD = auto()  # the preview is too old for what it showed to be trusted
    ALREADY_DECIDED = auto()  # the button was valid earlier: the operation has moved on
    ALREADY_SIGNED_OFF = auto()
    NOTHING_TO_SIGN_OFF = auto()  # it was no break-glass, or it has had no effect yet
    APPROVED_BEFORE = auto()  # by this person: one person, one approval
    OWN_REQUEST = auto()  # people cannot decide on their own requests
    OWN_BREAK_GLASS = auto()  # nor review their own break-glass


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The result of an action on `operation`, which is as it was found or has become."""

    result: Result
    operation: Operation

    @property
    def is_confirmed(self) -> bool:
        """Whether they confirmed it just now, so that its card comes next."""
        return self.result in {Result.STARTED, Result.ASKED}


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown the preview, or who requested `operation`, may use this."""

    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class UnknownRequest:
    """No such operation that this person may see: a wrong id, or an outdated button."""


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
class Listed:
    """A pipeline, or why it cannot be read; the operation that locks it, the one that waits, and its freeze."""

    name: PipelineName
    pipeline: Pipeline | Problem
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None


@dataclass(frozen=True, slots=True)
class PipelineList:
    """A page of the `total` pipelines that match `pattern` and that the person may see, by name.

    `before` is how many come before this page. `unread` is what Slack did not answer about the person, and `unanswered`
    are the Felderas that could not be reached, if that may keep pipelines off the list; `unreadable` is how many
    pipelines of a Feldera are left out because their names cannot be read.
    """

    pattern: str
    rows: tuple[Listed, ...]
    before: int
    total: int
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
    """The person may see no pipeline at all, whatever exists."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class PendingList:
    """What is pending, as far as the person may see it."""

    operations: tuple[Operation, ...]


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
class Explained:
    """Whether a person may run a plan, what it requires, what is in the way now, and what decided."""

    pipeline: PipelineName
    authority: Authorization
    objection: Objection | None
    break_glass: Decision
    plan: Plan


@dataclass(frozen=True, slots=True)
class Introduced:
    """A person's membership, and what is granted to them."""

    membership: Membership
    grants: tuple[Grant, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class GrantList:
    grants: tuple[Grant, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class RuleList:
    rules: tuple[Rule, ...]
    freezes: tuple[Freeze, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The change was made; `before` is what was there. Where nothing was to be removed, `near` was probably meant."""

    change: AccessChange
    before: Previous | None
    at: datetime
    near: tuple[WantedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The change of access was denied."""

    judgement: ChangeDecision


_OnPlan = Preview | Blocked | NotStopped | NotCompiled | Busy | NotFound | FelderaUnavailable | RuleObjection
_OnOperation = ActionResult | NotYours | UnknownRequest
_Shown = Described | PipelineList | NoList | SeesNothing | PendingList | HistoryPage
_OnAccess = Explained | Introduced | GrantList | RuleList | Changed | NotAllowed

Reply = PermissionDenied | _OnPlan | _OnOperation | _Shown | _OnAccess
