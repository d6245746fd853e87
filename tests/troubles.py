"""What goes wrong in a story: Slack or Feldera away, and the bot's process gone in the middle of its work."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.application import Bot
from bot.domain.events import Event, EventKind
from bot.engine.ports import StoreUnavailable
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator


def _grows_no_more(db: Database) -> None:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")


class Troubles:
    """The part of a `Workspace` where things go wrong."""

    slack: SlackSimulator
    feldera: FelderaSimulator
    expected_errors: set[str]
    bot: Bot

    def dies_once(self, happened: Callable[[], bool], work: Coroutine[Any, Any, Any]) -> None:
        """The process is gone in the middle of its work, as soon as this has happened; `work` may end before."""
        self.run(self._die_once(happened, work))

    async def _die_once(self, happened: Callable[[], bool], work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        while not task.done() and not happened():  # noqa: ASYNC110 - anything may be what has happened
            await asyncio.sleep(0)  # the simulators and the bot share this loop: let them take one step
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
        await self._die()

    def slack_goes_down(self) -> None:
        self.run(self.slack.goes_down())

    def slack_comes_back(self) -> None:
        """For the bot's calls at once; its socket is opened again in real time, for which no story waits."""
        self.run(self.slack.comes_back())

    def feldera_goes_down(self) -> None:
        self.run(self.feldera.goes_down())

    def feldera_comes_back(self) -> None:
        self.run(self.feldera.comes_back())

    def feldera_drops(self, requests: int) -> None:
        """The next so many requests that change something are lost on their way to Feldera."""
        for _ in range(requests):
            self.feldera.drops_the_next_request()

    def while_feldera_hangs(self, work: Coroutine[Any, Any, Any], meanwhile: Callable[[], object]) -> None:
        """Feldera (told before what `hangs`) keeps the bot waiting; something happens meanwhile; then it goes on."""
        self.run(self._while_hanging(work, meanwhile))

    async def _while_hanging(self, work: Coroutine[Any, Any, Any], meanwhile: Callable[[], object]) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.reacting_to(work))
            await self.feldera.until_it_hangs()
            meanwhile()
            self.feldera.lets_go()

    async def reacting_to(self, work: Coroutine[Any, Any, Any]) -> None:
        """Somebody does something, and the bot reacts: under way."""
        await work
        await self._settle()

    def dies_while_feldera_hangs(self, work: Coroutine[Any, Any, Any]) -> None:
        """The process is gone while Feldera (told before what `hangs`) keeps it waiting; what hangs goes on to hang."""

        async def dies() -> None:
            task = asyncio.ensure_future(self.reacting_to(work))
            await self.feldera.until_it_hangs()
            task.cancel()
            await asyncio.wait([task])
            await self._die()

        self.run(dies())

    def feldera_falls_during(self, work: Coroutine[Any, Any, Any]) -> None:
        """Feldera (told before what `hangs`) goes down while it keeps the bot waiting."""

        async def falls() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.reacting_to(work))
                await self.feldera.until_it_hangs()
                await self.feldera.goes_down()

        self.run(falls())

    def disk_fills_up(self) -> None:
        """The database's file cannot grow, and not even the smallest entry of the record has room in it."""

        async def fills() -> None:
            store, is_full = self.bot.store, False
            smallest = Event(EventKind.REFUSED, self.bot.driver.clock.now(), {})
            await store._write(_grows_no_more)
            while not is_full:
                try:
                    await store.note(smallest)
                except StoreUnavailable as error:
                    is_full = "is full" in error.message

        self.run(fills())

    def disk_has_room_again(self) -> None:
        self.run(self.bot.store._write(lambda db: db.execute(f"PRAGMA max_page_count = {2**32 - 2}")))

    def disk_takes_nothing(self) -> None:
        """Every write fails, as on a disk that turned read-only."""
        self.run(self.bot.store._write(lambda db: db.execute("PRAGMA query_only = ON")))

    def disk_takes_all_again(self) -> None:
        self.run(self.bot.store._write(lambda db: db.execute("PRAGMA query_only = OFF")))

    @property
    def sent(self) -> list[datetime]:
        """When each request that changes something reached Feldera."""
        return [request.at for request in self.feldera.requests if request.method != "GET"]

    @property
    def sent_steps(self) -> list[str]:
        """What these requests asked for, in order: `stop`, `clear`, `start`."""
        paths = [request.path for request in self.feldera.requests if request.method != "GET"]
        return [path.rpartition("/")[2] for path in paths]
