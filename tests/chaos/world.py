"""The world of a chaos run: the real bot with its file between two simulated Felderas and a simulated Slack, in virtual time.

Time jumps to whatever is due next. The bot may be cut off after any step of the event loop, and an answer may be kept
back while time passes; both hit what happens next. `moments` is the order in which everything was seen to happen.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.engine.loops.loop import STORE_TRIED_AGAIN_AFTER, Loop
from bot.engine.ports import DatabaseLost, StoreUnavailable
from bot.simulator.feldera import FelderaSimulator
from tests.chaos.cast import TARGETS
from tests.chaos.events import Cleared, Dying, Hanging, Moment, Post
from tests.chaos.population import Peopled
from tests.clock import MovableClock
from tests.machine import Machine, NobodyWaits
from tests.story_time import A_MOMENT

SETTLES_WITHIN = 2000  # rounds of all loops without time passing; more would be a bot that never rests


class PassingClock(MovableClock):
    """The world's: what takes a simulator some time, takes all of the world that time."""

    async def wait(self, _wake: asyncio.Event, until: datetime | None) -> None:
        self.moves_to(max(self.now(), until or self.now()))


class PassingBotClock(NobodyWaits):
    """The bot's, by which it waits only while it starts: that takes all of the world that time."""

    world: MovableClock

    async def wait(self, _wake: asyncio.Event, until: datetime | None) -> None:
        self.world.moves_to(self.world.now() + max((until or self.now()) - self.now(), A_MOMENT))


class ChaosMachine(Machine):
    def clock(self) -> PassingBotClock:
        clock = PassingBotClock(self.wall, self.boottime, self.boot)
        clock.world = self.world
        return clock


class ChaosWorld(Peopled):
    """`key`: the API key by which the bot is let into each Feldera; without one, these have no authentication."""

    makes_clock = PassingClock
    makes_machine = ChaosMachine

    def __init__(self, folder: Path, *, over_http: bool, key: str | None = None) -> None:
        self.moments: list[Moment] = []
        self.posts: list[Post] = []
        self.clears: list[Cleared] = []
        self._counted: Counter[str] = Counter()
        self.next: Dying | Hanging | None = None  # what hits whatever happens next
        self.breaks: list[
            datetime
        ] = []  # when the bot, or all of Slack, was gone from one moment to the next
        self._seen = dict.fromkeys(TARGETS, 0)
        self.has_key = key is not None
        super().__init__(folder, targets=TARGETS, over_http=over_http, slack_waits=10.0, feldera_key=key)
        self.touches: list[tuple[str, int]] = []  # pipelines that somebody else changed in Feldera, and when
        self.is_peopled()
        self.first_moment = self.moment

    def was_touched(self, pipeline: str, first: int, last: int) -> bool:
        """Whether somebody else changed it in Feldera between these moments."""
        return any(name == pipeline and first <= moment <= last for name, moment in self.touches)

    def feldera_of(self, pipeline: str) -> FelderaSimulator:
        return self.felderas[pipeline.partition("/")[0]]

    @property
    def is_up(self) -> bool:
        return self._bot is not None

    @property
    def moment(self) -> int:
        """The number of the next moment."""
        return len(self.moments)

    # What happens, and what is seen of it

    def performs(self, work: Coroutine[Any, Any, Any]) -> None:
        """Somebody does something, or time passes; and the bot reacts, unless it is cut off."""
        hit, self.next = self.next, None
        if hit is None or not self.is_up:
            self.run(self.reacting_to(work))
        elif isinstance(hit, Dying):
            steps = iter(range(hit.awaits))
            self.dies_once(lambda: next(steps, None) is None, self.reacting_to(work))
        else:
            self.run(self._while_kept_back(hit, self.reacting_to(work)))
        self.notices()

    def time_passes(self, until: datetime) -> None:
        self.performs(self._passing(until))

    async def _passing(self, until: datetime) -> None:
        await self.transient(seconds=max((until - self.clock.now()).total_seconds(), 0.0))

    async def _while_kept_back(self, hang: Hanging, work: Coroutine[Any, Any, Any]) -> None:
        hang.arrange()
        doing, met = asyncio.ensure_future(work), asyncio.ensure_future(hang.met())
        await asyncio.wait({doing, met}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            hang.meanwhile()
            self.notices()
        met.cancel()
        await asyncio.wait({met})
        await hang.release()
        await doing

    async def _die(self) -> None:
        self.breaks.append(self.clock.now())
        with suppress(StoreUnavailable):  # the harness's own clean-up writes; a process that is gone does not
            await super()._die()
        self.notices()

    async def _settle(self) -> datetime | None:
        """As the loops do it: one that cannot use the store pauses, and the others go on."""
        bot = self._bot
        if bot is None:
            return None
        paused: dict[int, datetime] = {}
        for _ in range(SETTLES_WITHIN):
            await bot.background_tasks.finished()
            moments: list[datetime | None] = []
            loops: tuple[Loop, ...] = (bot.driver, bot.announcements, bot.homes, bot.heads)
            for loop in loops:
                loop.wake.clear()
            for loop in loops:
                moments.append(paused.get(id(loop)) or await self._ticked(loop, paused))
                if loop is bot.driver:
                    await bot.driver.finished()
                self.notices()
            if bot.clock_watch is not None:
                await self._ticked(bot.clock_watch, paused)
            await bot.background_tasks.finished()
            self.notices()
            due = min((moment for moment in moments if moment is not None), default=None)
            busy = any(loop.wake.is_set() for loop in loops if id(loop) not in paused)
            now = bot.driver.clock.now()
            if not busy and (due is None or due > now):
                return None if due is None else self.clock.now() + max(due - now, A_MOMENT)
        raise AssertionError("the bot never comes to rest")

    async def _ticked(self, loop: Loop, paused: dict[int, datetime]) -> datetime | None:
        try:
            return await loop.tick()
        except DatabaseLost:
            raise
        except StoreUnavailable:
            paused[id(loop)] = self.bot.driver.clock.now() + STORE_TRIED_AGAIN_AFTER
            return paused[id(loop)]

    def notices(self) -> None:
        """Note what Feldera's books and the audit log have that they had not."""
        number, now, news = self.moment, self.clock.now(), False
        for target, feldera in self.felderas.items():
            for place in range(self._seen[target], len(feldera.requests)):
                made = feldera.requests[place]
                if made.method == "POST":
                    _, _, _, name, step = made.path.split("/")
                    self.posts.append(Post(target, place, f"{target}/{name}", step, made.at, number))
                    news = True
            self._seen[target] = len(feldera.requests)
        news = self._counts_clears(elsewhere=False) or news
        last = self.last_entry()
        if news or not self.moments or last > self.moments[-1].last_entry:
            self.moments.append(Moment(now, last))

    def starts_without_slack(self, seconds: float) -> None:
        """Slack, which is down, comes back so many seconds after the bot began to start."""
        self.run(self._start_without_slack(self.soon(seconds)))
        self.settles()

    async def _start_without_slack(self, until: datetime) -> None:
        starting = asyncio.ensure_future(self._start())
        while not starting.done() and self.clock.now() < until:  # noqa: ASYNC110 - only time ends it
            await asyncio.sleep(0)
        await self.slack.comes_back()
        await starting

    def _counts_clears(self, *, elsewhere: bool) -> bool:
        now, number, before = self.clock.now(), self.moment, len(self.clears)
        for target, feldera in self.felderas.items():
            for alone, count in feldera.clears.items():
                name = f"{target}/{alone}"
                new = count - self._counted[name]
                self.clears += [Cleared(name, now, number, elsewhere)] * new
                self._counted[name] = count
        return len(self.clears) > before

    def elsewhere(self, act: Callable[[], object]) -> None:
        """Somebody does something in Feldera itself."""
        self.notices()
        act()
        self._counts_clears(elsewhere=True)

    @cached_property
    def reader(self) -> sqlite3.Connection:
        """A connection of its own, which only reads."""
        return sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)

    def last_entry(self) -> int:
        (last,) = self.reader.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        return int(last)

    def ends(self) -> None:
        """Stop everything, whatever was found."""
        try:
            if self.is_up:
                self.dies()
        finally:
            self.run(self.slack.stop())
            for feldera in self.felderas.values():
                self.run(feldera.stop())
            self.reader.close()
            self._loop.close()
            self._logbook.closes()

    @property
    def errors(self) -> list[str]:
        """What was logged as an error."""
        return self._logbook.errors

    def until_connected(self) -> None:
        """In real seconds: a WebSocket is opened again in its own time."""
        if not self._over_http and self.is_up:
            self.run(self.slack.until(lambda: self.slack.connections > 0, within=70.0))

    def soon(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)
