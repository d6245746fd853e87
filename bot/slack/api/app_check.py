"""Health check of the Slack app: the token's workspace, its scopes, and how far the clock is off.

One call, `auth.test`. Whatever its headers do not say clearly counts as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.ports import Clock
from bot.slack.api.identity import Workspace, auth_test, workspace_of

SCOPES = frozenset({"commands", "chat:write", "users:read", "usergroups:read"})
"""The bot token's scopes, as in the manifest."""


@dataclass(frozen=True, slots=True)
class AppCheck:
    """`lacking` scopes are None if Slack did not list the token's.

    `ahead` is how far this machine's clock is ahead of Slack's, to the second; None if Slack sent no time.
    """

    workspace: Workspace
    lacking: frozenset[str] | None
    ahead: timedelta | None


async def checkup(client: AsyncWebClient, clock: Clock) -> AppCheck:
    """Check the app with one call.

    Raises:
        SlackRefused: the token does not work.
        SlackAway: Slack cannot be reached.
    """
    said = await auth_test(client)
    return AppCheck(workspace_of(said), _lacking(said.headers), _ahead(said.headers, clock.now()))


def _lacking(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Slack: `x-oauth-scopes: chat:write,commands`."""
    told = headers.get("x-oauth-scopes")
    return None if told is None else SCOPES - {scope.strip() for scope in told.split(",")}


def _ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    try:
        then = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return timedelta(seconds=round((now - aware).total_seconds()))
