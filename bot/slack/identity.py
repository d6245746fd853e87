"""Who the bot is in Slack, asked once at start-up: a token that does not work is said then, not at the first command.

It trusts Slack's answer alone. A Slack that cannot be asked proves nothing about a token.
"""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import UserError
from bot.domain.names import TeamId
from bot.slack.calls import Done, NoAnswer, Refused, Wait, ask


class SlackRefused(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Slack does not accept a token."""


class SlackAway(UserError):  # noqa: N818
    """Slack cannot be asked now, or something else answers in its place."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that the bot token belongs to; `url` is where links to messages begin, with a slash."""

    team: TeamId
    name: str
    url: str
    bot_id: str
    bot_user: str


async def who_are_we(client: AsyncWebClient) -> Workspace:
    """What Slack says of the bot token (`auth.test`).

    Raises:
        SlackRefused: with what to check.
        SlackAway: with where it was looked for.
    """
    return workspace_of(await auth_test(client))


async def auth_test(client: AsyncWebClient) -> Done:
    """The whole answer of `auth.test`, with the headers that tell the token's scopes and Slack's time.

    Raises:
        SlackRefused: with what to check.
        SlackAway: with where it was looked for.
    """
    answer = await ask(client.auth_test())
    match answer:
        case Done() if answer.text("team_id") and answer.text("url"):
            return answer
        case Refused(error):
            raise SlackRefused(f"SLACK_BOT_TOKEN: Slack answers {error} to it.")
        case _:
            raise _away(client, answer)


def workspace_of(said: Done) -> Workspace:
    return Workspace(
        team=TeamId(said.text("team_id")),
        name=said.text("team"),
        url=said.text("url"),
        bot_id=said.text("bot_id"),
        bot_user=said.text("user_id"),
    )


async def can_open_sockets(client: AsyncWebClient, app_token: str) -> None:
    """Prove the app-level token: slack_sdk itself would try a wrong one for ever, in silence.

    Raises:
        SlackRefused: with what to check.
        SlackAway: with where it was looked for.
    """
    answer = await ask(client.apps_connections_open(app_token=app_token))
    match answer:
        case Done():
            return
        case Refused(error):
            raise SlackRefused(
                f"SLACK_APP_TOKEN: Slack answers {error} to it. It needs the scope connections:write, "
                "and the app needs Socket Mode switched on."
            )
        case _:
            raise _away(client, answer)


def _away(client: AsyncWebClient, answer: Done | Wait | NoAnswer) -> SlackAway:
    match answer:
        case NoAnswer(why, in_doubt=False):
            return SlackAway(f"Slack cannot be reached at {client.base_url} ({why}).")
        case NoAnswer(why):
            return SlackAway(f"What answers at {client.base_url} makes no sense ({why}).")
        case Wait(seconds):
            return SlackAway(f"Slack asks to be left alone for {seconds:g} seconds.")
        case Done():
            return SlackAway(f"What answers at {client.base_url} does not say which workspace it is.")
