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

from bot.domain.access import Grant, Group, Standing
from bot.domain.administration import AccessChange, Judgement
from bot.domain.audit import Entry
from bot.domain.authority import Facts
from bot.domain.errors import UserError
from bot.domain.happenings import Transition
from bot.domain.names import Actor, OperationId, PipelineName
from bot.domain.operations import Card, Event, Operation, StepName, StoredEvent
from bot.domain.pipelines import Answer, History, Identity, Look, Pipeline, Problem, RunnerHealth
from bot.domain.policy import Freeze, Rule


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


Decide = Callable[[Operation, Facts], Transition]
"""Pure: the row and the facts, both read in this transaction, to what becomes of it."""

Authorize = Callable[[Facts], Event]
"""Pure: the facts, read in this transaction, to the event to record. To refuse, it raises `NotAuthorized`."""


class NotAuthorized(Exception):  # noqa: N818 - an outcome, named like the others
    """A change of who may do what was refused: nothing was changed, and `refusal` is recorded."""

    def __init__(self, judgement: Judgement, refusal: Event) -> None:
        super().__init__(refusal.kind)
        self.judgement = judgement
        self.refusal = refusal


class StoreUnavailable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The store cannot be read or written now: another process holds it, or its disk is full. Nothing was changed."""


class PipelineBusy(Exception):  # noqa: N818 - an outcome, named like the others
    """Another operation holds the pipeline, or waits for approval on it: nothing was changed."""

    def __init__(self, holder: Operation) -> None:
        super().__init__(holder.id)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry of the record, with the operation it is about, if it is about one."""

    entry: Entry
    operation: Operation | None


class People(Protocol):
    """What the workspace knows of people. Never raises: who cannot be looked up is `Kind.UNKNOWN`."""

    async def standing(self, actor: Actor, groups: frozenset[Group], *, fresh: bool = False) -> Standing:
        """Who this is, and which of `groups` they are in. At most 60 s old; looked up anew if `fresh`."""
        ...


@dataclass(frozen=True, slots=True)
class Unread:
    """A user group whose people are not to be had: `why`, as a clause."""

    why: str


class Directory(People, Protocol):
    """People, for whoever checks everybody at once. What is decided rests on `standing` alone."""

    async def members(self, group: Group) -> frozenset[Actor] | Unread:
        """Everybody in the group, as Slack lists it. At most 60 s old."""
        ...


@dataclass(frozen=True, slots=True)
class Unannounced:
    """An operation whose card is missing or out of date, or whose thread lacks lines: `events`, oldest first."""

    operation: Operation
    events: tuple[StoredEvent, ...]


class Store(Protocol):
    """What is remembered. Each method is one transaction, durable when it returns."""

    async def facts(self, standings: Mapping[Actor, Standing]) -> Facts:
        """The grants of these people, of all groups and of all approvers, all rules, all freezes not lifted.

        `open_requests` counts those of these people: of the one person, where only one is asked about.
        """
        ...

    async def granted_groups(self) -> frozenset[Group]:
        """The groups that grants are given to: whose members have to be known."""
        ...

    async def grants(self) -> tuple[Grant, ...]:
        """Everybody's grants, lapsed ones too, oldest first."""
        ...

    async def rules(self) -> tuple[Rule, ...]:
        """By pattern."""
        ...

    async def freezes(self, now: datetime) -> tuple[Freeze, ...]:
        """Those in force, by pattern."""
        ...

    async def administer(
        self, change: AccessChange, authorize: Authorize, *, standing: Standing, by: str
    ) -> Event:
        """Make the change and record its event, in one transaction, if `authorize` does not refuse.

        `by` is who is written down as having granted, such as `T1/U2`. The event's `data` gains `before`: what the
        change replaced or took away, in words, or None. Facts are read for `standing`. Where all is as the change
        wants it, nothing is recorded: an equal grant, rule or freeze stands in `before`, or there was nothing to take
        away and `before` is None.

        Raises:
            BadPattern: no pipeline could match the pattern.
            NotAuthorized: it was refused; the refusal is recorded.
        """
        ...

    async def note(self, event: Event, operation_id: OperationId | None = None) -> None:
        """Record something that changed no row: a refusal, a click that came too late.

        Without an operation it is part of a pipeline's history if its data names one as `pipeline`.

        Raises:
            LookupError: there is no such operation.
        """
        ...

    async def history(
        self,
        *,
        pipeline: PipelineName | None = None,
        actor: Actor | None = None,
        before: int | None = None,
        limit: int,
    ) -> tuple[HistoryLine, ...]:
        """The newest `limit` entries older than the entry `before`, of one pipeline or of one person's doing."""
        ...

    async def head(self) -> tuple[int, str]:
        """The id and the hash of the record's newest entry; 0 and `audit.GENESIS` if there is none."""
        ...

    async def last_done(self, errand: str) -> datetime | None:
        """When something that is done from time to time was last done."""
        ...

    async def done(self, errand: str, at: datetime) -> None: ...

    async def propose(self, operation: Operation, event: Event) -> None:
        """Store a new operation in the state `proposed`."""
        ...

    async def operation(self, operation_id: OperationId) -> Operation | None: ...

    async def operation_beginning(self, beginning: str) -> Operation | None:
        """The one whose id begins so; None if there is none, or several."""
        ...

    async def underway(self) -> tuple[Operation, ...]:
        """All operations that are live or wait for approval, oldest first."""
        ...

    async def pending(self) -> tuple[Operation, ...]:
        """Those that wait for approval, and broken glasses that nobody signed off, oldest first."""
        ...

    async def live_on(self, name: PipelineName) -> Operation | None:
        """The operation that holds this pipeline."""
        ...

    async def pending_on(self, name: PipelineName) -> Operation | None:
        """The request on this pipeline that waits for approval."""
        ...

    async def last_cleared_at(self, name: PipelineName) -> datetime | None:
        """When an operation on this pipeline last succeeded."""
        ...

    async def change(
        self, operation_id: OperationId, decide: Decide, *, standings: Mapping[Actor, Standing]
    ) -> Transition | None:
        """Read the row and the facts about these people, decide, and write row and events, in one transaction.

        `Facts.open_requests` are those of the operation's requester, this one not counted.

        Returns what `decide` returned, once it is durable; None if there is no such operation.

        Raises:
            PipelineBusy: the operation would have become live beside another one on its pipeline, or would wait for
                approval beside another one.
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


class Noticeboard(Protocol):
    """A channel that keeps what the bot posts, out of its own reach."""

    async def post_head(self, entry_id: int, head: str) -> Taken | Later | NotThere | Gone:
        """Post the id and the hash of the record's newest entry."""
        ...
