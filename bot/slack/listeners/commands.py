"""The slash command `/pipeline …`: parse, decide, reply."""

from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.access.changes import DropRule, EditRule, RemoveFreeze
from bot.domain.commands import Clear, Help, PipelineCommand, Start, Status, Stop, model, parse
from bot.domain.commands.model import Overview
from bot.domain.errors import Misunderstood
from bot.domain.ids import Actor, ChannelId, PipelineName
from bot.domain.operations.operation import Operation
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.handlers.access.admins import with_admins
from bot.engine.replies import PermissionDenied, Reply, SeesNothing
from bot.slack.listeners.clear_form import ClearForm
from bot.slack.listeners.context import ListenerContext, acknowledge
from bot.slack.listeners.look_queue import LookQueue
from bot.slack.payloads import SlashCommand
from bot.slack.text.blocks import Message
from bot.slack.views import answers, help_view

log = structlog.get_logger(__name__)

_Looking = PipelineCommand | Status
_TRIED = {
    model.Approve: AttemptedAction.APPROVE,
    model.Deny: AttemptedAction.DENY,
    model.Withdraw: AttemptedAction.WITHDRAW,
    model.SignOff: AttemptedAction.SIGN_OFF,
}
_Deciding = model.Approve | model.Deny | model.Withdraw | model.SignOff


@dataclass(frozen=True, slots=True)
class Commands:
    context: ListenerContext
    form: ClearForm
    looks: LookQueue

    async def typed(self, ack: AsyncAck, delivery: SlashCommand, respond: AsyncRespond) -> None:
        actor = self.context.who(delivery)
        try:
            command = parse(delivery.text, self.context.handlers.targets)
        except Misunderstood as error:
            await acknowledge(ack, answers.misunderstood(error))
            return
        name = model.pipeline_of(command)
        if name is not None and self.context.handlers.targets.of(name) is None:
            await self.context.typed(self._meant(actor, name), ack, respond, meanwhile=answers.looking(name))
            return
        match command:
            case Help(str(subject)):
                await acknowledge(ack, help_view.about(subject, self.context.handlers.targets))
            case Help() | Overview():
                await self.context.typed(self._oriented(actor, command), ack, respond)
            case Clear() | Stop() | Start() | Status():
                await self._look(actor, command, ack, delivery.channel_id, respond)
            case model.List():
                await self._list(actor, command, ack, respond)
            case model.Diagnose():
                await self.context.typed(self._diagnosed(actor), ack, respond, meanwhile=answers.checking())
            case model.ClearByForm():
                await ack()
                self.form.typed(actor, delivery, respond)
            case model.Approve() | model.Deny() | model.Withdraw() | model.SignOff():
                await self.context.typed(self._decide(actor, command), ack, respond)
            case _:
                await self.context.typed(self._answered(actor, command), ack, respond)

    async def _meant(self, actor: Actor, name: PipelineName) -> Message:
        """Suggestions for a name that does not say which Feldera it is on."""
        return self.context.in_words(await self.context.handlers.not_found(actor, name))

    async def _look(
        self, actor: Actor, command: _Looking, ack: AsyncAck, origin: ChannelId, respond: AsyncRespond
    ) -> None:
        async def look() -> Message:
            refusal = await self._refused(actor, command)
            if refusal is not None:
                return refusal
            async with self.looks.turn(command.name):
                return await self._seen(actor, command, origin)

        await self.context.typed(
            look(),
            ack,
            respond,
            meanwhile=answers.looking(command.name),
            at_once=self.looks.is_long(command.name),
        )

    async def _refused(self, actor: Actor, command: _Looking) -> Message | None:
        if isinstance(command, Status):
            decision = await self.context.status.may_see(actor, command.name)
        else:
            decision = await self.context.handlers.may_ask(actor, command)
        if decision.allowed:
            return None
        log.info("denied", action=decision.action.value, pipeline=command.name, user=actor.user)
        plan = None if isinstance(command, Status) else command.plan
        return await self._named(PermissionDenied(command.name, decision, plan))

    async def _list(self, actor: Actor, wanted: model.List, ack: AsyncAck, respond: AsyncRespond) -> None:
        async def page() -> Message:
            refusal = await self._may_not_list(actor, wanted.pattern)
            return refusal or self.context.in_words(await self.context.listing.page(actor, wanted))

        await self.context.typed(page(), ack, respond, meanwhile=answers.looking_around())

    async def _may_not_list(self, actor: Actor, pattern: str) -> Message | None:
        decision = await self.context.listing.may_list(actor, pattern)
        if decision.allowed:
            return None
        log.info("denied", action=decision.action.value, pattern=pattern, user=actor.user)
        return await self._named(SeesNothing(pattern, decision))

    async def _named(self, refusal: PermissionDenied | SeesNothing) -> Message:
        """The refusal in words, with the admins who can help."""
        return self.context.in_words(await with_admins(refusal, self.context.handlers.authorizer))

    async def _seen(self, actor: Actor, command: _Looking, origin: ChannelId) -> Message:
        if isinstance(command, Status):
            return self.context.in_words(await self.context.status.describe(actor, command.name))
        return self.context.in_words(await self.context.previews.show(actor, command, origin))

    async def _decide(self, actor: Actor, command: _Deciding) -> Message:
        if not isinstance(command, model.Withdraw):
            return await self._decided(actor, command)
        async with self.context.requests.deciding(command.request):
            return await self._decided(actor, command)

    async def _decided(self, actor: Actor, command: _Deciding) -> Message:
        requests = self.context.requests
        operation_id = await requests.lookup.find(actor, _TRIED[type(command)], command.request)
        if not isinstance(operation_id, str):
            return self.context.in_words(operation_id)
        match command:
            case model.Approve():
                # Nothing is approved by the command: the button on its answer does that, after its dialog.
                found = await requests.approvable(actor, operation_id)
                return (
                    self.context.to_approve(found)
                    if isinstance(found, Operation)
                    else self.context.in_words(found)
                )
            case model.Deny(reason=reason):
                reply = await requests.deny(actor, operation_id, reason)
            case model.Withdraw():
                reply = await requests.withdraw(actor, operation_id)
            case model.SignOff():
                reply = await requests.sign_off(actor, operation_id)
        return self.context.in_words(reply)

    async def _oriented(self, actor: Actor, command: Help | Overview) -> Message:
        orientation = self.context.orientation
        if isinstance(command, Help):
            return self.context.in_words(await orientation.help(actor))
        return self.context.in_words(await orientation.overview(actor))

    async def _diagnosed(self, actor: Actor) -> Message:
        return self.context.in_words(await self.context.diagnoses.diagnose(actor))

    async def _answered(self, actor: Actor, command: model.Access) -> Message:
        try:
            return self.context.in_words(await self._access(actor, command))
        except Misunderstood as error:
            return answers.misunderstood(error)

    async def _access(self, actor: Actor, command: model.Access) -> Reply:  # noqa: PLR0911, C901 - one case a command
        access = self.context.access
        match command:
            case model.Pending():
                return await self.context.requests.lookup.pending(actor)
            case model.CanI(name, plan):
                return await access.explain(actor, name, plan)
            case model.WhoAmI():
                return await access.introduce(actor)
            case model.HistoryCommand():
                return await self.context.history.page(actor, command)
            case model.GrantCommand():
                return await access.give(actor, command)
            case model.Revoke():
                return await access.take_away(actor, command)
            case model.Grants():
                return await access.grants(actor, command)
            case model.ChangeTheRule(edit):
                return await access.change(actor, EditRule(edit))
            case model.DropTheRule(pattern):
                return await access.change(actor, DropRule(pattern))
            case model.Rules():
                return await access.rules(actor)
            case model.FreezeCommand():
                return await access.freeze(actor, command)
            case model.Unfreeze(pattern):
                return await access.change(actor, RemoveFreeze(pattern))
