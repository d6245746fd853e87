"""Health check of the Slack app: the token's workspace, its scopes, and how far the clock is off.

One call, `auth.test`. Whatever its headers do not say clearly counts as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.clock_skew import ClockSkew, clock_skew
from bot.engine.ports import Clock
from bot.slack.api.identity import Workspace, auth_test, workspace_of

SCOPES = frozenset({"commands", "chat:write", "users:read", "usergroups:read"})
"""The bot token's scopes, as in the manifest."""


@dataclass(frozen=True, slots=True)
class AppCheck:
    """`scopes` are those of the bot token; None if Slack did not list them. `skew` is None if Slack sent no time."""

    workspace: Workspace
    scopes: frozenset[str] | None
    skew: ClockSkew | None

    @property
    def missing(self) -> frozenset[str]:
        return frozenset() if self.scopes is None else SCOPES - self.scopes

    @property
    def superfluous(self) -> frozenset[str]:
        return frozenset() if self.scopes is None else self.scopes - SCOPES


async def checkup(client: AsyncWebClient, clock: Clock) -> AppCheck:
    """Check the app with one call. `clock` is compared with Slack's.

    Raises:
        SlackRefused: the token does not work.
        SlackUnavailable: Slack cannot be reached.
    """
    sent = clock.now()
    said = await auth_test(client)
    skew = clock_skew(said.headers.get("date", ""), sent, clock.now())
    return AppCheck(workspace_of(said), _scopes(said.headers), skew)


def _scopes(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Slack: `x-oauth-scopes: chat:write,commands`."""
    told = headers.get("x-oauth-scopes")
    return None if told is None else frozenset(scope.strip() for scope in told.split(",") if scope.strip())
