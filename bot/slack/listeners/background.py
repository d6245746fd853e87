"""What may take longer than an ack: tasks that are held, logged and, at the end, waited for.

An errand only looks and tells. A deed is begun here when an ack waits for it, which it does for two seconds and no
longer. Whoever did something that breaks is told that it did; an answer that Slack does not take is logged, and never
given again.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.ports import StoreLost, StoreUnavailable
from bot.slack.api.web_api import CallSucceeded, ask
from bot.slack.text.blocks import Message
from bot.slack.views import answers, modals

log = structlog.get_logger(__name__)

OK = 200  # HTTP status
PATIENCE = 2.0  # seconds; Slack waits three for an ack, the way there and back included

_T = TypeVar("_T")


class ReplyChannel(Protocol):
    """A way to one person, for what they have to be told after the ack."""

    async def give(self, said: Message) -> None:
        """Tell; what cannot be told is logged."""
        ...


@dataclass(slots=True)
class ResponseUrlReply:
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


@dataclass(frozen=True, slots=True)
class ModalReply:
    """What one person is told in the modal that they submitted, if they have not closed it."""

    client: AsyncWebClient
    view_id: str

    async def give(self, said: Message) -> None:
        answer = await ask(self.client.views_update(view_id=self.view_id, view=modals.showing(said)))
        if not isinstance(answer, CallSucceeded):
            log.warning("answer_not_delivered", why=str(answer))


def log_failure(event: str, error: BaseException) -> None:
    """A disk that is full is no bug of ours, and a store that is lost is logged where the bot ends."""
    if isinstance(error, StoreLost):
        return
    if isinstance(error, StoreUnavailable):
        log.warning(event, why=error.message)
    else:
        log.error(event, exc_info=error)


@dataclass(slots=True)
class BackgroundTasks:
    """`patience` is how many seconds an ack waits for what is to be done before it."""

    patience: float = PATIENCE
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def begun(self, deed: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Begin a deed, and wait for it as long as its ack can wait. It goes on until it is done, whoever waits."""
        task = self.begin(deed)
        await asyncio.wait([task], timeout=self.patience)
        return task

    def run(self, look: Awaitable[Message], answer: ReplyChannel) -> None:
        """Look, then tell what was seen; if looking breaks, tell that."""

        async def errand() -> None:
            await answer.give(await look)

        self._hold(errand(), apology_through=answer)

    def say(self, said: Message, answer: ReplyChannel) -> None:
        self._hold(answer.give(said))

    def do(self, work: Coroutine[Any, Any, None], answer: ReplyChannel) -> None:
        """Do what tells of itself by another way; if it breaks, tell that."""
        self._hold(work, apology_through=answer)

    def begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
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

    def _hold(
        self, errand: Coroutine[Any, Any, None], *, apology_through: ReplyChannel | None = None
    ) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, apology_through))

    def _ended(self, task: asyncio.Task[Any], apology_through: ReplyChannel | None) -> None:
        self._running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log_failure("errand_failed", error)
        if apology_through is not None:
            self.say(answers.failed(error), apology_through)  # once: an apology has none of its own
