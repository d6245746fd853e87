"""The bot's identity in Slack, checked once at startup: a bad token is reported then, not at the first command.

It trusts Slack's answer alone. An unreachable Slack proves nothing about a token: startup waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.domain.ids import TeamId
from bot.engine.ports import Clock
from bot.slack.api.web_api import (
    CallRateLimited,
    CallRefused,
    CallSucceeded,
    CallUnanswered,
    ask,
    in_words,
    pauses,
)

log = structlog.get_logger(__name__)

ORG_WIDE = (
    "SLACK_BOT_TOKEN: its app is installed for a whole organization (Enterprise Grid), but the bot serves one workspace. "
    "Install the app in that workspace only, and use the bot token from there."
)

_T = TypeVar("_T")


class SlackRefused(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Slack does not accept a token."""


class SlackUnavailable(UserError):  # noqa: N818
    """Slack cannot be reached now, or something else answers in its place. `seconds`: how long it asks us to wait."""

    def __init__(self, message: str, *, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that the bot token belongs to; `url` begins links to messages, and ends with a slash."""

    team: TeamId
    name: str
    url: str
    bot_id: str
    bot_user: str


async def who_are_we(client: AsyncWebClient) -> Workspace:
    """The workspace of the bot token (`auth.test`).

    Raises:
        SlackRefused: says what to check.
        SlackAway: says which address was tried.
    """
    return workspace_of(await auth_test(client))


async def auth_test(client: AsyncWebClient) -> CallSucceeded:
    """The complete `auth.test` response, with the headers for the token's scopes and Slack's time.

    Raises:
        SlackRefused: says what to check.
        SlackAway: says which address was tried.
    """
    answer = await ask(client.auth_test())
    match answer:
        case CallSucceeded() if _is_org_wide(answer):
            raise SlackRefused(ORG_WIDE)
        case CallSucceeded() if answer.text("team_id") and answer.text("url"):
            return answer
        case CallRefused(error):
            raise SlackRefused(f"SLACK_BOT_TOKEN: Slack rejects it ({error}).")
        case _:
            raise _away(client, answer)


def _is_org_wide(said: CallSucceeded) -> bool:
    """Whether the token belongs to no workspace: Slack says so, or names the Grid (`E…`) as its team."""
    team, grid = said.text("team_id"), said.text("enterprise_id")
    return said.said.get("is_enterprise_install") is True or (grid != "" and team in {"", grid})


def workspace_of(said: CallSucceeded) -> Workspace:
    return Workspace(
        team=TeamId(said.text("team_id")),
        name=said.text("team"),
        url=said.text("url"),
        bot_id=said.text("bot_id"),
        bot_user=said.text("user_id"),
    )


async def can_open_sockets(client: AsyncWebClient, app_token: str) -> str:
    """Check the app-level token before anything waits for a WebSocket; returns a WebSocket URL, good for one use.

    Raises:
        SlackRefused: says what to check.
        SlackAway: says which address was tried.
    """
    answer = await ask(client.apps_connections_open(app_token=app_token))
    match answer:
        case CallSucceeded():
            return answer.text("url")
        case CallRefused(error):
            raise SlackRefused(
                f"SLACK_APP_TOKEN: Slack rejects it ({error}). It needs the scope connections:write, "
                "and Socket Mode must be enabled in the app."
            )
        case _:
            raise _away(client, answer)


async def once_it_answers(
    question: Callable[[], Awaitable[_T]], clock: Clock, waits_for: Callable[[str], None]
) -> _T:
    """The result of `question`, retried while Slack is unreachable; each reason is logged once.

    `waits_for` learns why it is retried, and at the end an empty text.

    Raises:
        SlackRefused: as `question` does.
    """
    said = set()
    for pause in pauses():
        try:
            answer = await question()
        except SlackUnavailable as away:
            if away.message not in said:
                log.warning("slack_is_away", why=away.message)
            said.add(away.message)
            waits_for(away.message)
            until = clock.now() + timedelta(seconds=max(pause, away.seconds))
        else:
            waits_for("")
            return answer
        while clock.now() < until:
            await clock.wait(asyncio.Event(), until)
    raise AssertionError("there is always a next pause")


def _away(
    client: AsyncWebClient, answer: CallSucceeded | CallRateLimited | CallUnanswered
) -> SlackUnavailable:
    if isinstance(answer, CallSucceeded):
        return SlackUnavailable(f"What answers at {client.base_url} does not say which workspace it is.")
    wait = answer.seconds if isinstance(answer, CallRateLimited) else 0.0
    return SlackUnavailable(in_words(answer, client.base_url), seconds=wait)
