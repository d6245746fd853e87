"""Fifty commands a second, and people who have pipelines cleared meanwhile, whatever becomes of the bot."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from bot.simulator.slack import Person
from bot.slack.listeners import background
from tests.processes.world import PATIENCE, World

RATE = 50  # commands a second
WORDS = ("help", "whoami", "pending", "rules")
READS_FOR = 0.03  # seconds from the preview to the click
ACK_WAITS = background.PATIENCE  # seconds until a click is acknowledged, stored or not
PREVIEW_WITHIN = 10.0  # seconds until somebody types the command again
TRIES_AGAIN_AFTER = 0.1  # seconds from Slack's error to the next try


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, by the loop's time: when it was sent and answered, and Slack's error instead of an answer."""

    text: str
    sent: float
    answered: float
    error: str | None


@dataclass(slots=True)
class Load:
    """The schedule waits for no answer, but where a busy machine owes a second's. It begins with `begins()`.

    Use it as a context: at the end of it every command was answered or refused.
    """

    world: World
    people: list[Person]
    typed: list[Typed] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    def begins(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def __aexit__(self, *_error: object) -> None:
        self._ends.set()
        if self._running is not None:
            await self._running

    async def until_answered(self, after: float) -> float:
        """When the first command was answered that was typed after this moment."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._news.clear()
                found = [each.answered for each in self.typed if not each.error and each.sent > after]
                if found:
                    return min(found)
                await self._news.wait()

    async def _run(self) -> None:
        began = asyncio.get_running_loop().time()
        owed = asyncio.Semaphore(RATE)
        async with asyncio.TaskGroup() as commands:
            for number in count():
                await owed.acquire()
                if self._ends.is_set():
                    return
                commands.create_task(self._types(number)).add_done_callback(lambda _: owed.release())
                due = began + (number + 1) / RATE
                await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))

    async def _types(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        person = self.people[number % len(self.people)]
        text = f"/pipeline {WORDS[number % len(WORDS)]}"
        sent = loop.time()
        answer = await person.types(text, channel=self.world.channel)
        self.typed.append(Typed(text, sent, loop.time(), answer.error))
        self._news.set()


class Clear:
    """Somebody has a pipeline cleared, and tries again where Slack says that the bot did not answer."""

    def __init__(self, world: World, number: int, *, takes: float) -> None:
        self.name = f"orders-{number:02}"
        self.channel = world.slack.adds_channel(f"ops-{number:02}")
        self.person = world.operator(f"person{number:02}")
        self.refused = 0  # commands and clicks for which the person was shown an error
        self._world = world
        world.feldera.adds(self.name, clear_takes=takes)

    @property
    def is_confirmed(self) -> bool:
        """As the database says, of whatever schema it is at the moment."""
        with closing(sqlite3.connect(self._world.database)) as db:
            found = db.execute(
                "SELECT 1 FROM operations WHERE pipeline = ? AND confirmed_at IS NOT NULL", (self.name,)
            )
            return found.fetchone() is not None

    async def asks(self) -> None:
        label = f"Clear {self.name}"
        while not self.is_confirmed:
            if not self._world.is_offered(self.person, label):
                answer = await self.person.types(f"/pipeline clear {self.name}", channel=self.channel)
                if answer.error is not None:
                    await self._is_told()
                    continue
                if not await self._sees(label):
                    continue
            await asyncio.sleep(READS_FOR)
            if not self._world.is_offered(self.person, label):
                continue  # an earlier click, acknowledged late, has been stored since
            began = asyncio.get_running_loop().time()
            answer = await self.person.clicks(label)
            took = asyncio.get_running_loop().time() - began
            if answer.error is not None:
                await self._is_told()
            elif took < ACK_WAITS:
                # Slack was told that it arrived: it must be stored, whatever becomes of this process.
                assert self.is_confirmed, self.name

    async def _sees(self, label: str) -> bool:
        """Whether the preview came: one that took a bot longer than it may take to stop never does."""
        try:
            await self._world.slack.until(
                lambda: self._world.is_offered(self.person, label), within=PREVIEW_WITHIN
            )
        except TimeoutError:
            return False
        return True

    async def _is_told(self) -> None:
        self.refused += 1
        await asyncio.sleep(TRIES_AGAIN_AFTER)
