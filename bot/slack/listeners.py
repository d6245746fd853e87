"""What arrives from Slack: commands and clicks, each turned into one call of the handlers and an answer.

A listener parses, lets the handlers decide and write, and acknowledges: all of it before `ack()` returns, within
Slack's three seconds. Looking at Feldera takes longer, so it follows in a task of `Errands`. Whatever happens, the
person hears something. Trusts the ids in a payload that Bolt verified, and nothing else in it: a button's value is
only looked up, never believed.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.access import Action
from bot.domain.commands import COMMAND, Clear, Help, Status, parse
from bot.domain.errors import Misunderstood
from bot.domain.names import Actor, ChannelId, OperationId, TeamId, UserId
from bot.engine.handlers import Handlers
from bot.engine.replies import Begun, Denied, NotYours, Reply
from bot.slack import answers
from bot.slack.blocks import Message
from bot.slack.card import CLOSE
from bot.slack.errands import Answer, Errands
from bot.slack.threads import Threads

log = structlog.get_logger(__name__)

_Decide = Callable[[Actor, OperationId], Awaitable[Reply]]


@dataclass(slots=True)
class Listeners:
    handlers: Handlers
    threads: Threads
    errands: Errands

    def register(self, app: AsyncApp) -> None:
        app.command(COMMAND)(self.command)
        app.action(answers.CONFIRM)(self.confirm)
        app.action(answers.DROP)(self.drop)
        app.action(CLOSE)(self.close)
        # Bolt takes the first listener that matches: this one answers the buttons of other versions of the bot.
        app.action(re.compile(".*"))(self.unknown)
        app.error(self.failed)

    async def command(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor = Actor(TeamId(body["team_id"]), UserId(body["user_id"]))
        try:
            command = parse(body.get("text") or "")
        except Misunderstood as error:
            await _acknowledge(ack, answers.misunderstood(error))
            return
        if isinstance(command, Help):
            await _acknowledge(ack, answers.help_on(command.verb))
            return
        action = Action.CLEAR if isinstance(command, Clear) else Action.VIEW
        decision = await self.handlers.may(actor, action, command.name)
        if not decision.allowed:
            log.info("denied", action=action.value, pipeline=command.name, user=actor.user)
            await _acknowledge(ack, self._in_words(Denied(command.name, decision)))
            return
        await _acknowledge(ack, answers.looking(command.name))
        origin = ChannelId(body["channel_id"])
        self.errands.run(self._look(actor, command, origin), Answer(respond))

    async def _look(self, actor: Actor, command: Clear | Status, origin: ChannelId) -> Message:
        if isinstance(command, Clear):
            return self._in_words(await self.handlers.preview_clear(actor, command, origin))
        return self._in_words(await self.handlers.describe(actor, command.name))

    async def confirm(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = _click(body)
        reply = await self.handlers.confirm(actor, operation_id)
        answer = Answer(respond, replaces=not isinstance(reply, NotYours))
        if isinstance(reply, Begun):
            # No other coroutine runs between the commit and this line that could post the card first.
            # An errand, since the address that takes answers may hang: no other card waits for it.
            self.threads.can_tell(operation_id, partial(self.errands.say, answer=answer))
        await ack()
        self.errands.say(self._in_words(reply), answer)

    async def drop(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = _click(body)
        reply = await self.handlers.drop(actor, operation_id)
        await ack()
        self.errands.say(self._in_words(reply), Answer(respond, replaces=not isinstance(reply, NotYours)))

    async def close(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        actor, operation_id = _click(body)
        reply = await self.handlers.close(actor, operation_id)
        await ack()
        self.errands.say(self._in_words(reply), Answer(respond))

    async def unknown(self, ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        self.errands.say(answers.unknown_button(), Answer(respond))

    async def failed(
        self, error: Exception, request: AsyncBoltRequest, response: BoltResponse | None
    ) -> BoltResponse | None:
        """A listener broke. The ack of a command says so, if none was given yet; otherwise the response URL does."""
        log.error("listener_failed", exc_info=error)
        said = answers.trouble()
        acked = response is None
        if not acked and "command" in request.body:
            return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
        if request.context.respond is not None:
            self.errands.say(said, Answer(request.context.respond))
        return None if acked else BoltResponse(status=200, body="")

    def _in_words(self, reply: Reply) -> Message:
        return answers.answer(reply, self.threads.workspace_url)


async def _acknowledge(ack: AsyncAck, said: Message) -> None:
    await ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")


def _click(body: dict[str, Any]) -> tuple[Actor, OperationId]:
    """Who clicked, by their own team (not the channel's, which an outside guest shares), and on what."""
    user = body["user"]
    action = body["actions"][0]
    return Actor(TeamId(str(user.get("team_id", ""))), UserId(user["id"])), OperationId(
        str(action.get("value", ""))
    )
