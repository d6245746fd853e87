"""What every listener needs: the handlers, a way to answer, and how a payload says who did what."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.names import Actor, OperationId, TeamId, UserId
from bot.engine.access import Access
from bot.engine.handlers import Handlers
from bot.engine.replies import NotYours, Reply
from bot.engine.requests import Requests
from bot.slack import answers
from bot.slack.blocks import Message
from bot.slack.errands import Answer, Errands
from bot.slack.threads import Threads


@dataclass(frozen=True, slots=True)
class Desk:
    handlers: Handlers
    requests: Requests
    access: Access
    threads: Threads
    errands: Errands

    def in_words(self, reply: Reply) -> Message:
        return answers.answer(reply, self.threads.workspace_url)

    async def typed(self, deed: Coroutine[Any, Any, Message], ack: AsyncAck, respond: AsyncRespond) -> None:
        """Do what was typed; the ack is the answer, or says that it follows."""
        task = await self.errands.begun(deed)
        if task.done():
            await acknowledge(ack, task.result())
            return
        await acknowledge(ack, answers.takes_longer())
        self.errands.run(task, Answer(respond))

    async def pressed(
        self, deed: Coroutine[Any, Any, Reply], ack: AsyncAck, answer: Answer, *, replaces: bool = False
    ) -> None:
        """Do what a button is for, and answer beside the message that was clicked: others see that, too.

        `replaces`: the message is the person's own, and turns into the answer.
        """

        async def in_words() -> Message:
            reply = await task
            answer.replaces = replaces and not isinstance(reply, NotYours)
            return self.in_words(reply)

        task = await self.errands.begun(deed)
        if task.done():
            task.result()  # what broke is told by whoever hears of it before the ack
            await ack()
        else:
            await ack()
            self.errands.say(answers.takes_longer(), answer)
        self.errands.run(in_words(), answer)


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
