"""The SQLite adapter of the port `bot.engine.ports.Store`: one file, and it never blocks the event loop.

Writes run on one thread, in the order requested, except that those people wait for overtake those that can wait. Reads
run beside it, on connections of their own, and see all that was durable when they were requested. A task that is
cancelled while it waits leaves no half transaction: the thread finishes what it has begun, and never begins the rest.
The task cannot know which of the two it was; the next writer does.

A store that is found damaged, or no longer the file on the disk, is lost: every later call raises `DatabaseLost`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import WantedChange
from bot.domain.access.permissions import Action, Grant, Group, Membership, Role
from bot.domain.access.rules import Freeze, Rule
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import PostedHead
from bot.domain.bot_time import ClockRecord
from bot.domain.events import Event
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine.ports import Authorize, Decide, HistoryLine, Metrics, StoredFigures, Unannounced, Unmeasured
from bot.store import archived_entries, audit_log, audit_pages, bot_state, figures, operations, unannounced
from bot.store.access import access_changes, access_snapshot, grants, rules_and_freezes
from bot.store.connections import Connections
from bot.store.diagnosis_store import DiagnosisStore
from bot.store.transaction_span import transaction_span
from bot.store.underway_cache import UnderwayCache
from bot.store.webhook_cursors import SqliteWebhookCursors
from bot.store.workspace_store import WorkspaceStore

_T = TypeVar("_T")
_UNMEASURED = Unmeasured()


class SqliteStore:
    """Open it with `open()`, close it with `aclose()`."""

    def __init__(
        self,
        connections: Connections,
        targets: Targets,
        underway: UnderwayCache,
        metrics: Metrics,
        *,
        can_wait: bool = False,
    ) -> None:
        self._connections = connections
        self._targets = targets
        self._underway = underway
        self._metrics = metrics
        self._can_wait = can_wait
        self._announcing = unannounced.UnannouncedReader()

    @property
    def background(self) -> "SqliteStore":
        """The same store for work that can wait: calls of `self` overtake its calls."""
        return SqliteStore(self._connections, self._targets, self._underway, self._metrics, can_wait=True)

    @property
    def workspace(self) -> WorkspaceStore:
        return WorkspaceStore(self._connections, self._can_wait)

    @property
    def webhook_cursors(self) -> SqliteWebhookCursors:
        return SqliteWebhookCursors(self._connections)

    @property
    def diagnosis(self) -> DiagnosisStore:
        """For `doctor` in this process."""
        return DiagnosisStore(self._connections)

    @classmethod
    def open(
        cls,
        path: Path,
        targets: Targets = ONE,
        *,
        beside: Iterable[Path] = (),
        metrics: Metrics = _UNMEASURED,
    ) -> "SqliteStore":
        """Open, or create, the database at `path`, of a bot with these targets.

        It blocks on the disk: call it at startup, before anything else runs. `beside` are files that must
        stay the same as long as the store is open, like the database itself.

        Raises:
            DatabaseUnusable: says what is wrong with the file or its location.
        """
        return cls(Connections.open(path, beside), targets, UnderwayCache(), metrics)

    def hurry(self) -> None:
        """Wait only for a moment, from now on, if another process has the database locked: the bot is stopping."""
        self._connections.hurry()

    async def aclose(self) -> None:
        """Finish the calls made, then close the file. No call may follow.

        Raises:
            StoreLost: only now is it detected that the file is not the one that was opened.
        """
        await self._connections.aclose()

    async def check(self) -> None:
        def work(db: Database) -> None:
            self._connections.disk.check()
            self._underway.follow(db)

        await self._write(work)

    async def access_data(self, memberships: Mapping[Actor, Membership]) -> AccessData:
        return await self._read(lambda db: access_snapshot.about(db, memberships))

    async def granted_groups(
        self, names: frozenset[PipelineName] | None, actions: frozenset[Action]
    ) -> frozenset[Group]:
        return await self._read(lambda db: grants.groups_that_may(db, names, actions))

    async def grants(self, role: Role | None = None) -> tuple[Grant, ...]:
        if role is not None:
            return await self._read(lambda db: grants.of_role(db, role))
        return await self._read(grants.unrevoked)

    async def rules(self) -> tuple[Rule, ...]:
        return await self._read(rules_and_freezes.rules)

    async def freezes(self, now: datetime) -> tuple[Freeze, ...]:
        return await self._read(lambda db: rules_and_freezes.freezes_in_force(db, now))

    async def administer(
        self, wanted: WantedChange, authorize: Authorize, *, membership: Membership, by: str
    ) -> Event:
        return await self._write(
            lambda db: access_changes.administer(
                db, wanted, authorize, membership=membership, by=by, targets=self._targets
            )
        )

    async def note(self, event: Event, operation_id: OperationId | None = None) -> None:
        await self._write(lambda db: operations.note(db, event, operation_id))

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
        page = partial(audit_pages.page, pipeline=pipeline, actor=actor, operation=operation)
        return await self._read(lambda db: page(db, before=before, after=after, limit=limit))

    async def access_requests(self, actor: Actor, since: datetime) -> tuple[Event, ...]:
        return await self._read(lambda db: audit_pages.access_requests(db, actor, since))

    async def head(self) -> tuple[int, str]:
        return await self._read(audit_log.head)

    async def last_done(self, task: str) -> datetime | None:
        return await self._read(lambda db: bot_state.last_done(db, task))

    async def done(self, task: str, at: datetime) -> None:
        await self._write(lambda db: bot_state.done(db, task, at))

    async def clock_record(self) -> ClockRecord | None:
        return await self._read(bot_state.clock_record)

    async def record_clock(self, record: ClockRecord) -> None:
        await self._write(lambda db: bot_state.record_clock(db, record))

    async def remember_posted_head(self, posted: PostedHead) -> None:
        await self._write(lambda db: bot_state.remember_posted_head(db, posted))

    async def propose(self, operation: Operation, event: Event) -> None:
        self._connections.disk.refuse_new_request()
        with transaction_span(operation.id) as transaction:
            await self._write(lambda db: operations.propose(db, operation, event))
            transaction.made(Transition(operation, (event,)))

    async def operation(self, operation_id: OperationId) -> Operation | None:
        return await self._read(lambda db: operations.find(db, operation_id))

    async def operations_beginning(self, beginning: str) -> tuple[Operation, ...]:
        return await self._read(lambda db: operations.all_beginning(db, beginning))

    async def underway(self, *, fresh: bool = True) -> tuple[Operation, ...]:
        if fresh or not self._underway.is_read:
            await self._write(self._underway.follow)
        return self._underway.all()

    def last_underway(self) -> tuple[Operation, ...]:
        return self._underway.all()

    def keep(self, looked_at: Iterable[tuple[Operation, Operation]]) -> None:
        self._underway.keep(looked_at)

    async def pending(self) -> tuple[Operation, ...]:
        return await self._read(operations.pending)

    async def live_on(self, name: PipelineName) -> Operation | None:
        return await self._read(lambda db: operations.live_on(db, name))

    async def pending_on(self, name: PipelineName) -> Operation | None:
        return await self._read(lambda db: operations.pending_on(db, name))

    async def ended_on(self, name: PipelineName, limit: int) -> tuple[Operation, ...]:
        return await self._read(lambda db: operations.ended_on(db, name, limit))

    async def succeeded_on(
        self, wanted: Sequence[tuple[PipelineName, StepName]], limit: int
    ) -> tuple[tuple[Operation, ...], ...]:
        return await self._read(
            lambda db: tuple(operations.succeeded_on(db, name, step, limit) for name, step in wanted)
        )

    async def last_cleared_at(self, name: PipelineName) -> datetime | None:
        return await self._read(lambda db: operations.last_cleared_at(db, name))

    async def change(
        self,
        operation_id: OperationId,
        decide: Decide,
        *,
        memberships: Mapping[Actor, Membership],
    ) -> Transition | None:
        def work(db: Database) -> Transition | None:
            made = operations.change(
                db, operation_id, decide, memberships=memberships, in_memory_state=self._underway.current
            )
            self._note(made)
            return made

        with transaction_span(operation_id) as transaction:
            return transaction.made(await self._write(work))

    async def change_all(
        self, decisions: Iterable[tuple[OperationId, Decide]]
    ) -> tuple[Transition | None, ...]:
        def work(db: Database) -> tuple[Transition | None, ...]:
            made = operations.change_all(db, decisions, self._underway.current)
            self._note(*made)
            return made

        return await self._write(work)

    async def archived(self) -> Archived | None:
        return await self._read(archived_entries.newest)

    async def unannounced(self) -> tuple[Unannounced, ...]:
        return await self._read(self._announcing.unannounced)

    async def rendered(self, operation_id: OperationId, version: int) -> None:
        def work(db: Database) -> None:
            unannounced.rendered(db, operation_id, version)
            self._underway.render(operation_id, version)

        await self._write(work)

    async def posted(self, events: tuple[int, ...], ts: str) -> None:
        await self._write(lambda db: unannounced.posted(db, events, ts))

    async def abandoned(self, operation_id: OperationId) -> None:
        await self._write(lambda db: unannounced.abandoned(db, operation_id))

    async def pipelines_underway(self) -> tuple[PipelineName, ...]:
        """The pipelines of all operations that are live or await approval: quick, however many there are."""
        return await self._read(operations.pipelines_underway)

    @property
    def write_trouble(self) -> str | None:
        """Why the database cannot be written, a sentence; None if the last write that changed something did."""
        return self._connections.write_trouble

    async def figures(self) -> StoredFigures:
        return await self._read(figures.stored)

    def _note(self, *made: Transition | None) -> None:
        """These transitions are committed."""
        self._underway.put(*made)
        for each in made:
            if each is not None:
                self._metrics.changed(each)

    async def _read(self, work: Callable[[Database], _T]) -> _T:
        return await self._connections.read(work, can_wait=self._can_wait)

    async def _write(self, work: Callable[[Database], _T]) -> _T:
        return await self._connections.write(work, can_wait=self._can_wait)
