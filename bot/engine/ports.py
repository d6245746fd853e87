"""What the engine needs of the world, in its own words.

The store is the referee: every change of an operation is one transaction in which the row is read afresh, the
decision is made and the result is written. The other ports never raise for what the world may do: an outage, a
refusal and a lost answer are values.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.access import Grant
from bot.domain.errors import UserError
from bot.domain.happenings import Transition
from bot.domain.names import Actor, OperationId, PipelineName
from bot.domain.operations import Card, Event, Operation, StepName, StoredEvent
from bot.domain.pipelines import Answer, History, Identity, Look, Pipeline, Problem, RunnerHealth


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        ...

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Return when `wake` is set or `until` has come, whichever is first; `None` waits for `wake` alone."""
        ...


class Pipelines(Protocol):
    """Feldera, as far as the engine needs it. No method raises for an outage or an odd answer."""

    async def look(self, name: PipelineName) -> Look:
        """The pipeline as it is now."""
        ...

    async def look_at_all(self) -> Mapping[PipelineName, Pipeline | Problem] | Problem:
        """Every pipeline, for the price of one request: whose name is missing is not there.

        One that cannot be read is a problem of its own, and keeps nobody from seeing the others.
        """
        ...

    async def submit(self, step: StepName, name: PipelineName) -> Answer:
        """Make the step's request, once: never retried in here, whatever happens."""
        ...

    async def history(self, name: PipelineName) -> History | Problem: ...

    async def runner_health(self) -> RunnerHealth: ...

    async def identity(self) -> Identity | Problem:
        """Which Feldera this is, and whose pipelines it shows; asked once, and remembered when it answered."""
        ...


Decide = Callable[[Operation, tuple[Grant, ...]], Transition]
"""Pure: the row and the acting person's grants, both read in this transaction, to what becomes of it."""


class StoreUnavailable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The store cannot be read or written now: another process holds it, or its disk is full. Nothing was changed."""


class PipelineBusy(Exception):  # noqa: N818 - an outcome, named like the others
    """Another operation holds the pipeline: nothing was changed."""

    def __init__(self, holder: Operation) -> None:
        super().__init__(holder.id)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Unannounced:
    """An operation whose card is missing or out of date, or whose thread lacks lines: `events`, oldest first."""

    operation: Operation
    events: tuple[StoredEvent, ...]


class Store(Protocol):
    """What is remembered. Each method is one transaction, durable when it returns."""

    async def grants(self, principal: Actor | None = None) -> tuple[Grant, ...]:
        """Everybody's grants, or one person's, lapsed ones too, oldest first."""
        ...

    async def propose(self, operation: Operation, event: Event) -> None:
        """Store a new operation in the state `proposed`."""
        ...

    async def operation(self, operation_id: OperationId) -> Operation | None: ...

    async def live(self) -> tuple[Operation, ...]:
        """All live operations, oldest first."""
        ...

    async def live_on(self, name: PipelineName) -> Operation | None:
        """The operation that holds this pipeline."""
        ...

    async def change(
        self, operation_id: OperationId, decide: Decide, *, acting: Actor | None = None
    ) -> Transition | None:
        """Read the row and the grants of `acting` (the requester, if None), decide, and write, in one transaction.

        Returns what `decide` returned, once it is durable; None if there is no such operation.

        Raises:
            PipelineBusy: the operation would have become live beside another one on its pipeline.
        """
        ...

    async def unannounced(self) -> tuple[Unannounced, ...]:
        """Confirmed operations that Slack does not show as they are, longest waiting first."""
        ...

    async def rendered(self, operation_id: OperationId, version: int) -> None:
        """Slack's card shows this version."""
        ...

    async def posted(self, events: tuple[int, ...], ts: str) -> None:
        """Slack has taken the line of these events; `ts` is empty where a later line made them old news."""
        ...

    async def abandoned(self, operation_id: OperationId) -> None:
        """No place takes its card, for good: it is unannounced no more."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """Slack has it; `ts` is the message's, and `card` where a card was posted."""

    ts: str
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: Slack asks us to wait, did not answer, or its pace forbids it. Try again at `at`.

    `in_doubt`: it may have been taken all the same, since an answer was lost.
    """

    at: datetime
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class NotThere:
    """The place does not take it: `why` is Slack's word (`not_in_channel`, `is_archived`, …)."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The card was deleted by somebody; its place is still good."""


class Announcer(Protocol):
    """Where operations are shown. Paced: a call may answer `Later` without having tried."""

    async def post_card(self, operation: Operation) -> Taken | Later | NotThere | Gone:
        """Post the card in `operation.origin`, or to the requester's DM if it was displaced."""
        ...

    async def edit_card(self, operation: Operation) -> Taken | Later | NotThere | Gone: ...

    async def post_lines(
        self, operation: Operation, events: tuple[Event, ...]
    ) -> Taken | Later | NotThere | Gone:
        """Post the events' lines in the card's thread, as one message."""
        ...

    async def answer_requester(self, operation: Operation) -> None:
        """Tell the person who confirmed, while their answer can still be changed, where the card is.

        Or that there is none. A courtesy: whoever restarts in between loses it, and the card says it all.
        """
        ...
