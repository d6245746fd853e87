"""The Home tab: somebody opened it, or pressed a button on it.

Its buttons are those of the cards, and are answered as truly, however old the page is. What went well is told by the
page itself, which is published anew; every no is told on the screen.
"""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.names import Actor, OperationId
from bot.engine import replies
from bot.engine.homes import Homes
from bot.engine.replies import Reply
from bot.slack import card, modals
from bot.slack.blocks import Message
from bot.slack.home import typed_instead
from bot.slack.hometabs import HomeTabs
from bot.slack.listeners.desk import Desk
from bot.slack.screens import Screen

_SHOWN_BY_THE_PAGE = (
    replies.ApprovedIt,
    replies.DeniedIt,
    replies.TookBack,
    replies.StoppedIt,
    replies.SignedItOff,
    replies.ClosedByHand,
)


@dataclass(frozen=True, slots=True)
class HomeTab:
    desk: Desk
    homes: Homes
    tabs: HomeTabs

    async def opened(self, body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tab") != "home":
            return
        actor = self.desk.who(body)
        self.tabs.found(actor.user, (event.get("view") or {}).get("hash"))
        self.homes.looked_at_by(actor)

    async def pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        actor, operation_id = self.desk.clicked(body)
        action = body["actions"][0]["action_id"]
        if action == card.DENY:
            await self._deny(actor, operation_id, ack, body)
        else:
            reply = await self._done(action, actor, operation_id)
            await ack()
            if not isinstance(reply, _SHOWN_BY_THE_PAGE):
                self._tell(self.desk.in_words(reply), body)
        self.homes.looked_at_by(actor)

    async def _done(self, action: str, actor: Actor, operation_id: OperationId) -> Reply:
        requests = self.desk.requests
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
                return await self.desk.handlers.close(actor, operation_id)
            case _:
                return await requests.not_a_button(actor, action)

    async def _deny(
        self, actor: Actor, operation_id: OperationId, ack: AsyncAck, body: dict[str, Any]
    ) -> None:
        refusal = await self.desk.requests.why_not_deny(actor, operation_id)
        await ack()
        if refusal is not None:
            self._tell(self.desk.in_words(refusal), body)
        elif not await self._screen(body).opens(modals.why_deny(operation_id)):
            self._tell(typed_instead(operation_id), body)

    def _tell(self, said: Message, body: dict[str, Any]) -> None:
        self.desk.errands.say(said, self._screen(body))

    def _screen(self, body: dict[str, Any]) -> Screen:
        return Screen(self.tabs.client, self.desk.threads, body)
