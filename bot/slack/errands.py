"""Answers that take longer than an ack: tasks that are held, logged and, at the end, waited for.

Nothing of value is done here: an errand only looks and tells. One whose look breaks still tells the person that it
did; an answer that Slack does not take is logged, and never given again.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond

from bot.slack import answers
from bot.slack.blocks import Message

log = structlog.get_logger(__name__)

OK = 200  # HTTP status

T = TypeVar("T")


@dataclass(slots=True)
class Answer:
    """What one person is told about one command or click, through the response URL that Slack gave with it.

    The URL is a secret: it is neither logged nor stored. `replaces`: the message that was clicked turns into the
    answer; otherwise the answer stands beside it.
    """

    respond: AsyncRespond
    replaces: bool = False
    _in_order: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def give(self, said: Message) -> None:
        """Tell, once. Answers arrive in the order in which they were given; one that cannot be given is logged."""
        if self.respond.response_url is None:
            log.warning("answer_not_delivered", why="no response URL")
            return
        async with self._in_order:
            try:
                response = await self.respond(
                    text=said.text,
                    blocks=list(said.blocks),
                    response_type="ephemeral",
                    replace_original=self.replaces,
                )
            except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
                log.warning("answer_not_delivered", why=type(error).__name__)
                return
            if response.status_code != OK:
                log.warning("answer_not_delivered", status=response.status_code)


class Place(Protocol):
    """Where one person is told something, once."""

    async def give(self, said: Message) -> None: ...


@dataclass(slots=True)
class Errands:
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    def run(self, look: Coroutine[Any, Any, Message], answer: Place) -> None:
        """Look, then tell what was seen; if looking breaks, tell that."""

        async def errand() -> None:
            await answer.give(await look)

        self._hold(errand(), apology_through=answer)

    def say(self, said: Message, answer: Place) -> None:
        self._hold(answer.give(said))

    def do(self, work: Coroutine[Any, Any, None], answer: Place) -> None:
        """Do what tells of itself by another way; if it breaks, tell that."""
        self._hold(work, apology_through=answer)

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work that somebody waits for, who may leave before it is done; what breaks in it is theirs to tell."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finished(self) -> None:
        """Wait until no errand runs, those included that start meanwhile."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon(self) -> None:
        """Cancel what still runs, an apology for it included, and wait for it to be gone."""
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)

    def _hold(self, errand: Coroutine[Any, Any, None], *, apology_through: Place | None = None) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, apology_through))

    def _ended(self, task: asyncio.Task[Any], apology_through: Place | None) -> None:
        self._running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("errand_failed", exc_info=error)
        if apology_through is not None:
            self.say(answers.trouble(), apology_through)  # once: an apology has none of its own
