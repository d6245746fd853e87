"""The time of a story: it stands still until the story moves it, and the bot does what is due on the way."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.application import Bot
from bot.feldera.target_router import TargetRouter
from tests.clock import MovableClock
from tests.machine import Machine

A_MOMENT = timedelta(milliseconds=1)

_T = TypeVar("_T")


class StoryTime:
    """The part of a `Workspace` that moves time and lets the bot work, tick by tick."""

    clock: MovableClock
    machine: Machine
    bot: Bot
    _bot: Bot | None
    _loop: asyncio.Runner

    def passes(self, **duration: float) -> None:
        """Time passes, and the bot does what is due on the way, at the moment it is due."""
        self.run(self.transient(**duration))

    async def transient(self, **duration: float) -> None:
        """The same, under way: for what happens in the middle of it."""
        target = self.clock.now() + timedelta(**duration)
        due = await self._settle()
        while due is not None and due <= target:
            self.clock.moves_to(due)
            due = await self._settle()
        self.clock.moves_to(max(target, self.clock.now()))
        await self._settle()

    def leaps(self, **duration: float) -> None:
        """Time passes, of which the bot is given the last moment alone: its looks in between would find nothing new."""
        self.clock.passes(**duration)
        self.settles()

    def has_measured(self, *, one_look: float, one_list: float) -> None:
        """Questions to Feldera took the bot so many seconds. Nothing takes any time by the clock of a story."""
        fleet = self.bot.driver.pipelines
        assert isinstance(fleet, TargetRouter)
        for client in fleet.clients.values():
            now = client.costs.clock.monotonic()
            client.costs.note_some(1, began=now - one_look)
            client.costs.note_list(began=now - one_list)

    def wall_clock_jumps(self, **duration: float) -> None:
        """Somebody sets the clock of the bot's machine; the world's time goes on as it did."""
        self.machine.wall_clock_jumps(**duration)
        self.settles()

    def settles(self) -> datetime | None:
        """The bot does all that is due now; returns when it will be due next."""
        return self.run(self._settle())

    async def _settle(self) -> datetime | None:
        bot = self._bot
        if bot is None:
            return None
        for _ in range(1000):
            await bot.background_tasks.finished()
            bot.driver.wake.clear()
            bot.announcements.wake.clear()
            bot.homes.wake.clear()
            moments = [await bot.driver.tick()]
            await bot.driver.finished()
            moments.append(await bot.announcements.tick())
            moments.append(await bot.homes.tick())
            # Whenever something else is due: a minute's record would make a day of a story 1440 ticks long.
            await bot.clock_watch.tick()
            await bot.background_tasks.finished()
            due = min((moment for moment in moments if moment is not None), default=None)
            busy = any(loop.wake.is_set() for loop in (bot.driver, bot.announcements, bot.homes))
            now = bot.driver.clock.now()
            if not busy and (due is None or due > now):
                return None if due is None else self.clock.now() + max(due - now, A_MOMENT)
        raise AssertionError("the bot never comes to rest")

    def does(self, action: Coroutine[Any, Any, _T]) -> _T:
        """Somebody does something, and the bot reacts."""
        done = self.run(action)
        self.settles()
        return done

    def at_once(self, *actions: Coroutine[Any, Any, Any]) -> None:
        """Several things are done at the same moment."""

        async def together() -> None:
            await asyncio.gather(*actions)

        self.does(together())

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._loop.run(work)
