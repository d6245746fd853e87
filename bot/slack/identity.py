"""Who the bot is in Slack, asked once at start-up: a token that does not work is said then, not at the first command."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import UserError
from bot.domain.names import TeamId


class SlackRefused(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """Slack does not accept a token, or cannot be reached."""


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
    """
    return workspace_of(await auth_test(client))


async def auth_test(client: AsyncWebClient) -> AsyncSlackResponse:
    """The whole answer of `auth.test`, with the headers that tell the token's scopes and Slack's time.

    Raises:
        SlackRefused: with what to check.
    """
    try:
        return await client.auth_test()
    except SlackApiError as error:
        raise SlackRefused(f"SLACK_BOT_TOKEN: Slack answers {_error(error)} to it.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackRefused(
            f"Slack cannot be reached at {client.base_url} ({type(error).__name__})."
        ) from error


def workspace_of(said: AsyncSlackResponse) -> Workspace:
    return Workspace(
        team=TeamId(str(said["team_id"])),
        name=str(said["team"]),
        url=str(said["url"]),
        bot_id=str(said["bot_id"]),
        bot_user=str(said["user_id"]),
    )


async def can_open_sockets(client: AsyncWebClient, app_token: str) -> None:
    """Prove the app-level token: slack_sdk itself would try a wrong one for ever, in silence.

    Raises:
        SlackRefused: with what to check.
    """
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise SlackRefused(
            f"SLACK_APP_TOKEN: Slack answers {_error(error)} to it. It needs the scope connections:write, "
            "and the app needs Socket Mode switched on."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackRefused(
            f"Slack cannot be reached at {client.base_url} ({type(error).__name__})."
        ) from error


def _error(error: SlackApiError) -> str:
    said = error.response.get("error") if hasattr(error.response, "get") else None
    return str(said or "nothing that makes sense")
