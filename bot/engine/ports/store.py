"""What is remembered. The store is the referee.

Every change of an operation is one transaction in which the row is read afresh, the decision is made and the result is
written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import AccessChange, ChangeDecision
from bot.domain.access.permissions import Action, Grant, Group, Membership
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_chain import Entry, PostedHead
from bot.domain.bot_time import ClockRecord
from bot.domain.errors import UserError
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Event, Operation, StoredEvent
from bot.domain.operations.plans import StepName

Decide = Callable[[Operation, AccessData], Transition]
"""Pure: the row and the facts, both read in this transaction, to what becomes of it."""


Authorize = Callable[[AccessData], Event]
"""Pure: the facts, read in this transaction, to the event to record. To refuse, it raises `NotAuthorized`."""


class NotAuthorized(Exception):  # noqa: N818 - an outcome, named like the others
    """A change of who may do what was refused: nothing was changed, and `refusal` is recorded."""

    def __init__(self, judgement: ChangeDecision, refusal: Event) -> None:
        super().__init__(refusal.kind)
        self.judgement = judgement
        self.refusal = refusal


class StoreUnavailable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The store cannot be read or written now: another process holds it, or its disk is full. Nothing was changed."""


class StoreLost(StoreUnavailable):
    """The store is damaged, or is not the one that was opened: for good. Whatever it says from now on proves nothing."""


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


@dataclass(frozen=True, slots=True)
class Unannounced:
    """An operation whose card is missing or out of date, or whose thread lacks lines: `events`, oldest first."""

    operation: Operation
    events: tuple[StoredEvent, ...]


class Store(Protocol):
    """What is remembered. Each method is one transaction, durable when it returns.

    What only reads waits for nothing that writes. There may be two of them for one database, one for what people wait for
    and one for what can wait, which is overtaken.
    """

    async def check(self) -> None:
        """Whether the store still is the one that was opened. Every other method asks that, too, before and after its work.

        Raises:
            StoreLost: it is not, or is damaged.
        """
        ...

    async def access_data(self, memberships: Mapping[Actor, Membership]) -> AccessData:
        """The grants of these people, of all groups and of all approvers, all rules, all freezes not lifted.

        `open_requests` and `asked_at` are of these people: of the one person, where only one is asked about.
        """
        ...

    async def granted_groups(
        self, names: frozenset[PipelineName] | None, actions: frozenset[Action]
    ) -> frozenset[Group]:
        """The groups granted any of `actions` on any of these pipelines, or on whatever: whose members have to be known."""
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
        self, change: AccessChange, authorize: Authorize, *, membership: Membership, by: str
    ) -> Event:
        """Make the change and record its event, in one transaction, if `authorize` does not refuse.

        `by` is who is written down as having granted, such as `T1/U2`. The event's `data` gains `before`: what the
        change replaced or took away, in words, or None. Facts are read for `membership`. Where all is as the change
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

    async def clock_record(self) -> ClockRecord | None:
        """What was last recorded of the bot's time."""
        ...

    async def record_clock(self, record: ClockRecord) -> None: ...

    async def remember_posted_head(self, posted: PostedHead) -> None:
        """Where the head of the audit log was posted last, for people who want to compare it."""
        ...

    async def propose(self, operation: Operation, event: Event) -> None:
        """Store a new operation in the state `proposed`."""
        ...

    async def operation(self, operation_id: OperationId) -> Operation | None: ...

    async def operation_beginning(self, beginning: str) -> Operation | None:
        """The one whose id begins so; None if there is none, or several."""
        ...

    async def underway(self, *, fresh: bool = True) -> tuple[Operation, ...]:
        """All operations that are live or wait for approval, oldest first.

        Unless `fresh` from memory, for people to read: what the shell wrote is in there within seconds.
        """
        ...

    def last_underway(self) -> tuple[Operation, ...]:
        """The same from memory, however little is in there yet."""
        ...

    def keep(self, looked_at: Iterable[tuple[Operation, Operation]]) -> None:
        """Remember what came of looks that are no news (`unchanged.is_silent`), in memory alone: each before and after.

        What was changed since is left as it is.
        """
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

    async def ended_on(self, name: PipelineName, limit: int) -> tuple[Operation, ...]:
        """The last operations on this pipeline that were confirmed and are over, newest first."""
        ...

    async def succeeded_on(
        self, wanted: Sequence[tuple[PipelineName, StepName]], limit: int
    ) -> tuple[tuple[Operation, ...], ...]:
        """For each pipeline and step the last operations whose plans had that step and that succeeded, newest first."""
        ...

    async def last_cleared_at(self, name: PipelineName) -> datetime | None:
        """When an operation last cleared this pipeline."""
        ...

    async def change(
        self,
        operation_id: OperationId,
        decide: Decide,
        *,
        memberships: Mapping[Actor, Membership],
    ) -> Transition | None:
        """Read the row and the facts about these people, decide, and write row and events, in one transaction.

        `AccessData.open_requests` and `asked_at` are of the operation's requester, this one not counted. What is no news
        (`unchanged.is_silent`) is kept in memory alone.

        Returns what `decide` returned, once it is durable; None if there is no such operation.

        Raises:
            PipelineBusy: the operation would have become live beside another one on its pipeline, or would wait for
                approval beside another one.
        """
        ...

    async def change_all(
        self, decisions: Iterable[tuple[OperationId, Decide]]
    ) -> tuple[Transition | None, ...]:
        """`change` for several operations, with facts about nobody, in one transaction: all of it, or nothing.

        Raises:
            PipelineBusy: as `change` does; then nothing was changed.
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
