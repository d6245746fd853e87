"""What every listener needs: the handlers, a way to answer, and how a payload says who did what."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.names import Actor, OperationId, TeamId, UserId
from bot.engine.access import Access
from bot.engine.handlers import Handlers
from bot.engine.listing import Listing
from bot.engine.previewing import Previews
from bot.engine.replies import NotYours, Reply
from bot.engine.requests import Requests
from bot.slack import answers
from bot.slack.blocks import Message
from bot.slack.errands import Answer, Errands
from bot.slack.threads import Threads


@dataclass(frozen=True, slots=True)
class Desk:
    handlers: Handlers
    previews: Previews
    requests: Requests
    access: Access
    listing: Listing
    threads: Threads
    errands: Errands

    def in_words(self, reply: Reply) -> Message:
        return answers.answer(reply, self.threads.workspace_url)

    def replace(self, reply: Reply, respond: AsyncRespond) -> None:
        """Turn the message that was clicked into the answer, if it was the person's own."""
        self.errands.say(self.in_words(reply), Answer(respond, replaces=not isinstance(reply, NotYours)))

    def tell(self, reply: Reply, respond: AsyncRespond) -> None:
        """Answer beside the message that was clicked: others see it, too."""
        self.errands.say(self.in_words(reply), Answer(respond))


async def acknowledge(ack: AsyncAck, said: Message) -> None:
    await ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")


def who(body: dict[str, Any]) -> Actor:
    """Who did it, by their own team (not the channel's, which an outside guest shares)."""
    user = body["user"]
    return Actor(TeamId(str(user.get("team_id", ""))), UserId(user["id"]))


def value(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value", ""))


def clicked(body: dict[str, Any]) -> tuple[Actor, OperationId]:
    return who(body), OperationId(value(body))
