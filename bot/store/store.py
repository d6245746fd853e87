"""The store as the engine wants it: `bot.engine.ports.Store` over one SQLite file, never in the way of the event loop.

All of it runs on one thread of its own, in the order it was asked for. A task that is cancelled while it waits
leaves no half transaction: what the thread has begun it finishes, what it has not begun it never does. The task
cannot know which of the two it was; the next one to read does.

A store that is found damaged, or not to be the file on the disk any more, is lost: whatever it is asked from then on, it
raises the same `StoreLost`, so that nothing is decided or sent by it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from sqlite_utils import Database

from bot.domain.access import Action, Grant, Group, Standing
from bot.domain.administration import AccessChange
from bot.domain.audit import PostedHead
from bot.domain.authority import Facts
from bot.domain.bot_time import ClockRecord
from bot.domain.happenings import Transition
from bot.domain.names import Actor, OperationId, PipelineName, TeamId
from bot.domain.operations import Event, Operation, State
from bot.domain.plans import StepName
from bot.domain.policy import Freeze, Rule
from bot.domain.targets import ONE, Targets
from bot.engine.ports import Authorize, Decide, HistoryLine, StoreLost, Unannounced
from bot.store import chain, changes, facts, grants, history, operations, policies, workspace
from bot.store.database import create_private, in_words, open_database, unusable
from bot.store.errors import AmbiguousId, DatabaseReplaced
from bot.store.file_guard import FileGuard

_T = TypeVar("_T")


class SqliteStore:
    """Open it with `open()`, close it with `aclose()`."""

    _kept_open: ClassVar[list[Database]] = []

    def __init__(self, thread: ThreadPoolExecutor, db: Database, guard: FileGuard, targets: Targets) -> None:
        self._thread = thread
        self._db = db
        self._guard = guard
        self._targets = targets
        self._head = chain.head(db)
        self._lost: StoreLost | None = None
        self._underway: dict[OperationId, Operation] = {}

    @classmethod
    def open(cls, path: Path, targets: Targets = ONE, *, beside: Iterable[Path] = ()) -> "SqliteStore":
        """Open, or create, the database at `path`, of a bot with these targets. Waits for the disk: for start-up, before anything else runs.

        `beside` are files that have to stay what they are as long as the store is open, as the database itself has to.

        Raises:
            DatabaseUnusable: with what is wrong with the file or its place.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            return thread.submit(cls._opened, thread, path, targets, tuple(beside)).result()
        except BaseException:
            thread.shutdown(wait=False)
            raise

    @classmethod
    def _opened(
        cls, thread: ThreadPoolExecutor, path: Path, targets: Targets, beside: tuple[Path, ...]
    ) -> "SqliteStore":
        try:
            with ExitStack() as undone, in_words():
                create_private(path)
                guard = FileGuard.before_opening(path, beside)
                undone.callback(guard.close)
                db = open_database(path)
                undone.callback(db.close)
                guard.opened()
                store = cls(thread, db, guard, targets)
                undone.pop_all()
                return store
        except OSError as error:
            raise unusable(path, error) from error

    async def aclose(self) -> None:
        """Finish what was asked for, then close the file. Nothing may be asked afterwards.

        Raises:
            StoreLost: only now is it noticed that the file is not the one that was opened.
        """
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)
        await asyncio.shield(closing)

    def _close(self) -> None:
        try:
            if self._lost is None:
                self._guard.check()
        except StoreLost as lost:
            self._lost = lost
            raise
        finally:
            if self._lost is None:
                self._db.close()
                self._guard.close()
            else:
                # SQLite would copy what its log holds into the file that is at the path now, whosever it is.
                self._kept_open.append(self._db)

    async def check(self) -> None:
        await self._run(lambda _db: None)

    async def facts(self, standings: Mapping[Actor, Standing]) -> Facts:
        return await self._run(lambda db: facts.about(db, standings))

    async def granted_groups(
        self, names: frozenset[PipelineName] | None, actions: frozenset[Action]
    ) -> frozenset[Group]:
        return await self._run(lambda db: grants.groups_that_may(db, names, actions))

    async def grants(self) -> tuple[Grant, ...]:
        return await self._run(grants.unrevoked)

    async def rules(self) -> tuple[Rule, ...]:
        return await self._run(policies.rules)

    async def freezes(self, now: datetime) -> tuple[Freeze, ...]:
        return await self._run(lambda db: policies.freezes_in_force(db, now))

    async def administer(
        self, change: AccessChange, authorize: Authorize, *, standing: Standing, by: str
    ) -> Event:
        return await self._run(
            lambda db: changes.administer(
                db, change, authorize, standing=standing, by=by, targets=self._targets
            )
        )

    async def note(self, event: Event, operation_id: OperationId | None = None) -> None:
        await self._run(lambda db: operations.note(db, event, operation_id))

    async def history(
        self,
        *,
        pipeline: PipelineName | None = None,
        actor: Actor | None = None,
        before: int | None = None,
        limit: int,
    ) -> tuple[HistoryLine, ...]:
        return await self._run(
            lambda db: history.page(db, pipeline=pipeline, actor=actor, before=before, limit=limit)
        )

    async def head(self) -> tuple[int, str]:
        return await self._run(chain.head)

    async def last_done(self, errand: str) -> datetime | None:
        return await self._run(lambda db: workspace.last_done(db, errand))

    async def done(self, errand: str, at: datetime) -> None:
        await self._run(lambda db: workspace.done(db, errand, at))

    async def clock_record(self) -> ClockRecord | None:
        return await self._run(workspace.clock_record)

    async def record_clock(self, record: ClockRecord) -> None:
        await self._run(lambda db: workspace.record_clock(db, record))

    async def remember_posted_head(self, posted: PostedHead) -> None:
        await self._run(lambda db: workspace.remember_posted_head(db, posted))

    async def propose(self, operation: Operation, event: Event) -> None:
        await self._run(lambda db: operations.propose(db, operation, event))

    async def operation(self, operation_id: OperationId) -> Operation | None:
        return await self._run(lambda db: operations.find(db, operation_id))

    async def operation_beginning(self, beginning: str) -> Operation | None:
        try:
            return await self._run(lambda db: operations.find_by_beginning(db, beginning))
        except AmbiguousId:
            return None

    async def underway(self) -> tuple[Operation, ...]:
        found = await self._run(operations.underway)
        self._underway = {operation.id: operation for operation in found}
        return found

    def last_underway(self) -> tuple[Operation, ...]:
        """All that was live or waited for approval when the store last told: what is known of them once it is lost."""
        return tuple(self._underway.values())

    async def pending(self) -> tuple[Operation, ...]:
        return await self._run(operations.pending)

    async def live_on(self, name: PipelineName) -> Operation | None:
        return await self._run(lambda db: operations.live_on(db, name))

    async def pending_on(self, name: PipelineName) -> Operation | None:
        return await self._run(lambda db: operations.pending_on(db, name))

    async def ended_on(self, name: PipelineName, limit: int) -> tuple[Operation, ...]:
        return await self._run(lambda db: operations.ended_on(db, name, limit))

    async def succeeded_on(self, name: PipelineName, step: StepName, limit: int) -> tuple[Operation, ...]:
        return await self._run(lambda db: operations.succeeded_on(db, name, step, limit))

    async def last_cleared_at(self, name: PipelineName) -> datetime | None:
        return await self._run(lambda db: operations.last_cleared_at(db, name))

    async def change(
        self, operation_id: OperationId, decide: Decide, *, standings: Mapping[Actor, Standing]
    ) -> Transition | None:
        made = await self._run(lambda db: operations.change(db, operation_id, decide, standings=standings))
        if made is not None:
            self._remember(made.operation)
        return made

    def _remember(self, operation: Operation) -> None:
        if operation.state.is_live or operation.state is State.AWAITING_APPROVAL:
            self._underway[operation.id] = operation
        else:
            self._underway.pop(operation.id, None)

    async def unannounced(self) -> tuple[Unannounced, ...]:
        return await self._run(operations.unannounced)

    async def rendered(self, operation_id: OperationId, version: int) -> None:
        await self._run(lambda db: operations.rendered(db, operation_id, version))

    async def posted(self, events: tuple[int, ...], ts: str) -> None:
        await self._run(lambda db: operations.posted(db, events, ts))

    async def abandoned(self, operation_id: OperationId) -> None:
        await self._run(lambda db: operations.abandoned(db, operation_id))

    async def team(self) -> TeamId | None:
        """The workspace the bot last ran in."""
        return await self._run(workspace.team)

    async def remember_team(self, team_id: TeamId) -> None:
        """The bot runs in this workspace."""
        await self._run(lambda db: workspace.remember_team(db, team_id))

    async def remember_url(self, workspace_url: str) -> None:
        """Links to the workspace's messages begin so: the shell writes them, too."""
        await self._run(lambda db: workspace.remember_url(db, workspace_url))

    async def _run(self, work: Callable[[Database], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._checked, work)

    def _checked(self, work: Callable[[Database], _T]) -> _T:
        """Do the work on the database that was opened, or not at all; what became of another one is never returned."""
        if self._lost is not None:
            raise self._lost
        try:
            with in_words():
                self._check()
                done = work(self._db)
                self._check()
        except StoreLost as lost:
            self._lost = lost
            raise
        except OSError as error:  # the file cannot even be asked about any more
            self._lost = DatabaseReplaced(f"The bot's database cannot be reached any more: {error.strerror}.")
            raise self._lost from error
        return done

    def _check(self) -> None:
        self._guard.check()
        head = chain.head_after(self._db, self._head)
        if head is None:
            raise DatabaseReplaced(
                "The bot's database was restored from a copy: what the bot last recorded is not in it."
            )
        self._head = head
