"""What a person is answered, as values: the surface that shows them finds the words."""

from dataclasses import dataclass

from bot.domain.access import Decision
from bot.domain.names import PipelineName
from bot.domain.operations import Operation
from bot.domain.pipelines import Pipeline, Problem


@dataclass(frozen=True, slots=True)
class Denied:
    """Not permitted. Says nothing about the pipeline, not even whether there is one.

    `confirming`: the person pressed the preview's button, and should know that it did nothing.
    """

    pipeline: PipelineName
    decision: Decision
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
    """What a clear would destroy, to be confirmed or not."""

    operation: Operation
    pipeline: Pipeline


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
class Described:
    """The pipeline as it is, and the operation that holds it, if one does."""

    pipeline: Pipeline
    live: Operation | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Confirmed: the card comes next, and then the request."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NeverMind:
    operation: Operation


@dataclass(frozen=True, slots=True)
class ClosedByHand:
    operation: Operation


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The button was good once: the operation has moved on."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class TooOld:
    """The preview is older than what it showed can be trusted for."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class NotYours:
    """Only the person who was shown a preview may confirm it or drop it."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """No such operation: a button from another time, or another database."""


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
    | Described
    | Begun
    | NeverMind
    | ClosedByHand
    | AlreadyDecided
    | TooOld
    | NotYours
    | NotKnown
)
