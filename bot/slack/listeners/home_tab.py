"""The Home tab: somebody opened it, or pressed a button on it.

Its buttons are those of the cards, and are answered as truly, however old the page is. What went well is told by the
page itself, which is published anew; every no is told on the screen.
"""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck

from bot.domain.ids import Actor, OperationId
from bot.engine import replies
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.replies import Reply
from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.reply_channels import ScreenReply
from bot.slack.payloads import BlockActions, HomeOpened
from bot.slack.publishing.home_tabs import SlackHomeTabs
from bot.slack.text.blocks import Message
from bot.slack.views import card, modals
from bot.slack.views.home_view import typed_instead

_SHOWN_BY_THE_PAGE = (
    replies.ApprovedIt,
    replies.DeniedIt,
    replies.Withdrew,
    replies.StoppedIt,
    replies.SignedItOff,
    replies.ClosedByHand,
)


@dataclass(frozen=True, slots=True)
class HomeTab:
    context: ListenerContext
    homes: HomeRefresher
    tabs: SlackHomeTabs

    async def opened(self, delivery: HomeOpened) -> None:
        event = delivery.event
        if event.tab != "home":
            return
        self.tabs.found(event.user, None if event.view is None else event.view.hash)
        self.homes.looked_at_by(self.context.who(delivery))

    async def pressed(self, ack: AsyncAck, delivery: BlockActions) -> None:
        actor, operation_id = self.context.clicked(delivery)
        action = delivery.action.action_id
        if action == card.DENY:
            await self._deny(actor, operation_id, ack, delivery)
        else:
            reply = await self._done(action, actor, operation_id)
            await ack()
            if not isinstance(reply, _SHOWN_BY_THE_PAGE):
                self._tell(self.context.in_words(reply), delivery)
        self.homes.looked_at_by(actor)

    async def _done(self, action: str, actor: Actor, operation_id: OperationId) -> Reply:
        requests = self.context.requests
        match action:
            case card.APPROVE:
                return await requests.approve(actor, operation_id)
            case card.WITHDRAW:
                return await requests.withdraw(actor, operation_id)
            case card.STOP:
                return await requests.stop(actor, operation_id)
            case card.SIGN_OFF:
                return await requests.sign_off(actor, operation_id)
            case card.CLOSE:
                return await self.context.handlers.close(actor, operation_id)
            case _:
                return await requests.not_a_button(actor, action)

    async def _deny(
        self, actor: Actor, operation_id: OperationId, ack: AsyncAck, delivery: BlockActions
    ) -> None:
        refusal = await self.context.requests.why_not_deny(actor, operation_id)
        await ack()
        if refusal is not None:
            self._tell(self.context.in_words(refusal), delivery)
        elif not await self._screen(delivery).opens(modals.why_deny(operation_id)):
            self._tell(typed_instead(operation_id), delivery)

    def _tell(self, said: Message, delivery: BlockActions) -> None:
        self.context.background_tasks.say(said, self._screen(delivery))

    def _screen(self, delivery: BlockActions) -> ScreenReply:
        return ScreenReply.of(delivery, self.tabs.client, self.context.threads)
