"""What every listener needs: the handlers, a way to answer, and how a delivery says who did what."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.ids import Actor, OperationId, TeamId
from bot.engine.handlers.access_commands import AccessCommands
from bot.engine.handlers.decisions import Decisions
from bot.engine.handlers.own_requests import OwnRequests
from bot.engine.handlers.pipeline_pages import PipelinePages
from bot.engine.handlers.previews import Previews
from bot.engine.replies import NotYours, Reply
from bot.slack.listeners.background import BackgroundTasks, ResponseUrlReply
from bot.slack.payloads import BlockActions, Delivery, HomeOpened, SlashCommand
from bot.slack.publishing.threads import Threads
from bot.slack.text.blocks import Message
from bot.slack.views import answers


@dataclass(frozen=True, slots=True)
class ListenerContext:
    handlers: OwnRequests
    previews: Previews
    requests: Decisions
    access: AccessCommands
    listing: PipelinePages
    threads: Threads
    background_tasks: BackgroundTasks
    home: TeamId  # the workspace whose app this is

    def in_words(self, reply: Reply) -> Message:
        return answers.answer(reply, self.threads.workspace_url)

    def who(self, delivery: Delivery) -> Actor:
        """Who did it, as somebody of our workspace: whether they are is asked of Slack, and no payload's word.

        On Enterprise Grid a payload names another workspace for some of our members, and none for others.
        """
        match delivery:
            case SlashCommand(user_id=user):
                return Actor(self.home, user)
            case HomeOpened(event=event):
                return Actor(self.home, event.user)
            case _:
                return Actor(self.home, delivery.user.id)

    def clicked(self, delivery: BlockActions) -> tuple[Actor, OperationId]:
        return self.who(delivery), OperationId(value(delivery))

    async def typed(self, deed: Coroutine[Any, Any, Message], ack: AsyncAck, respond: AsyncRespond) -> None:
        """Do what was typed; the ack is the answer, or says that it follows."""
        task = await self.background_tasks.begun(deed)
        if task.done():
            await acknowledge(ack, task.result())
            return
        await acknowledge(ack, answers.takes_longer())
        self.background_tasks.run(task, ResponseUrlReply(respond))

    async def pressed(
        self,
        deed: Coroutine[Any, Any, Reply],
        ack: AsyncAck,
        answer: ResponseUrlReply,
        *,
        replaces: bool = False,
    ) -> None:
        """Do what a button is for, and answer beside the message that was clicked: others see that, too.

        `replaces`: the message is the person's own, and turns into the answer.
        """

        async def in_words() -> Message:
            reply = await task
            answer.replaces = replaces and not isinstance(reply, NotYours)
            return self.in_words(reply)

        task = await self.background_tasks.begun(deed)
        if task.done():
            task.result()  # what broke is told by whoever hears of it before the ack
            await ack()
        else:
            await ack()
            self.background_tasks.say(answers.takes_longer(), answer)
        self.background_tasks.run(in_words(), answer)


async def acknowledge(ack: AsyncAck, said: Message) -> None:
    await ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")


def value(delivery: BlockActions) -> str:
    return delivery.action.value or ""
