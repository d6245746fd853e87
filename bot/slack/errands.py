"""Answers that take longer than an ack: tasks that are held, logged and, at the end, waited for.

Nothing of value is done here: an errand only looks and tells. One that breaks still tells the person that it did.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond

from bot.slack import answers
from bot.slack.blocks import Message

log = structlog.get_logger(__name__)

OK = 200  # HTTP status


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
        """Tell. Answers arrive in the order in which they were given."""
        async with self._in_order:
            try:
                response = await self.respond(
                    text=said.text,
                    blocks=list(said.blocks),
                    response_type="ephemeral",
                    replace_original=self.replaces,
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("answer_not_delivered", why=type(error).__name__)
                return
            if response.status_code != OK:
                log.warning("answer_not_delivered", status=response.status_code)


@dataclass(slots=True)
class Errands:
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def run(self, look: Coroutine[Any, Any, Message], answer: Answer) -> None:
        """Look, then tell what was seen; if looking breaks, tell that."""

        async def errand() -> None:
            await answer.give(await look)

        self._hold(errand(), answer)

    def say(self, said: Message, answer: Answer) -> None:
        self._hold(answer.give(said), answer)

    async def finished(self) -> None:
        """Wait until no errand runs, those included that start meanwhile."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon(self) -> None:
        """Cancel what still runs, and wait for it to be gone."""
        for task in self._running:
            task.cancel()
        await self.finished()

    def _hold(self, errand: Coroutine[Any, Any, None], answer: Answer) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, answer))

    def _ended(self, task: asyncio.Task[None], answer: Answer) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("errand_failed", exc_info=error)
            self.say(answers.trouble(), answer)
