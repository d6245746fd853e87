"""Background tasks: work that may take longer than an ack. Each is kept and logged if it fails; shutdown waits for it.

Most only read and reply. An operation starts here when an ack waits for it, which it does for two seconds at most. If
work fails, its person is told; a reply that Slack does not take is logged, and never retried.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.ports import DatabaseLost, StoreUnavailable
from bot.slack.api.web_api import CallSucceeded, ask
from bot.slack.text.blocks import Message
from bot.slack.views import answers
from bot.slack.views.forms import modal_titles, modals

log = structlog.get_logger(__name__)

OK, REFUSED = (
    200,
    400,
)  # HTTP statuses; 400 is Slack's for a message it does not take, 404 for a URL that is used up
PATIENCE = 2.0  # seconds; Slack waits three for an ack, the round trip included

_T = TypeVar("_T")


class ReplyChannel(Protocol):
    """A way to reply to one person after the ack."""

    async def give(self, said: Message) -> None:
        """Send the reply; a failure is logged."""
        ...


@dataclass(slots=True)
class ResponseUrlReply:
    """Replies to one person about one command or click, through the response URL that Slack sent with it.

    The URL is a secret: it is neither logged nor stored. `replaces`: the reply replaces the clicked message, or what the
    ack of a command said; otherwise it appears beside it. Slack's documentation promises that of clicks alone. Where
    Slack adds the reply to a command instead, what the ack said stays on the screen, and therefore must stay true.
    """

    respond: AsyncRespond
    replaces: bool = False
    _in_order: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def give(self, said: Message) -> None:
        """Send once, and beside the message if Slack refuses to replace it. Replies arrive in the order given."""
        if self.respond.response_url is None:
            log.warning("answer_not_delivered", why="no response URL")
            return
        async with self._in_order:
            status = await self._send(said, replaces=self.replaces)
            if self.replaces and status == REFUSED:
                status = await self._send(said, replaces=False)
        if status not in {OK, None}:
            log.warning("answer_not_delivered", status=status)

    async def _send(self, said: Message, *, replaces: bool) -> int | None:
        """Slack's status; None if there is none, which is logged: Slack may have shown the reply."""
        try:
            response = await self.respond(
                text=said.text,
                blocks=list(said.blocks),
                response_type="ephemeral",
                replace_original=replaces,
            )
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            log.warning("answer_not_delivered", why=type(error).__name__)
            return None
        return response.status_code


@dataclass(frozen=True, slots=True)
class ModalReply:
    """Replies to one person in the modal that they submitted, if they have not closed it. `form` is its callback id."""

    client: AsyncWebClient
    view_id: str
    form: str

    async def give(self, said: Message) -> None:
        view = modals.showing(said, modal_titles.title(self.form, said.action))
        answer = await ask(self.client.views_update(view_id=self.view_id, view=view))
        if not isinstance(answer, CallSucceeded):
            log.warning("answer_not_delivered", why=str(answer))


def log_failure(event: str, error: BaseException) -> None:
    """Log a failure. A full disk is no bug of ours, and a lost store is logged where the bot ends."""
    if isinstance(error, DatabaseLost):
        return
    if isinstance(error, StoreUnavailable):
        log.warning(event, why=error.message)
    else:
        log.error(event, exc_info=error)


@dataclass(slots=True)
class BackgroundTasks:
    """`patience` is how many seconds an ack waits for the work before it."""

    patience: float = PATIENCE
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def begun(self, work: Coroutine[Any, Any, _T], *, at_once: bool = False) -> asyncio.Task[_T]:
        """Start work, and wait for it as long as its ack can; `at_once`: only for what needs no waiting.

        It runs until it is done, even if nothing waits.
        """
        task = self.begin(work)
        await asyncio.wait([task], timeout=0 if at_once else self.patience)
        return task

    def run(self, look: Awaitable[Message], answer: ReplyChannel) -> None:
        """Look, then reply with the result; if that fails, say so."""

        async def work() -> None:
            await answer.give(await look)

        self._hold(work(), apology_through=answer)

    def say(self, said: Message, answer: ReplyChannel) -> None:
        self._hold(answer.give(said))

    def do(self, work: Coroutine[Any, Any, None], answer: ReplyChannel) -> None:
        """Run work that replies in its own way; if it fails, say so through `answer`."""
        self._hold(work, apology_through=answer)

    def begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Start work for a caller, who may stop waiting before it is done, and who reports its failure."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finished(self) -> None:
        """Wait until no task runs, including those that start meanwhile."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon(self) -> None:
        """Cancel what still runs, including apologies for it, and wait until it has ended."""
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)

    def _hold(self, work: Coroutine[Any, Any, None], *, apology_through: ReplyChannel | None = None) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, apology_through))

    def _ended(self, task: asyncio.Task[Any], apology_through: ReplyChannel | None) -> None:
        self._running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log_failure("errand_failed", error)
        if apology_through is not None:
            self.say(answers.failed(error), apology_through)  # once: a failed apology gets none
