"""Modal submissions (deny, break-glass): the reply is the modal itself, or an error on its field."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.access.requests.request_objections import NameNotTyped
from bot.domain.ids import OperationId
from bot.engine.replies import Reply
from bot.engine.work_context import about
from bot.slack.listeners.background import ModalReply
from bot.slack.listeners.context import ListenerContext
from bot.slack.payloads import View, ViewSubmission
from bot.slack.text.blocks import Message
from bot.slack.views import answers
from bot.slack.views.forms import modal_titles, modals


@dataclass(frozen=True, slots=True)
class Submissions:
    """`client` updates a modal whose reply was not ready in time for the ack."""

    context: ListenerContext
    client: AsyncWebClient

    async def deny(self, ack: AsyncAck, delivery: ViewSubmission) -> None:
        view = delivery.view
        operation_id = OperationId(view.private_metadata)
        about(operation_id)
        await self._done(
            self.context.requests.deny(self.context.who(delivery), operation_id, modals.typed(view)),
            ack,
            view,
        )

    async def break_glass(self, ack: AsyncAck, delivery: ViewSubmission) -> None:
        view = delivery.view
        operation_id, typed = OperationId(view.private_metadata), modals.typed(view)
        about(operation_id)
        await self._done(
            self.context.handlers.confirm(self.context.who(delivery), operation_id, typed=typed), ack, view
        )

    async def _done(self, work: Coroutine[Any, Any, Reply], ack: AsyncAck, view: View) -> None:
        async def in_words() -> Message:
            return self.context.in_words(await task)

        task = await self.context.background_tasks.begun(work)
        if not task.done():
            await ack(response_action="update", view=_showing(answers.takes_longer(), view))
            self.context.background_tasks.run(in_words(), ModalReply(self.client, view.id, view.callback_id))
            return
        reply = task.result()
        if isinstance(reply, NameNotTyped):
            await ack(response_action="errors", errors=modals.name_differs(reply.pipeline))
        else:
            await ack(response_action="update", view=_showing(self.context.in_words(reply), view))


def _showing(said: Message, submitted: View) -> dict[str, Any]:
    return modals.showing(said, modal_titles.title(submitted.callback_id, said.action))
