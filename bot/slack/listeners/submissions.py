"""Modals that were submitted: the answer is the modal itself, or an error on its field."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.names import OperationId
from bot.engine.replies import NameWanted
from bot.slack import modals
from bot.slack.listeners.desk import Desk, who


@dataclass(frozen=True, slots=True)
class Submissions:
    desk: Desk

    async def deny(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        operation_id = OperationId(str(view.get("private_metadata", "")))
        reply = await self.desk.requests.deny(who(body), operation_id, modals.typed(view))
        await ack(response_action="update", view=modals.showing(self.desk.in_words(reply)))

    async def break_glass(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        operation_id = OperationId(str(view.get("private_metadata", "")))
        reply = await self.desk.handlers.confirm(who(body), operation_id, typed=modals.typed(view))
        if isinstance(reply, NameWanted):
            await ack(response_action="errors", errors=modals.name_differs(reply.operation.pipeline))
        else:
            await ack(response_action="update", view=modals.showing(self.desk.in_words(reply)))
