"""Home tabs in Slack: adapter for `bot.engine.ports.HomeTabs`. Publishes changed pages, within Slack's rate limits.

It remembers the published page, and does not publish it again. A call whose response was lost is retried: the same page
twice does no harm. Slack's `hash` of the replaced page goes along, so that an old call that arrives late never replaces
a newer page.
"""

import hashlib
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.home_content import HomePage
from bot.domain.ids import UserId
from bot.engine.ports import ChannelUnusable, Clock, RetryLater, Taken
from bot.slack.api.rate_limits import RateLimits
from bot.slack.api.web_api import CallRateLimited, CallRefused, CallSucceeded, CallUnanswered, ask
from bot.slack.publishing.threads import AFTER_REFUSAL, AFTER_TROUBLE
from bot.slack.views.home_view import home

log = structlog.get_logger(__name__)

METHOD = "views.publish"
A_MINUTE = timedelta(minutes=1)
PUBLISHED_A_MINUTE = 80  # calls; Slack allows a hundred

_CONFLICT = "hash_conflict"
_NO_SUCH_PAGE = frozenset({"user_not_found", "not_enabled", "account_inactive", "user_disabled"})


@dataclass(frozen=True, slots=True)
class _Standing:
    """The page on somebody's Home tab: its digest, None while in doubt, and Slack's hash."""

    digest: str | None
    hash: str | None


@dataclass(slots=True)
class SlackHomeTabs:
    """`client` must not retry by itself: it is built without retry handlers."""

    client: AsyncWebClient
    clock: Clock
    workspace_url: str
    _pace: RateLimits = field(init=False)
    _stands: dict[UserId, _Standing] = field(default_factory=dict)
    _published: deque[datetime] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._pace = RateLimits(self.clock)

    def found(self, user: UserId, slack_hash: str | None) -> None:
        """Note Slack's hash of the current page; if it is not the page published last, the next `publish` is sent."""
        known = self._stands.get(user)
        if known is None or known.hash != slack_hash:
            self._stands[user] = _Standing(None, slack_hash)

    async def publish(self, page: HomePage) -> Taken | RetryLater | ChannelUnusable:
        user = page.membership.actor.user
        view = home(page, self.workspace_url)
        digest = _digest(view)
        known = self._stands.get(user, _Standing(None, None))
        if known.digest == digest:
            return Taken(ts="")
        held = self._pace.free_at(METHOD, user) or self._spent_until()
        if held is not None:
            return RetryLater(held)
        self._pace.used(user)
        self._published.append(self.clock.now())
        answer = await ask(self.client.views_publish(user_id=user, view=view, hash=known.hash))
        match answer:
            case CallSucceeded(said):
                self._stands[user] = _Standing(digest, _hash(said))
                return Taken(ts="")
            case CallRefused(error) if error == _CONFLICT:
                # The current page is another than we know of: this page replaces it.
                self._stands[user] = _Standing(None, None)
                return RetryLater(self._pace.hold(timedelta(seconds=1), user))
            case CallRefused(error) if error in _NO_SUCH_PAGE:
                return ChannelUnusable(error)
            case CallRefused(error):
                log.error("slack_refused", method=METHOD, error=error)
                return RetryLater(self._pace.hold(AFTER_REFUSAL, user))
            case CallRateLimited(seconds):
                log.warning("slack_asks_us_to_wait", method=METHOD, seconds=seconds)
                return RetryLater(self._pace.hold(timedelta(seconds=seconds), METHOD))
            case CallUnanswered(why, in_doubt):
                event = "slack_did_not_answer" if in_doubt else "slack_unreachable"
                log.warning(event, method=METHOD, why=why)
                self._stands[user] = _Standing(None, known.hash)
                # No connection concerns every page; a lost or meaningless response, this one alone.
                whose = user if in_doubt else METHOD
                return RetryLater(self._pace.hold(AFTER_TROUBLE, whose), in_doubt=in_doubt)

    def _spent_until(self) -> datetime | None:
        """When Slack's limit per minute allows the next call; None if it does now."""
        now = self.clock.now()
        while self._published and now - self._published[0] >= A_MINUTE:
            self._published.popleft()
        return None if len(self._published) < PUBLISHED_A_MINUTE else self._published[0] + A_MINUTE


def _digest(view: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()


def _hash(said: Any) -> str | None:
    view = said.get("view")
    found = view.get("hash") if isinstance(view, dict) else None
    return found if isinstance(found, str) else None
