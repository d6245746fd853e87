"""Buttons: on previews, which only one person sees, and on cards, which all see and only some may press."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import words
from bot.domain.names import PipelineName, UserId, is_pipeline_name
from bot.engine.replies import Asked, Begun, NotYours
from bot.slack import answers, modals
from bot.slack.errands import Answer
from bot.slack.listeners.desk import Desk, clicked, value, who

_OLDER = re.compile(r"(\d{1,18}) (.{1,80})")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")


@dataclass(frozen=True, slots=True)
class Clicks:
    """`client` opens modals."""

    desk: Desk
    client: AsyncWebClient

    async def confirm(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.handlers.confirm(actor, operation_id)
        answer = Answer(respond, replaces=not isinstance(reply, NotYours))
        if isinstance(reply, Begun | Asked):
            # No other coroutine runs between the commit and this line that could post the card first.
            # An errand, since the address that takes answers may hang: no other card waits for it.
            self.desk.threads.can_tell(operation_id, partial(self.desk.errands.say, answer=answer))
        await ack()
        self.desk.errands.say(self.desk.in_words(reply), answer)

    async def drop(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.handlers.drop(actor, operation_id)
        await ack()
        self.desk.replace(reply, respond)

    async def break_glass(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        _, operation_id = clicked(body)
        # A modal that is submitted cannot change the preview: this click can, once the card stands.
        answer = Answer(respond, replaces=True)
        self.desk.threads.can_tell(operation_id, partial(self.desk.errands.say, answer=answer))
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=modals.type_the_name(operation_id))

    async def deny(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        refusal = await self.desk.requests.why_not_deny(actor, operation_id)
        await ack()
        if refusal is not None:
            self.desk.tell(refusal, respond)
            return
        await self.client.views_open(trigger_id=body["trigger_id"], view=modals.why_deny(operation_id))

    async def approve(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.requests.approve(actor, operation_id)
        await ack()
        self.desk.tell(reply, respond)

    async def withdraw(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.requests.withdraw(actor, operation_id)
        await ack()
        self.desk.tell(reply, respond)

    async def stop(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.requests.stop(actor, operation_id)
        await ack()
        self.desk.tell(reply, respond)

    async def sign_off(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.requests.sign_off(actor, operation_id)
        await ack()
        self.desk.tell(reply, respond)

    async def close(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = clicked(body)
        reply = await self.desk.handlers.close(actor, operation_id)
        await ack()
        self.desk.tell(reply, respond)

    async def older(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """The next page of the record; what it is of comes back in the button, and is checked like typing."""
        await ack()
        match = _OLDER.fullmatch(value(body))
        if match is None:
            self.desk.errands.say(answers.unknown_button(), Answer(respond))
            return
        reply = await self.desk.access.history(who(body), _of(match[2]), before=int(match[1]))
        self.desk.replace(reply, respond)

    async def unknown(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        reply = await self.desk.requests.not_a_button(who(body), str(body["actions"][0].get("action_id", "")))
        await ack()
        self.desk.tell(reply, respond)


def _of(title: str) -> words.History:
    person = _PERSON.fullmatch(title)
    if person is not None:
        return words.History(user=UserId(person[1]))
    return words.History(name=PipelineName(title)) if is_pipeline_name(title) else words.History()
