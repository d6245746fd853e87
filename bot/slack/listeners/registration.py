"""Registers the Bolt listeners: which payload goes to which, and the reply when one fails."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import COMMAND, HelpTopic
from bot.engine.handlers.clear_form import ClearForms
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.listeners.background import ResponseUrlReply, log_failure
from bot.slack.listeners.buttons import Buttons
from bot.slack.listeners.clear_form import ClearForm
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.deduplication import DELIVERY
from bot.slack.listeners.home_tab import HomeTab
from bot.slack.listeners.look_buttons import LookButtons
from bot.slack.listeners.look_queue import LookQueue
from bot.slack.listeners.open_forms import OpenForms
from bot.slack.listeners.reply_channels import ScreenReply, is_on_home
from bot.slack.listeners.submissions import Submissions
from bot.slack.payloads import Delivery, OptionsRequest, SlashCommand, ViewSubmission
from bot.slack.views import answers, card, decisions_view, help_view, previews_view
from bot.slack.views.access import access_request_view
from bot.slack.views.forms import clear_form_view, form_fields, modal_titles, modals
from bot.slack.views.look import action_buttons, history_view, pipeline_pages_view

log = structlog.get_logger(__name__)


class OrgWideInstall(Exception):  # noqa: N818 - named for what happened, like every other outcome
    """A payload of an app that is installed in a whole Enterprise Grid: it is not processed."""


def register(  # noqa: PLR0913 - what all the listeners need
    app: AsyncApp,
    context: ListenerContext,
    client: AsyncWebClient,
    *,
    home: HomeTab,
    forms: ClearForms,
    response_urls: ResponseUrls,
) -> None:
    looks = LookQueue(context.handlers.targets)
    clicks, look_clicks = Buttons(context, client), LookButtons(context, looks)
    submissions = Submissions(context, client)
    clear = ClearForm(context, forms, OpenForms(client))
    app.middleware(_Door(response_urls).lets_in)
    app.event("app_home_opened")(home.opened)
    # Before all others: the buttons are those of cards, and there is no message to reply to.
    # Each for the one payload type that its listener takes: `app.action` and the like match older types, too.
    app.block_action(re.compile(".*"), matchers=[_is_on_home])(home.pressed)
    app.command(COMMAND)(Commands(context, clear, looks).typed)
    app.global_shortcut(clear_form_view.SHORTCUT)(clear.shortcut)
    app.block_suggestion(form_fields.CHOOSE)(clear.suggest)
    app.view_submission(clear_form_view.CLEAR_FORM)(clear.submitted)
    listeners: dict[str, Any] = {
        previews_view.CONFIRM: clicks.confirm,
        previews_view.STOP_AND_CLEAR: clicks.stop_and_clear,
        previews_view.BREAK_GLASS: clicks.break_glass,
        previews_view.DROP: clicks.drop,
        card.APPROVE: clicks.approve,
        decisions_view.APPROVE_TYPED: clicks.approve_typed,
        decisions_view.LEAVE_WAITING: clicks.leave_waiting,
        card.DENY: clicks.deny,
        card.WITHDRAW: clicks.withdraw,
        card.CANCEL: clicks.stop,
        card.SIGN_OFF: clicks.sign_off,
        card.CLOSE: clicks.close,
        access_request_view.ASK_FOR_ACCESS: clicks.ask_for_access,
        history_view.OLDER: look_clicks.older,
        history_view.NEWER: look_clicks.newer,
        history_view.DETAILS: look_clicks.details,
        pipeline_pages_view.EARLIER: look_clicks.earlier,
        pipeline_pages_view.LATER: look_clicks.later,
        action_buttons.CLEAR: look_clicks.clear,
        action_buttons.STOP: look_clicks.stop,
        action_buttons.START: look_clicks.start,
        action_buttons.STATE: look_clicks.state,
        **{help_view.topic_action(topic): clicks.help_topic for topic in HelpTopic},
        form_fields.CHOOSE: clear.changed,
        form_fields.CHOOSE_STEPS: clear.changed,
    }
    for action_id, listener in listeners.items():
        app.block_action(action_id)(listener)
    # The buttons of other versions of the bot, and no others: if a listener has not acked in time, Bolt tries the next
    # one that matches.
    known = "|".join(re.escape(action_id) for action_id in listeners)
    app.block_action(re.compile(rf"\A(?!(?:{known})\Z)"))(clicks.unknown)
    app.view_submission(modals.DENY_REQUEST)(submissions.deny)
    app.view_submission(modals.BREAK_GLASS_FORM)(submissions.break_glass)
    app.error(_Failed(context, client).failed)


@dataclass(frozen=True, slots=True)
class _Door:
    """Middleware that every delivery passes before a listener."""

    response_urls: ResponseUrls

    async def lets_in(self, context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        url = context.response_url
        if url is not None:
            context["respond"] = self.response_urls.respond_to(url)
        if context.is_enterprise_install:
            raise OrgWideInstall
        await next_()


async def _is_on_home(delivery: Delivery) -> bool:
    return is_on_home(delivery)


@dataclass(frozen=True, slots=True)
class _Failed:
    context: ListenerContext
    client: AsyncWebClient

    async def failed(
        self, error: Exception, request: AsyncBoltRequest, response: BoltResponse | None
    ) -> BoltResponse | None:
        """A listener failed. The ack of a command or a modal says so, if none was sent; or the response URL does."""
        if isinstance(error, OrgWideInstall):
            log.warning("org_wide_install", meaning="the app must be installed in one workspace only")
            said = answers.org_wide()
        else:
            log_failure("listener_failed", error)
            said = answers.failed(error)
        acked, delivery = response is None, request.context.get(DELIVERY)
        if not acked and isinstance(delivery, SlashCommand):
            return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
        if not acked and isinstance(delivery, ViewSubmission):
            return BoltResponse(
                status=200,
                body={
                    "response_action": "update",
                    "view": modals.showing(said, modal_titles.title(delivery.view.callback_id)),
                },
            )
        if not acked and isinstance(delivery, OptionsRequest):
            return BoltResponse(status=200, body={"options": []})
        screen = ScreenReply.without_message(delivery, self.client, self.context.threads)
        if screen is not None:
            self.context.background_tasks.say(said, screen)
        elif request.context.respond is not None:
            self.context.background_tasks.say(said, ResponseUrlReply(request.context.respond))
        return None if acked else BoltResponse(status=200, body="")
