"""Home refresher: the loop that keeps open Home tabs in line with the store.

Level-triggered like the others: each round reads the store and composes every page again, so that a page is right
whatever was missed. It never decides anything, and a failure here breaks a page, not the bot. Readers are kept
in memory alone: after a restart a page stays as it was until it is opened or clicked, and its buttons are
checked against the rows, as always.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.events import EventKind
from bot.domain.home_content import HomeData, HomePage, compose
from bot.domain.ids import Actor, OperationId, UserId
from bot.domain.operations.operation import Operation
from bot.engine.authorizer import Authorizer
from bot.engine.ports import ChannelUnusable, Clock, HomeTabs, RetryLater, Store, StoreUnavailable

log = structlog.get_logger(__name__)

LOOKS_FOR = timedelta(hours=1)  # after the page was opened, or a button on it pressed
LOOKED_AFTER_EVERY = timedelta(minutes=1)  # rights change in the shell and in Slack, which do not notify us
ROUNDS_APART = timedelta(seconds=1)  # each reads for every reader; a new reader is not kept waiting
AFTER_A_BUG = timedelta(minutes=5)
READERS_MOST = 50  # the most recent ones: each costs Slack a look-up of the person a minute
ENTRIES_AT_ONCE = 100  # of the audit log
ENTRIES_READ = 500  # to find operations that ended recently
ENDED_SHOWN = 50  # filtered for each reader


@dataclass(slots=True)
class HomeRefresher:
    """`wake` is set whenever something changed that a page may show."""

    store: Store
    authorizer: Authorizer
    tabs: HomeTabs
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _readers: dict[UserId, tuple[Actor, datetime]] = field(default_factory=dict)
    _arrived: set[UserId] = field(default_factory=set)
    _last_round: datetime | None = None
    _not_before: dict[UserId, datetime] = field(default_factory=dict)

    def looked_at_by(self, actor: Actor) -> None:
        """Somebody is viewing their page."""
        self._readers.pop(actor.user, None)
        self._readers[actor.user] = actor, self.clock.now()  # most recent last
        self._arrived.add(actor.user)
        for user in list(self._readers)[:-READERS_MOST]:
            self._forget(user)
        self.wake.set()

    async def tick(self) -> datetime | None:
        """Publish what changed; return when to look again."""
        now = self.clock.now()
        for user, (_, since) in list(self._readers.items()):
            if now >= since + LOOKS_FOR:
                self._forget(user)
        if not self._readers:
            return None
        next_round = self._next_round(now)
        # The most recent reader waits for a first page, and goes first.
        everybody = [actor for actor, _ in reversed(self._readers.values())]
        readers = [actor for actor in everybody if next_round is None or actor.user in self._arrived]
        self._arrived.clear()
        if next_round is None:
            self._last_round = now
        elif not readers:
            return next_round
        board = await self._board()
        shown = await asyncio.gather(*(self._show(actor, board) for actor in readers), return_exceptions=True)
        again = [self._again(actor, result) for actor, result in zip(readers, shown, strict=True)]
        return min([next_round or now + LOOKED_AFTER_EVERY, *(at for at in again if at is not None)])

    def _next_round(self, now: datetime) -> datetime | None:
        """When all pages are composed next; None if now."""
        last = self._last_round
        return last + ROUNDS_APART if last is not None and now < last + ROUNDS_APART else None

    async def _show(self, actor: Actor, board: HomeData) -> datetime | None:
        """Publish this person's page; returns when it must be published again, if that is known."""
        held = self._not_before.get(actor.user)
        if held is not None and held > self.clock.now():
            return held
        page = await self._page(actor, board)
        answer = await self.tabs.publish(page)
        match answer:
            case RetryLater(at):
                return at
            case ChannelUnusable(why):
                log.info("home_is_not_there", user=actor.user, why=why)
                self._forget(actor.user)
                return None
            case _:
                return page.changes_at

    async def _page(self, actor: Actor, board: HomeData) -> HomePage:
        memberships = await self.authorizer.memberships([actor])
        access_data = await self.store.access_data(memberships)
        return compose(memberships[actor], access_data, board, self.clock.now())

    async def _board(self) -> HomeData:
        return HomeData(
            await self.store.pending(), await self.store.underway(fresh=False), await self._ended()
        )

    async def _ended(self) -> tuple[Operation, ...]:
        """Operations that ended recently, as far back as the newest audit log entries show."""
        found: dict[OperationId, Operation] = {}
        before: int | None = None
        for _ in range(ENTRIES_READ // ENTRIES_AT_ONCE):
            page = await self.store.history(before=before, limit=ENTRIES_AT_ONCE)
            for line in page:
                if line.entry.event.kind is EventKind.ENDED and line.operation is not None:
                    found.setdefault(line.operation.id, line.operation)
            if len(page) < ENTRIES_AT_ONCE or len(found) >= ENDED_SHOWN:
                break
            before = page[-1].entry.id
        return tuple(list(found.values())[:ENDED_SHOWN])

    def _again(self, actor: Actor, result: datetime | BaseException | None) -> datetime | None:
        if isinstance(result, StoreUnavailable):
            raise result
        if not isinstance(result, BaseException):
            return result
        log.error("home_failed", user=actor.user, exc_info=result)
        self._not_before[actor.user] = self.clock.now() + AFTER_A_BUG
        return self._not_before[actor.user]

    def _forget(self, user: UserId) -> None:
        self._readers.pop(user, None)
        self._arrived.discard(user)
        self._not_before.pop(user, None)
