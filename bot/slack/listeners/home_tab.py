"""Home tab listeners: somebody opened the tab, or pressed a button on it.

Its buttons are those of the cards, and are answered as truly and as soon, however old the page is. What went well is
shown by the page itself, which is published again; every no is told on the screen, and so is all that took long.
"""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck

from bot.domain.ids import Actor, OperationId
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.replies import Reply, Result
from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.reply_channels import ScreenReply
from bot.slack.payloads import BlockActions, HomeOpened
from bot.slack.publishing.home_tabs import SlackHomeTabs
from bot.slack.views import card

_ANSWERED_BY_HOME_TAB = frozenset(
    {
        Result.APPROVED,
        Result.DENIED,
        Result.WITHDRAWN,
        Result.CANCELLED,
        Result.SIGNED_OFF,
        Result.CLOSED,
    }
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
        action, screen = (
            delivery.action.action_id,
            ScreenReply.of(delivery, self.tabs.client, self.context.threads),
        )
        if action == card.DENY:
            await self.context.open_denial_form(actor, operation_id, ack, screen, screen)
        else:
            work = self._done(action, actor, operation_id)
            await self.context.pressed(work, ack, screen, shown_elsewhere=_ANSWERED_BY_HOME_TAB)
        self.homes.looked_at_by(actor)

    async def _done(self, action: str, actor: Actor, operation_id: OperationId) -> Reply:
        requests = self.context.requests
        match action:
            case card.APPROVE:
                return await requests.approve(actor, operation_id)
            case card.WITHDRAW:
                return await requests.withdraw(actor, operation_id)
            case card.CANCEL:
                return await requests.stop(actor, operation_id)
            case card.SIGN_OFF:
                return await requests.sign_off(actor, operation_id)
            case card.CLOSE:
                return await self.context.requests.close(actor, operation_id)
            case _:
                return await requests.not_a_button(actor, action)
