"""Token check: whether Slack accepts the bot's tokens, as of the last call with each; every call is counted.

A bot that nobody uses makes no call for hours. So this loop makes one every few minutes.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.engine.ports import Clock, Metrics
from bot.slack.api.web_api import (
    TOKEN_REFUSED,
    CallRateLimited,
    CallRefused,
    CallSucceeded,
    CallUnanswered,
    Outcome,
    ask,
)

EVERY = timedelta(minutes=5)
_OPENS_SOCKETS = "apps.connections.open"  # the one method that takes the app token


@dataclass(slots=True)
class SlackCalls:
    """Takes note of calls: `bot.slack.api.web_api.Note`."""

    metrics: Metrics
    _refused: dict[str, str] = field(default_factory=dict)  # the error by the token's variable

    def note(self, method: str, outcome: Outcome) -> None:
        token = "SLACK_APP_TOKEN" if method == _OPENS_SOCKETS else "SLACK_BOT_TOKEN"
        match outcome:
            case CallRefused(error) if error in TOKEN_REFUSED:
                self._refused[token] = error
            case CallSucceeded() | CallRefused():
                self._refused.pop(token, None)
        self.metrics.called_slack(method, _named(outcome))

    def refused(self) -> str | None:
        """Which token Slack does not accept, as a sentence; None if it accepts them, or has not answered since."""
        return next(
            (f"{token}: Slack answers {error} to it." for token, error in self._refused.items()), None
        )


@dataclass(slots=True)
class TokenCheck:
    """A loop for `keep_ticking`. The first check is at startup, before it."""

    client: AsyncWebClient
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _due: datetime | None = None

    async def tick(self) -> datetime:
        now = self.clock.now()
        if self._due is not None and now >= self._due:
            await ask(self.client.auth_test())
        if self._due is None or now >= self._due:
            self._due = now + EVERY
        return self._due


def _named(outcome: Outcome) -> str:
    match outcome:
        case CallSucceeded():
            return "ok"
        case CallRefused():
            return "refused"
        case CallRateLimited():
            return "rate_limited"
        case CallUnanswered():
            return "unanswered"
