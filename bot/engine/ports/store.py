"""The store port: operations, access and the audit log. Races are decided here.

Every change of an operation is one transaction in which the row is read, the decision is made and the result is
written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import ChangeDecision, WantedChange
from bot.domain.access.permissions import Action, Grant, Group, Membership, Role
from bot.domain.access.rules import Freeze, Rule
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import Entry, PostedHead
from bot.domain.bot_time import ClockRecord
from bot.domain.errors import UserError
from bot.domain.events import Event, StoredEvent
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import StepName

Decide = Callable[[Operation, AccessData], Transition]
"""Pure: from the row and the access data, both read in this transaction, to the transition."""


Authorize = Callable[[AccessData], Event]
"""Pure: from the access data, read in this transaction, to the event to record. Raises `NotAuthorized` to deny."""


class NotAuthorized(Exception):  # noqa: N818 - an outcome, named like the others
    """A change of access was denied: nothing was changed, and `refusal` is recorded."""

    def __init__(self, judgement: ChangeDecision, refusal: Event) -> None:
        super().__init__(refusal.kind)
        self.judgement = judgement
        self.refusal = refusal


class StoreUnavailable(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The store cannot be read or written now: another process holds it, or its disk is full. Nothing was changed."""


class DatabaseLost(StoreUnavailable):
    """The store is damaged, or is not the one that was opened: for good. What it says from now on proves nothing."""


class PipelineBusy(Exception):  # noqa: N818 - an outcome, named like the others
    """Another operation locks the pipeline, or waits for approval on it: nothing was changed."""

    def __init__(self, holder: Operation) -> None:
        super().__init__(holder.id)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An audit log entry, with the operation it is about, if any."""

    entry: Entry
    operation: Operation | None


@dataclass(frozen=True, slots=True)
class Unannounced:
    """An operation whose card is missing or out of date, or whose thread lacks lines: `events`, oldest first."""

    operation: Operation
    events: tuple[StoredEvent, ...]


class Store(Protocol):
    """The store. Each method is one transaction, durable when it returns.

    Reads do not wait for writes. There may be two stores for one database, one for what people wait for and one for
    background work, which the first overtakes.
    """

    async def check(self) -> None:
        """Check that the store is still the one that was opened. Every other method checks it too, before and after.

        Raises:
            StoreLost: it is not, or is damaged.
        """
        ...

    async def access_data(self, memberships: Mapping[Actor, Membership]) -> AccessData:
        """The grants of these people, of all groups and of all approvers, all rules, and all freezes not removed.

        `open_requests` and `asked_at` are of these people: of the one person, if only one is asked about.
        """
        ...

    async def granted_groups(
        self, names: frozenset[PipelineName] | None, actions: frozenset[Action]
    ) -> frozenset[Group]:
        """The groups granted any of `actions` on any of these pipelines, or anywhere: their members must be known."""
        ...

    async def grants(self, role: Role | None = None) -> tuple[Grant, ...]:
        """Everybody's grants, or those of one role; expired ones too, oldest first."""
        ...

    async def rules(self) -> tuple[Rule, ...]:
        """All rules, by pattern."""
        ...

    async def freezes(self, now: datetime) -> tuple[Freeze, ...]:
        """Those in force, by pattern."""
        ...

    async def administer(
        self, wanted: WantedChange, authorize: Authorize, *, membership: Membership, by: str
    ) -> Event:
        """Make the change and record its event, in one transaction, unless `authorize` denies it.

        What is made is `resolved` on the rules in the access data that `authorize` gets, so that edits of a rule at the
        same time are all kept.
        `by` is stored as the grantor, such as `T1/U2`. The event's `data` gains `before`: what the change replaced or
        removed, in words, or None. The access data is read for `membership`. If all is already as the change wants it,
        nothing is recorded: `before` is an equal grant, rule or freeze, or there was nothing to remove and `before` is
        None.

        Raises:
            BadPattern: no pipeline could match the pattern.
            NotAuthorized: it was denied; the denial is recorded.
        """
        ...

    async def note(self, event: Event, operation_id: OperationId | None = None) -> None:
        """Record an event that changed no row: a denial, a click that came too late.

        Without an operation it is part of a pipeline's history if its data names one as `pipeline`.

        Raises:
            LookupError: there is no such operation.
        """
        ...

    async def history(  # noqa: PLR0913 - what narrows it down
        self,
        *,
        pipeline: PipelineName | None = None,
        actor: Actor | None = None,
        operation: OperationId | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int,
    ) -> tuple[HistoryLine, ...]:
        """The newest `limit` entries older than the entry `before`, about one pipeline or operation, or by one person.

        Newest first; with `after`, the oldest ones that are newer than that entry, oldest first.
        """
        ...

    async def access_requests(self, actor: Actor, since: datetime) -> tuple[Event, ...]:
        """The person's requests to admins for access since then, newest first."""
        ...

    async def head(self) -> tuple[int, str]:
        """The id and the hash of the newest audit log entry; 0 and `audit_chain.GENESIS` if there is none."""
        ...

    async def last_done(self, task: str) -> datetime | None:
        """When a periodic task was last done."""
        ...

    async def done(self, task: str, at: datetime) -> None: ...

    async def clock_record(self) -> ClockRecord | None:
        """The last stored record of the bot's time."""
        ...

    async def record_clock(self, record: ClockRecord) -> None: ...

    async def remember_posted_head(self, posted: PostedHead) -> None:
        """Store where the head of the audit log was last posted, for people who want to compare it."""
        ...

    async def propose(self, operation: Operation, event: Event) -> None:
        """Store a new operation in the state `proposed`."""
        ...

    async def operation(self, operation_id: OperationId) -> Operation | None: ...

    async def operations_beginning(self, beginning: str) -> tuple[Operation, ...]:
        """The operations whose ids begin so, by id; one whose id is exactly that, alone."""
        ...

    async def underway(self, *, fresh: bool = True) -> tuple[Operation, ...]:
        """All operations that are live or wait for approval, oldest first.

        Unless `fresh`, from memory, for people to read: what the shell wrote is in there within seconds.
        """
        ...

    def last_underway(self) -> tuple[Operation, ...]:
        """The same from memory, however incomplete it still is."""
        ...

    def keep(self, looked_at: Iterable[tuple[Operation, Operation]]) -> None:
        """Keep what came of looks without news (`unchanged_looks.is_silent`), in memory alone: each before and after.

        Rows changed since are left as they are.
        """
        ...

    async def pending(self) -> tuple[Operation, ...]:
        """Requests that wait for approval, and break-glass operations that await review, oldest first."""
        ...

    async def live_on(self, name: PipelineName) -> Operation | None:
        """The operation that locks this pipeline."""
        ...

    async def pending_on(self, name: PipelineName) -> Operation | None:
        """The request on this pipeline that waits for approval."""
        ...

    async def ended_on(self, name: PipelineName, limit: int) -> tuple[Operation, ...]:
        """The last operations on this pipeline that were confirmed and have ended, newest first."""
        ...

    async def succeeded_on(
        self, wanted: Sequence[tuple[PipelineName, StepName]], limit: int
    ) -> tuple[tuple[Operation, ...], ...]:
        """For each pipeline and step, the last operations with that step in their plan that succeeded, newest first."""
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
        """Read the row and the access data of these people, decide, and write row and events, in one transaction.

        `AccessData.open_requests` and `asked_at` are of the operation's requester, excluding this one. What is no news
        (`unchanged_looks.is_silent`) is kept in memory alone.

        Returns what `decide` returned, once it is durable; None if there is no such operation.

        Raises:
            PipelineBusy: the operation would have become live beside another one on its pipeline, or would wait for
                approval beside another one.
        """
        ...

    async def change_all(
        self, decisions: Iterable[tuple[OperationId, Decide]]
    ) -> tuple[Transition | None, ...]:
        """`change` for several operations, with access data of nobody, in one transaction: all of it, or nothing.

        Raises:
            PipelineBusy: as `change` does; then nothing was changed.
        """
        ...

    async def archived(self) -> Archived | None:
        """The entries of the audit log that were archived last, with their requests; None if none ever were."""
        ...

    async def unannounced(self) -> tuple[Unannounced, ...]:
        """Confirmed operations whose Slack messages are missing or out of date, longest waiting first."""
        ...

    async def rendered(self, operation_id: OperationId, version: int) -> None:
        """Slack's card shows this version."""
        ...

    async def posted(self, events: tuple[int, ...], ts: str) -> None:
        """Slack has posted the line of these events; `ts` is empty if a later line made them obsolete."""
        ...

    async def abandoned(self, operation_id: OperationId) -> None:
        """Its card cannot be posted anywhere, for good: it is no longer unannounced."""
        ...
