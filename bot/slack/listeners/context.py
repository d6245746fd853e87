"""Listener context: the handlers, ways to reply, and how a payload says who did what."""

from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.ids import Actor, OperationId, TeamId
from bot.domain.operations.operation import Operation
from bot.engine.handlers.access.access_commands import AccessCommands
from bot.engine.handlers.access.access_requests import AccessRequests
from bot.engine.handlers.decisions import Decisions
from bot.engine.handlers.look.diagnoses import Diagnoses
from bot.engine.handlers.look.history import History
from bot.engine.handlers.look.orientation import Orientation
from bot.engine.handlers.look.pipeline_pages import PipelinePages
from bot.engine.handlers.look.pipeline_status import PipelineStatus
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm
from bot.engine.handlers.previews import Previews
from bot.engine.replies import ActionResult, NotYours, Reply, Result
from bot.engine.work_context import about
from bot.slack.listeners.background import BackgroundTasks, ReplyChannel, ResponseUrlReply
from bot.slack.listeners.reply_channels import ScreenReply
from bot.slack.payloads import BlockActions, Delivery, HomeOpened, SlashCommand
from bot.slack.publishing.threads import Threads
from bot.slack.text.blocks import Message
from bot.slack.views import answers, decisions_view
from bot.slack.views.forms import modal_titles, modals, unopened_forms


@dataclass(frozen=True, slots=True)
class ListenerContext:
    handlers: PreviewAndConfirm
    previews: Previews
    status: PipelineStatus
    requests: Decisions
    access: AccessCommands
    listing: PipelinePages
    access_requests: AccessRequests
    history: History
    orientation: Orientation
    diagnoses: Diagnoses
    threads: Threads
    background_tasks: BackgroundTasks
    home: TeamId  # the workspace that the app belongs to

    def in_words(self, reply: Reply) -> Message:
        said = answers.answer(reply, self.threads.workspace_url)
        return replace(said, action=modal_titles.action_of(reply))

    def to_approve(self, operation: Operation) -> Message:
        """The confirm step of an approval; the time left is as of now."""
        return decisions_view.to_approve(operation, self.threads.workspace_url, self.requests.clock.now())

    def who(self, delivery: Delivery) -> Actor:
        """The user, as a member of our workspace: whether they are is looked up in Slack, not taken from the payload.

        On Enterprise Grid, a payload names another workspace for some of our members, and none for others.
        """
        match delivery:
            case SlashCommand(user_id=user):
                return Actor(self.home, user)
            case HomeOpened(event=event):
                return Actor(self.home, event.user)
            case _:
                return Actor(self.home, delivery.user.id)

    def clicked(self, delivery: BlockActions) -> tuple[Actor, OperationId]:
        operation_id = OperationId(value(delivery))
        about(operation_id)
        return self.who(delivery), operation_id

    async def typed(
        self,
        work: Coroutine[Any, Any, Message],
        ack: AsyncAck,
        respond: AsyncRespond,
        *,
        meanwhile: Message | None = None,
        at_once: bool = False,
    ) -> None:
        """Run a typed command: the ack is the reply. If that takes too long, the ack says so, and turns into the reply.

        `meanwhile` is what the ack says then: it must be true whatever follows, even nothing. `at_once`: see `begun`.
        """
        task = await self.background_tasks.begun(work, at_once=at_once)
        if task.done():
            await acknowledge(ack, task.result())
            return
        await acknowledge(ack, meanwhile or answers.takes_longer())
        self.background_tasks.run(task, ResponseUrlReply(respond, replaces=True))

    async def pressed(
        self,
        work: Coroutine[Any, Any, Reply],
        ack: AsyncAck,
        answer: ReplyChannel,
        *,
        replaces: bool = False,
        shown_elsewhere: frozenset[Result] = frozenset(),
    ) -> None:
        """Do what a button is for, and answer the person who pressed it: beside the message, or on their screen.

        `replaces`: the message is the person's own, and turns into the answer. `shown_elsewhere`: results that need
        no words, unless the person was told that an answer follows.
        """

        async def in_words() -> Message:
            reply = await task
            if isinstance(answer, ResponseUrlReply):
                answer.replaces = replaces and not isinstance(reply, NotYours)
            return self.in_words(reply)

        task = await self.background_tasks.begun(work)
        if task.done():
            reply = task.result()  # what broke is reported by the error handler before the ack
            await ack()
            if isinstance(reply, ActionResult) and reply.result in shown_elsewhere:
                return
        else:
            await ack()
            self.background_tasks.say(answers.takes_longer(), answer)
        self.background_tasks.run(in_words(), answer)

    async def open_denial_form(
        self,
        actor: Actor,
        operation_id: OperationId,
        ack: AsyncAck,
        screen: ScreenReply,
        answer: ReplyChannel,
    ) -> None:
        """*Deny*: a form for the reason, where there is something to be denied."""

        async def form() -> dict[str, Any] | Reply:
            found = await self.requests.deniable(actor, operation_id)
            return modals.why_deny(found) if isinstance(found, Operation) else found

        unopened, too_late = unopened_forms.denial(operation_id), unopened_forms.denial_too_late()
        await self.opens(form(), ack, screen, answer, unopened=unopened, too_late=too_late)

    async def opens(  # noqa: PLR0913 - what is said instead of the form is part of it
        self,
        form: Coroutine[Any, Any, dict[str, Any] | Reply],
        ack: AsyncAck,
        screen: ScreenReply,
        answer: ReplyChannel,
        *,
        unopened: Message,
        too_late: Message,
    ) -> None:
        """Open the form that a button is for, or answer why there is none. After the ack Slack leaves no time to look."""

        async def why_none() -> Message:
            found = await looking
            return too_late if isinstance(found, dict) else self.in_words(found)

        looking = await self.background_tasks.begun(form)
        found = looking.result() if looking.done() else None
        await ack()
        if not isinstance(found, dict):
            self.background_tasks.run(why_none(), answer)
        elif not await screen.opens(found):
            self.background_tasks.say(unopened, answer)


async def acknowledge(ack: AsyncAck, said: Message) -> None:
    await ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")


def value(delivery: BlockActions) -> str:
    return delivery.action.value or ""
