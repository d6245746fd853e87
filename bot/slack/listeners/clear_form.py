"""Clear form listeners: the modal to clear a pipeline, opened by a command or a shortcut, filled in, submitted.

A form is on one person's screen, and only they get its replies. A submission goes through the same handlers as a typed
command and its preview; the reasons for refusing it appear under its fields.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain.ids import Actor, ChannelId
from bot.engine.handlers.clear_form import ClearForms, LookAgain, Shown, new_form_id
from bot.engine.replies import ActionResult, NotStopped, Reply
from bot.slack.api.error_text import must_wait, why_refused, why_silent
from bot.slack.api.web_api import CallRateLimited, CallRefused, CallUnanswered
from bot.slack.listeners.background import ReplyChannel, ResponseUrlReply
from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.open_forms import OpenForm, OpenForms
from bot.slack.listeners.reply_channels import ScreenReply
from bot.slack.payloads import BlockActions, OptionsRequest, Shortcut, SlashCommand, View, ViewSubmission
from bot.slack.text.blocks import Message
from bot.slack.views.forms import clear_form_view, form_errors, form_fields, modals
from bot.slack.views.forms.clear_form_view import Token

log = structlog.get_logger(__name__)

ANSWERED_WITHIN = 2.0  # seconds; Slack waits three, the round trip included

_TOO_LATE = frozenset({"expired_trigger_id", "trigger_expired"})


@dataclass(frozen=True, slots=True)
class ClearForm:
    context: ListenerContext
    forms: ClearForms
    open_forms: OpenForms

    def typed(self, actor: Actor, delivery: SlashCommand, respond: AsyncRespond) -> None:
        """`/pipeline clear`, without a name: the card goes where it was typed, unless a rule says otherwise."""
        token = Token(new_form_id(), delivery.channel_id)
        failing = ResponseUrlReply(respond)
        opens = self._opens(actor, delivery.trigger_id, token, failing=failing, respond=respond)
        self.context.background_tasks.do(opens, failing)

    async def shortcut(self, ack: AsyncAck, delivery: Shortcut) -> None:
        """From anywhere in Slack: there is no channel, so the card goes to the person, unless a rule says otherwise."""
        await ack()
        actor = self.context.who(delivery)
        token = Token(new_form_id(), ChannelId(actor.user))
        failing = ScreenReply.of(delivery, self.open_forms.client, self.context.threads)
        self.context.background_tasks.do(
            self._opens(actor, delivery.trigger_id, token, failing=failing), failing
        )

    async def _opens(
        self,
        actor: Actor,
        trigger_id: str,
        token: Token,
        *,
        failing: ReplyChannel,
        respond: AsyncRespond | None = None,
    ) -> None:
        opened = await self.open_forms.open(trigger_id, token, respond=respond)
        if not isinstance(opened, OpenForm):
            log.warning("form_not_opened", why=repr(opened))
            await failing.give(clear_form_view.did_not_open(_why(opened)))
            return
        # From here on, failures go to the form itself, since its person looks there.
        self.context.background_tasks.do(self._fills(opened, actor), opened)

    async def _fills(self, opened: OpenForm, actor: Actor) -> None:
        turn = opened.turn
        nothing = await self.forms.sees_nothing(actor)
        if nothing is not None:
            await opened.give(self.context.in_words(nothing))
            return
        offers = await self.forms.offer(actor, "")
        notice = clear_form_view.notice(offers)
        if not (offers.found or notice):
            await opened.give(clear_form_view.nothing_to_see())
            return
        await opened.show(clear_form_view.Page(notice=notice), turn=turn)
        if offers.loading:
            await self._says_when_loaded(opened, actor)

    async def _says_when_loaded(self, form: OpenForm, actor: Actor) -> None:
        """A menu requests its options when it is opened or typed into: its person must know when that is worthwhile."""
        offers = await self.forms.offer_once_loaded(actor)
        if offers.found or clear_form_view.notice(offers):
            await form.notice(clear_form_view.notice_once_loaded(offers))
        else:
            await form.give(clear_form_view.nothing_to_see())

    async def suggest(self, ack: AsyncAck, delivery: OptionsRequest) -> None:
        """The options for what was typed into the menu: an empty list, if there are none."""
        actor = self.context.who(delivery)
        offers = await self.forms.offer(actor, delivery.value)
        await ack(options=[form_fields.option(offer) for offer in offers.found])
        form = self.open_forms.of(delivery.view)
        if form is None:
            return
        if notice := clear_form_view.notice(offers):
            self.context.background_tasks.do(form.notice(notice), form)
        if offers.loading:
            self.context.background_tasks.do(self._says_when_loaded(form, actor), form)

    async def changed(self, ack: AsyncAck, delivery: BlockActions) -> None:
        """The choice changed: ack, then show what applies to it."""
        view = delivery.view
        form = None if view is None else self.open_forms.of(view)
        turn = 0 if form is None else form.next_turn()
        await ack()
        if form is not None and view is not None:
            self.context.background_tasks.do(
                self._says(form, self.context.who(delivery), view, turn=turn), form
            )

    async def _says(self, form: OpenForm, actor: Actor, view: View, *, turn: int) -> None:
        command = form_fields.chosen(view, self.context.handlers.targets)
        if command is None:
            return
        await form.show(clear_form_view.looking(command.name), turn=turn)
        seen = await self.forms.look(actor, command)
        if isinstance(seen, Shown):
            await form.show(clear_form_view.about(seen, form.token.origin), turn=turn, shown=seen)
        elif isinstance(seen, NotStopped):
            await form.show(clear_form_view.about_running(seen), turn=turn)
        else:
            await form.show(clear_form_view.about_objection(self.context.in_words(seen)), turn=turn)

    async def submitted(self, ack: AsyncAck, delivery: ViewSubmission) -> None:
        view = delivery.view
        form, token = self.open_forms.of(view), Token.of(view)
        command = form_fields.chosen(view, self.context.handlers.targets)
        if form is None or token is None:
            reply = await self.context.requests.not_a_button(self.context.who(delivery), view.callback_id)
            await ack(
                response_action="update",
                view=modals.showing(self.context.in_words(reply), clear_form_view.TITLE),
            )
            return
        if command is None:
            await ack(response_action="errors", errors=form_errors.nothing_chosen())
            return

        async def decides() -> Reply | LookAgain:
            # One at a time: the second press of a slow button sees what the first one did.
            async with form.deciding:
                reply = await self.forms.submit(
                    self.context.who(delivery),
                    command,
                    token.origin,
                    form_id=token.form_id,
                    seen=token.seen,
                    shown=form.shown_as(token.seen),
                )
                if isinstance(reply, ActionResult) and reply.is_confirmed:
                    # No other coroutine runs between the commit and this line that could post the card first.
                    say = partial(self.context.background_tasks.say, answer=form)
                    self.context.threads.can_notify(reply.operation.id, say)
                return reply

        deciding = self.context.background_tasks.begin(decides())
        done, _ = await asyncio.wait({deciding}, timeout=ANSWERED_WITHIN)
        if done:
            await ack(**self._as_ack(deciding.result(), form))
            return
        form.is_answered()
        await ack(
            response_action="update",
            view=modals.showing(clear_form_view.still_deciding(), clear_form_view.TITLE),
        )
        self.context.background_tasks.run(self._late(deciding), form)

    def _as_ack(self, reply: Reply | LookAgain, form: OpenForm) -> dict[str, Any]:
        """The ack's arguments: what Slack does with the submitted form."""
        if isinstance(reply, LookAgain):
            page = clear_form_view.about_again(reply, form.token.origin)
            return {"response_action": "update", "view": form.turned_into(page, reply.shown)}
        answer = self.context.in_words(reply)
        errors = form_errors.errors(reply, answer)
        if errors is not None:
            return {"response_action": "errors", "errors": errors}
        form.is_answered()
        return {"response_action": "update", "view": modals.showing(answer, clear_form_view.TITLE)}

    async def _late(self, deciding: asyncio.Task[Reply | LookAgain]) -> Message:
        reply = await deciding
        if isinstance(reply, LookAgain):
            return clear_form_view.look_again_elsewhere(reply)
        return self.context.in_words(reply)


def _why(opened: CallRefused | CallRateLimited | CallUnanswered) -> str:
    match opened:
        case CallRefused(error) if error in _TOO_LATE:
            return "it took me longer than Slack waits"
        case CallRefused():
            return why_refused(opened)
        case CallRateLimited(seconds):
            return must_wait(seconds)
        case CallUnanswered():
            return why_silent(opened)
