"""Which listener hears what, and what is said when one breaks."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import COMMAND
from bot.engine.forms import Forms
from bot.slack import access_answers, answers, card, clear_form, form_fields, listing, modals, previews
from bot.slack.errands import Answer, log_failure
from bot.slack.listeners.clear_form import ClearForm
from bot.slack.listeners.clicks import Clicks
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.desk import Desk
from bot.slack.listeners.home import HomeTab
from bot.slack.listeners.submissions import Submissions
from bot.slack.open_forms import OpenForms
from bot.slack.screens import Screen, has_no_message, is_on_home


def register(app: AsyncApp, desk: Desk, client: AsyncWebClient, *, home: HomeTab, forms: Forms) -> None:
    clicks, submissions = Clicks(desk, client), Submissions(desk, client)
    clear = ClearForm(desk, forms, OpenForms(client))
    app.event("app_home_opened")(home.opened)
    # Before all others: the buttons are those of cards, and there is no message to answer.
    app.action(re.compile(".*"), matchers=[_is_on_home])(home.pressed)
    app.command(COMMAND)(Commands(desk, clear).typed)
    app.global_shortcut(clear_form.SHORTCUT)(clear.shortcut)
    app.options(form_fields.CHOOSE)(clear.suggest)
    app.view(clear_form.CLEAR_FORM)(clear.submitted)
    listeners: dict[str, Any] = {
        previews.CONFIRM: clicks.confirm,
        previews.STOP_AND_CLEAR: clicks.stop_and_clear,
        previews.BREAK_GLASS: clicks.break_glass,
        previews.DROP: clicks.drop,
        card.APPROVE: clicks.approve,
        card.DENY: clicks.deny,
        card.WITHDRAW: clicks.withdraw,
        card.STOP: clicks.stop,
        card.SIGN_OFF: clicks.sign_off,
        card.CLOSE: clicks.close,
        access_answers.OLDER: clicks.older,
        listing.EARLIER: clicks.earlier,
        listing.LATER: clicks.later,
        form_fields.CHOOSE: clear.changed,
        form_fields.CHOOSE_STEPS: clear.changed,
    }
    for action_id, listener in listeners.items():
        app.action(action_id)(listener)
    # The buttons of other versions of the bot, and no others: where a listener has not acknowledged in time, Bolt asks the
    # next one that matches.
    known = "|".join(re.escape(action_id) for action_id in listeners)
    app.action(re.compile(rf"\A(?!(?:{known})\Z)"))(clicks.unknown)
    app.view(modals.DENY_REQUEST)(submissions.deny)
    app.view(modals.BREAK_THE_GLASS)(submissions.break_glass)
    app.error(_Failed(desk, client).failed)


async def _is_on_home(body: dict[str, Any]) -> bool:
    return is_on_home(body)


@dataclass(frozen=True, slots=True)
class _Failed:
    desk: Desk
    client: AsyncWebClient

    async def failed(
        self, error: Exception, request: AsyncBoltRequest, response: BoltResponse | None
    ) -> BoltResponse | None:
        """A listener broke. The ack of a command or a modal says so, if none was given; or the response URL does."""
        log_failure("listener_failed", error)
        said = answers.failed(error)
        acked = response is None
        if not acked and "command" in request.body:
            return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
        if not acked and request.body.get("type") == "view_submission":
            return BoltResponse(status=200, body={"response_action": "update", "view": modals.showing(said)})
        if not acked and request.body.get("type") == "block_suggestion":
            return BoltResponse(status=200, body={"options": []})
        if has_no_message(request.body):
            self.desk.errands.say(said, Screen(self.client, self.desk.threads, request.body))
        elif request.context.respond is not None:
            self.desk.errands.say(said, Answer(request.context.respond))
        return None if acked else BoltResponse(status=200, body="")
