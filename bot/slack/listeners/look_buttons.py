"""Buttons of lists and states: another page, what happened to a request, the state of a pipeline, and its previews.

They change nothing. What a button carries comes back as somebody sends it, and is checked like typed text; what the
person may do is decided at the click.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.access.patterns import is_pattern
from bot.domain.commands import PipelineCommand, model
from bot.domain.ids import PipelineName, UserId
from bot.domain.operations.plans import CLEAR, START, STOP, Plan
from bot.domain.pipelines.state_filters import StateFilter
from bot.domain.pipelines.targets import Targets
from bot.engine.replies import Reply
from bot.slack.listeners.background import ResponseUrlReply
from bot.slack.listeners.context import ListenerContext, value
from bot.slack.listeners.look_queue import LookQueue
from bot.slack.payloads import BlockActions
from bot.slack.text.blocks import Message

_STATES = "|".join(StateFilter)
_LIST_PAGE = re.compile(rf"(\S{{1,150}}) (\S{{1,200}})((?: (?:{_STATES})){{0,{len(StateFilter)}}})")
_HISTORY_PAGE = re.compile(r"(\d{1,18}) (.{1,150})")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")


@dataclass(frozen=True, slots=True)
class LookButtons:
    """`looks` is shared with the typed commands: a click waits its turn like them."""

    context: ListenerContext
    looks: LookQueue

    async def older(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._show_history(ack, delivery, respond, towards="before")

    async def newer(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._show_history(ack, delivery, respond, towards="after")

    async def _show_history(
        self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond, *, towards: str
    ) -> None:
        match = _HISTORY_PAGE.fullmatch(value(delivery))
        if match is None:
            await self._unknown(ack, delivery, respond)
            return
        wanted = _history_of(match[2], self.context.handlers.targets)
        work = self.context.history.page(self.context.who(delivery), wanted, **{towards: int(match[1])})
        await self.context.pressed(work, ack, ResponseUrlReply(respond), replaces=True)

    async def details(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """What happened to a request, beside the list that it is on."""
        work = self.context.history.details(*self.context.clicked(delivery))
        await self.context.pressed(work, ack, ResponseUrlReply(respond))

    async def earlier(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._show_list(ack, delivery, respond, towards="before")

    async def later(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._show_list(ack, delivery, respond, towards="after")

    async def _show_list(
        self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond, *, towards: str
    ) -> None:
        match = _LIST_PAGE.fullmatch(value(delivery))
        if match is None or not is_pattern(match[2]):
            await self._unknown(ack, delivery, respond)
            return
        await ack()
        wanted = model.List(match[2], frozenset(map(StateFilter, match[3].split())))
        actor, beside = self.context.who(delivery), PipelineName(match[1])
        page = self.context.listing.page(actor, wanted, **{towards: beside})
        self.context.background_tasks.run(self._in_words(page), ResponseUrlReply(respond, replaces=True))

    async def state(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """*Details* of a pipeline: what `/pipeline status` says of it."""

        async def look(name: PipelineName) -> Reply:
            return await self.context.status.describe(self.context.who(delivery), name)

        await self._look(look, ack, delivery, respond)

    async def clear(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._preview(CLEAR, ack, delivery, respond)

    async def stop(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._preview(STOP, ack, delivery, respond)

    async def start(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self._preview(START, ack, delivery, respond)

    async def _preview(
        self, plan: Plan, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond
    ) -> None:
        """The same preview as that of the typed command, of the pipeline as it is now."""
        place = delivery.channel
        if place is None:
            await self._unknown(ack, delivery, respond)
            return

        async def look(name: PipelineName) -> Reply:
            command: PipelineCommand = model.pipeline_command(plan, name, reason="", incident="")
            return await self.context.previews.show(self.context.who(delivery), command, place.id)

        await self._look(look, ack, delivery, respond)

    async def _look(
        self,
        look: Callable[[PipelineName], Awaitable[Reply]],
        ack: AsyncAck,
        delivery: BlockActions,
        respond: AsyncRespond,
    ) -> None:
        """Answer beside the message, which stays for the next click."""
        name = PipelineName(value(delivery))
        if not self.context.handlers.targets.may_be_typed(name):
            await self._unknown(ack, delivery, respond)
            return

        async def seen() -> Reply:
            async with self.looks.turn(name):
                return await look(name)

        await self.context.pressed(seen(), ack, ResponseUrlReply(respond))

    async def _in_words(self, reply: Coroutine[Any, Any, Reply]) -> Message:
        return self.context.in_words(await reply)

    async def _unknown(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        work = self.context.requests.not_a_button(self.context.who(delivery), delivery.action.action_id)
        await self.context.pressed(work, ack, ResponseUrlReply(respond))


def _history_of(title: str, targets: Targets) -> model.HistoryCommand:
    person = _PERSON.fullmatch(title)
    if person is not None:
        return model.HistoryCommand(user=UserId(person[1]))
    return (
        model.HistoryCommand(name=PipelineName(title))
        if targets.may_be_typed(title)
        else model.HistoryCommand()
    )
