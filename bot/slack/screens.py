"""How somebody is answered who did something where there is no message to answer, and no response URL.

A modal says it, if Slack still lets one open (for three seconds); otherwise a direct message does.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.names import ChannelId
from bot.engine.ports import Taken
from bot.slack import modals
from bot.slack.blocks import Message
from bot.slack.calls import Done, ask
from bot.slack.threads import Threads

log = structlog.get_logger(__name__)


def is_on_home(body: dict[str, Any]) -> bool:
    """Whether a payload is of something that was done on a Home."""
    view = body.get("view")
    return isinstance(view, dict) and view.get("type") == "home"


def has_no_message(body: dict[str, Any]) -> bool:
    """Whether a payload comes from where no message can be answered: a Home, a modal, a shortcut."""
    return isinstance(body.get("view"), dict) or body.get("type") == "shortcut"


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen of whoever sent `body`: what `bot.slack.errands.Answer` is for messages."""

    client: AsyncWebClient
    threads: Threads
    body: dict[str, Any]

    async def give(self, said: Message) -> None:
        """Tell, once; what cannot be told is logged."""
        if await self.opens(modals.showing(said)):
            return
        told = await self.threads.post_notice(ChannelId(self.body["user"]["id"]), said)
        if not isinstance(told, Taken):
            log.warning("answer_not_delivered", why=type(told).__name__)

    async def opens(self, view: dict[str, Any]) -> bool:
        """Open a modal; false where Slack does not say that it did."""
        answer = await ask(self.client.views_open(trigger_id=self.body["trigger_id"], view=view))
        if not isinstance(answer, Done):
            log.warning("modal_not_opened", why=repr(answer))
        return isinstance(answer, Done)
