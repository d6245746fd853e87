"""Which listener hears what, and what is said when one breaks."""

import re
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import COMMAND
from bot.slack import access_answers, answers, card, modals, previews
from bot.slack.errands import Answer
from bot.slack.listeners.clicks import Clicks
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.desk import Desk
from bot.slack.listeners.submissions import Submissions

log = structlog.get_logger(__name__)


def register(app: AsyncApp, desk: Desk, client: AsyncWebClient) -> None:
    clicks, submissions = Clicks(desk, client), Submissions(desk, client)
    app.command(COMMAND)(Commands(desk).typed)
    listeners: dict[str, Any] = {
        previews.CONFIRM: clicks.confirm,
        previews.BREAK_GLASS: clicks.break_glass,
        previews.DROP: clicks.drop,
        card.APPROVE: clicks.approve,
        card.DENY: clicks.deny,
        card.WITHDRAW: clicks.withdraw,
        card.STOP: clicks.stop,
        card.SIGN_OFF: clicks.sign_off,
        card.CLOSE: clicks.close,
        access_answers.OLDER: clicks.older,
    }
    for action_id, listener in listeners.items():
        app.action(action_id)(listener)
    # The buttons of other versions of the bot, and no others: where a listener has not acknowledged in time, Bolt asks the
    # next one that matches.
    known = "|".join(re.escape(action_id) for action_id in listeners)
    app.action(re.compile(rf"\A(?!(?:{known})\Z)"))(clicks.unknown)
    app.view(modals.DENY_REQUEST)(submissions.deny)
    app.view(modals.BREAK_THE_GLASS)(submissions.break_glass)
    app.error(_Failed(desk).failed)


@dataclass(frozen=True, slots=True)
class _Failed:
    desk: Desk

    async def failed(
        self, error: Exception, request: AsyncBoltRequest, response: BoltResponse | None
    ) -> BoltResponse | None:
        """A listener broke. The ack of a command or a modal says so, if none was given; or the response URL does."""
        log.error("listener_failed", exc_info=error)
        said = answers.trouble()
        acked = response is None
        if not acked and "command" in request.body:
            return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
        if not acked and request.body.get("type") == "view_submission":
            return BoltResponse(status=200, body={"response_action": "update", "view": modals.showing(said)})
        if request.context.respond is not None:
            self.desk.errands.say(said, Answer(request.context.respond))
        return None if acked else BoltResponse(status=200, body="")
