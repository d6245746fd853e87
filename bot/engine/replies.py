"""What a person is answered, as values: the surface that shows them finds the words."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.access import Decision, Grant, Standing
from bot.domain.administration import AccessChange, Judgement
from bot.domain.authority import Authority
from bot.domain.names import PipelineName
from bot.domain.operations import Operation
from bot.domain.pipelines import Pipeline, Problem
from bot.domain.policy import Freeze, Rule, Terms
from bot.engine.ports import HistoryLine


@dataclass(frozen=True, slots=True)
class Denied:
    """Not permitted. Says nothing about the pipeline, not even whether there is one.

    `stopping`: it was a clear of the pipeline that they wanted to stop. `confirming`: they pressed the preview's
    button, and should know that it did nothing.
    """

    pipeline: PipelineName
    decision: Decision
    stopping: bool = False
    confirming: bool = False


@dataclass(frozen=True, slots=True)
class NotFound:
    """No such pipeline; `close` are similar names that the person may see."""

    pipeline: PipelineName
    close: tuple[PipelineName, ...]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Feldera could not be asked. Nothing was changed."""

    pipeline: PipelineName
    problem: Problem


@dataclass(frozen=True, slots=True)
class Preview:
    """What a clear would destroy and what it takes, to be confirmed or not."""

    operation: Operation
    pipeline: Pipeline
    authority: Authority


@dataclass(frozen=True, slots=True)
class NotStopped:
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class AlreadyCleared:
    """Nothing to clear; where the pipeline is not stopped, it is starting."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class ClearingAlready:
    """Feldera is clearing it, and no operation of ours asked for that."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Feldera describes the pipeline in words this bot does not know."""

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
class ReasonWanted:
    """The rules ask for a reason, or for another one. `incident`: what the glass is to be broken for, if it is."""

    pipeline: PipelineName
    terms: Terms
    incident: str = ""


@dataclass(frozen=True, slots=True)
class GlassForbidden:
    """No rule allows the glass to be broken here, or one forbids it."""

    pipeline: PipelineName
    terms: Terms


@dataclass(frozen=True, slots=True)
class Frozen:
    pipeline: PipelineName
    freeze: Freeze


@dataclass(frozen=True, slots=True)
class Described:
    """The pipeline as it is, what is under way on it, and what holds it."""

    pipeline: Pipeline
    live: Operation | None
    pending: Operation | None
    freeze: Freeze | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Confirmed: the card comes next, and then the request."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Asked:
    """Confirmed: the card comes next, and then other people decide."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NameWanted:
    """To break the glass, the pipeline's name has to be typed again, letter by letter."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NeverMind:
    operation: Operation


@dataclass(frozen=True, slots=True)
class ApprovedIt:
    """The approval counts; `operation` tells how many there are, and whether it goes ahead."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class DeniedIt:
    operation: Operation


@dataclass(frozen=True, slots=True)
class TookBack:
    operation: Operation


@dataclass(frozen=True, slots=True)
class StoppedIt:
    operation: Operation


@dataclass(frozen=True, slots=True)
class SignedItOff:
    operation: Operation


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """Nobody decides on what they asked for themselves."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class ApprovedBefore:
    """One person, one approval."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class ClosedByHand:
    operation: Operation


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The button was good once: the operation has moved on. `signing`: they wanted to sign it off."""

    operation: Operation
    signing: bool = False


@dataclass(frozen=True, slots=True)
class TooOld:
    """The preview is older than what it showed can be trusted for."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown a preview, or who asked, may use this."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """No such operation that this person may see: a wrong id, or a button from another time."""


@dataclass(frozen=True, slots=True)
class PendingList:
    """What waits, of what the person may see."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a person may clear a pipeline, what it takes, and what decided."""

    pipeline: PipelineName
    authority: Authority
    break_glass: Decision


@dataclass(frozen=True, slots=True)
class Introduced:
    """Who a person is to the bot, and what is granted to them."""

    standing: Standing
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
    """The change of access was made; `before` is what it replaced or took away, in words."""

    change: AccessChange
    before: str


@dataclass(frozen=True, slots=True)
class NothingToChange:
    """What was to be taken away is not there."""

    change: AccessChange


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The change of access was refused."""

    change: AccessChange
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the record, newest first; `before` is where the next one begins, None on the last.

    `title` is the pipeline or the person (`<@U…>`) that it is of; empty, it is of everything.
    """

    lines: tuple[HistoryLine, ...]
    title: str
    before: int | None


Reply = (
    Denied
    | NotFound
    | NoAnswer
    | Preview
    | NotStopped
    | AlreadyCleared
    | ClearingAlready
    | NotUnderstood
    | Busy
    | AskedAlready
    | TooManyOpen
    | ReasonWanted
    | GlassForbidden
    | Frozen
    | Described
    | Begun
    | Asked
    | NameWanted
    | NeverMind
    | ApprovedIt
    | DeniedIt
    | TookBack
    | StoppedIt
    | SignedItOff
    | OwnRequest
    | ApprovedBefore
    | ClosedByHand
    | AlreadyDecided
    | TooOld
    | NotYours
    | NotKnown
    | PendingList
    | Explained
    | Introduced
    | GrantList
    | RuleList
    | Changed
    | NothingToChange
    | NotAllowed
    | HistoryPage
)
