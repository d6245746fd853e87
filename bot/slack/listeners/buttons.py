"""Block actions: buttons on previews, which one person sees, and on cards, which all see and only some may press."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import HelpTopic
from bot.domain.operations.operation import Operation
from bot.engine.replies import ActionResult, NotYours, Reply
from bot.slack.listeners.background import ModalReply, ReplyChannel, ResponseUrlReply
from bot.slack.listeners.context import ListenerContext, value
from bot.slack.listeners.reply_channels import ScreenReply
from bot.slack.payloads import BlockActions
from bot.slack.text.blocks import Message
from bot.slack.views import decisions_view, help_view
from bot.slack.views.access import access_request_view
from bot.slack.views.forms import modals, unopened_forms


@dataclass(frozen=True, slots=True)
class Buttons:
    """`client` opens modals."""

    context: ListenerContext
    client: AsyncWebClient

    async def confirm(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        actor, operation_id = self.context.clicked(delivery)
        answer = ResponseUrlReply(respond)

        async def work() -> Reply:
            reply = await self.context.handlers.confirm(actor, operation_id)
            if isinstance(reply, ActionResult) and reply.is_confirmed:
                # No other coroutine runs between the commit and this line that could post the card first.
                # A background task, since the response URL may hang: no other card waits for it.
                self.context.threads.can_notify(
                    operation_id, partial(self.context.background_tasks.say, answer=answer)
                )
            return reply

        await self.context.pressed(work(), ack, answer, replaces=True)

    async def stop_and_clear(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """Replace the message with the longer plan's preview; that looks at Feldera, so it is a background task."""
        actor, operation_id = self.context.clicked(delivery)
        await ack()
        answer = ResponseUrlReply(respond)

        async def taken() -> Message:
            offer = await self.context.previews.offered(actor, operation_id)
            answer.replaces = not isinstance(offer, NotYours)
            return self.context.in_words(
                await self.context.previews.take(offer) if isinstance(offer, Operation) else offer
            )

        self.context.background_tasks.run(taken(), answer)

    async def drop(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        work = self.context.handlers.drop(*self.context.clicked(delivery))
        await self.context.pressed(work, ack, ResponseUrlReply(respond), replaces=True)

    async def break_glass(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        actor, operation_id = self.context.clicked(delivery)

        async def form() -> dict[str, Any] | Reply:
            shown = await self.context.previews.shown_to(actor, operation_id)
            if not isinstance(shown, Operation):
                return shown
            # A modal that is submitted cannot change the preview: this click can, once the card stands.
            say = partial(self.context.background_tasks.say, answer=ResponseUrlReply(respond, replaces=True))
            self.context.threads.can_notify(operation_id, say)
            return modals.type_the_name(shown)

        await self.context.opens(
            form(),
            ack,
            self._screen(delivery),
            ResponseUrlReply(respond),
            unopened=unopened_forms.break_glass(),
            too_late=unopened_forms.break_glass_expired(),
        )

    async def deny(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.open_denial_form(
            *self.context.clicked(delivery), ack, self._screen(delivery), ResponseUrlReply(respond)
        )

    async def approve(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.pressed(
            self.context.requests.approve(*self.context.clicked(delivery)), ack, ResponseUrlReply(respond)
        )

    async def approve_typed(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """*Approve* on the answer to `approve ID`: as on the card, but that answer turns into the result."""
        work = self.context.requests.approve(*self.context.clicked(delivery))
        await self.context.pressed(work, ack, ResponseUrlReply(respond), replaces=True)

    async def leave_waiting(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        _, operation_id = self.context.clicked(delivery)
        await ack()
        left = decisions_view.left_waiting(operation_id)
        self.context.background_tasks.say(left, ResponseUrlReply(respond, replaces=True))

    async def withdraw(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.pressed(
            self.context.requests.withdraw(*self.context.clicked(delivery)), ack, ResponseUrlReply(respond)
        )

    async def stop(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.pressed(
            self.context.requests.stop(*self.context.clicked(delivery)), ack, ResponseUrlReply(respond)
        )

    async def sign_off(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.pressed(
            self.context.requests.sign_off(*self.context.clicked(delivery)), ack, ResponseUrlReply(respond)
        )

    async def close(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        await self.context.pressed(
            self.context.requests.close(*self.context.clicked(delivery)), ack, ResponseUrlReply(respond)
        )

    async def ask_for_access(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """Write to admins what its presser was refused; a form that shows the refusal turns into the answer."""
        denied = access_request_view.denied_in(value(delivery))
        if denied is None:
            await self.unknown(ack, delivery, respond)
            return
        answer: ReplyChannel = ResponseUrlReply(respond)
        if delivery.view is not None:
            answer = ModalReply(self.client, delivery.view.id, access_request_view.ASK_FOR_ACCESS)
        await self.context.pressed(
            self.context.access_requests.ask(self.context.who(delivery), denied), ack, answer
        )

    def _screen(self, delivery: BlockActions) -> ScreenReply:
        return ScreenReply.of(delivery, self.client, self.context.threads)

    async def help_topic(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        """Explain a topic beside the help; what it is comes back in the button, and is checked like typed text."""
        topic = value(delivery)
        if topic not in {*HelpTopic}:
            await self.unknown(ack, delivery, respond)
            return
        await ack()
        self.context.background_tasks.say(help_view.about(topic), ResponseUrlReply(respond))

    async def unknown(self, ack: AsyncAck, delivery: BlockActions, respond: AsyncRespond) -> None:
        work = self.context.requests.not_a_button(self.context.who(delivery), delivery.action.action_id)
        await self.context.pressed(work, ack, ResponseUrlReply(respond))
