"""Reply channel for interactions that have no message to reply to, and no response URL.

The reply is a modal, if Slack still lets one open (for three seconds); otherwise a direct message.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, UserId
from bot.engine.ports import Taken
from bot.slack.api.web_api import CallSucceeded, ask
from bot.slack.payloads import BlockActions, Delivery, Shortcut, ViewSubmission, action_of
from bot.slack.publishing.threads import Threads
from bot.slack.text.blocks import Message
from bot.slack.views.forms import modal_titles, modals

log = structlog.get_logger(__name__)


_Opening = BlockActions | ViewSubmission | Shortcut
"""Payloads with a trigger id, which can open a modal, and perhaps without a message."""


def is_on_home(delivery: Delivery | None) -> bool:
    """Whether this is an interaction on a Home tab."""
    return isinstance(delivery, BlockActions) and delivery.view is not None and delivery.view.type == "home"


@dataclass(frozen=True, slots=True)
class ScreenReply:
    """A `bot.slack.listeners.background.ReplyChannel` to one person's screen: `trigger_id` opens a modal there.

    `pressed` is the action id of the button, or the callback id of the form or shortcut, that is replied to.
    """

    user: UserId
    trigger_id: str
    pressed: str
    client: AsyncWebClient
    threads: Threads
    _in_order: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False)

    @classmethod
    def of(cls, delivery: _Opening, client: AsyncWebClient, threads: Threads) -> Self:
        """To the sender of this payload."""
        return cls(delivery.user.id, delivery.trigger_id, action_of(delivery), client, threads)

    @classmethod
    def without_message(
        cls, delivery: Delivery | None, client: AsyncWebClient, threads: Threads
    ) -> Self | None:
        """To the sender, where there is no message: on a Home tab, in a modal, by a shortcut. None elsewhere."""
        match delivery:
            case ViewSubmission() | Shortcut():
                return cls.of(delivery, client, threads)
            case BlockActions() if delivery.view is not None:
                return cls.of(delivery, client, threads)
        return None

    async def give(self, said: Message) -> None:
        """Tell, once. Answers arrive in the order in which they were given; one that cannot be told is logged."""
        async with self._in_order:
            if await self.opens(modals.showing(said, modal_titles.title(self.pressed, said.action))):
                return
            told = await self.threads.post_notice(ChannelId(self.user), said)
        if not isinstance(told, Taken):
            log.warning("answer_not_delivered", why=type(told).__name__)

    async def opens(self, view: dict[str, Any]) -> bool:
        """Open a modal; False unless Slack confirms it."""
        answer = await ask(self.client.views_open(trigger_id=self.trigger_id, view=view))
        if not isinstance(answer, CallSucceeded):
            log.warning("modal_not_opened", why=repr(answer))
        return isinstance(answer, CallSucceeded)
