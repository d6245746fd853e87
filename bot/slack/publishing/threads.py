"""Operation threads in Slack: posts cards and thread lines, and edits cards, within Slack's rate limits.

It never retries by itself: a failed call is returned as a value, and the delivery loop retries. A post whose response
was lost is `in_doubt`, since Slack has no idempotency key for posts.

These delay other messages, too: a 429, its method; a refused token, all methods; a missing scope, its method; no
connection to Slack, its method for a moment. A connection that breaks or is silent delays its channel for a moment, so
that not every message waits for an unreachable Slack. Any other refusal, known or not, concerns its message alone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.events import Event
from bot.domain.ids import ChannelId, OperationId
from bot.domain.operations.operation import Operation
from bot.domain.operations.parts import Card
from bot.engine.ports import ChannelUnusable, Clock, Gone, PostResult, Rejected, RetryLater, Taken
from bot.slack.api.rate_limits import RateLimits
from bot.slack.api.web_api import (
    TOKEN_REFUSED,
    CallRateLimited,
    CallRefused,
    CallSucceeded,
    CallUnanswered,
    ask,
)
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.unusable_channel_text import RESTRICTED
from bot.slack.text.blocks import Message
from bot.slack.views import answers
from bot.slack.views.card import card
from bot.slack.views.thread_lines import lines, not_watched

log = structlog.get_logger(__name__)

Tell = Callable[[Message], None]
"""Starts to replace the reply to one person: Slack allows it for 30 minutes (its `response_url`)."""

ANSWER_CHANGES_FOR = timedelta(minutes=30)
AFTER_TROUBLE = timedelta(seconds=5)  # before a retry, when Slack did not answer
AFTER_REFUSAL = timedelta(
    minutes=1
)  # … or when it refused for a reason that only people can fix (a token, a scope)
NOT_EDITABLE = "edit_window_closed"  # the workspace limits how long edits are allowed

_NOT_THERE = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "cannot_dm_bot",
        "user_not_found",
        "no_permission",
        "ekm_access_denied",
        "team_access_not_granted",
        "is_inactive",
    }
)
_METHOD_REFUSED = frozenset({"missing_scope", "not_allowed_token_type"})
_ANY_METHOD = "any method"  # delayed by a refused token
_GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "thread_not_found",
        "invalid_thread_ts",
    }
)


@dataclass(slots=True)
class Threads:
    """Adapter for `bot.engine.ports.Announcer`, for one workspace.

    `client` must not retry a post by itself: it is built without retry handlers.
    """

    client: AsyncWebClient
    clock: Clock
    workspace_url: str
    _pace: RateLimits = field(init=False)
    _tell: dict[OperationId, tuple[datetime, Tell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pace = RateLimits(self.clock)

    def can_notify(self, operation_id: OperationId, tell: Tell) -> None:
        """Remember how to replace the reply to the person who confirmed, for as long as Slack allows it."""
        now = self.clock.now()
        self._tell = {known: entry for known, entry in self._tell.items() if entry[0] > now}
        self._tell[operation_id] = (now + ANSWER_CHANGES_FOR, tell)

    def card_held_until(self, operation: Operation) -> datetime | None:
        method, place = "chat.postMessage", _place_of(operation)
        return self._pace.free_at(_ANY_METHOD, method, (method, place), place)

    async def post_card(self, operation: Operation) -> Taken | RetryLater | ChannelUnusable:
        answer = await self._post(_place_of(operation), card(operation), thread_ts=None)
        # Whatever the reason, even one that an operator has to fix: tell the person now, not after waiting for a card.
        return ChannelUnusable(answer.error) if isinstance(answer, CallRefused) else answer

    async def edit_card(self, operation: Operation) -> PostResult:
        if operation.display.card is None:
            return Gone()
        at, method = operation.display.card, "chat.update"
        held = self._pace.free_at(_ANY_METHOD, method, (method, at.channel), at)
        if held is not None:
            return RetryLater(held)
        shown = card(operation)
        self._pace.used(at)
        answer = await self._ask(
            method,
            at.channel,
            self.client.chat_update(
                channel=at.channel, ts=at.ts, text=shown.text, blocks=list(shown.blocks), unfurl_links=False
            ),
        )
        match answer:
            case CallSucceeded():
                return Taken(at.ts)
            case CallRefused(error) if error == NOT_EDITABLE:
                log.info("card_is_editable_no_more", operation=operation.id)
                return Taken(at.ts)  # it stays as it is, and its thread says the rest
            case CallRefused():
                return self._refused(method, answer)
            case RetryLater():
                return answer

    async def post_lines(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        if operation.display.card is None:
            return Gone()
        answer = await self._post(
            operation.display.card.channel, lines(operation, events), thread_ts=operation.display.card.ts
        )
        return self._refused("chat.postMessage", answer) if isinstance(answer, CallRefused) else answer

    async def notify_requester(self, operation: Operation, events: tuple[Event, ...]) -> PostResult:
        shown = lines(operation, events, link_to(operation, self.workspace_url))
        answer = await self._post(ChannelId(operation.requester.user), shown, thread_ts=None)
        return self._refused("chat.postMessage", answer) if isinstance(answer, CallRefused) else answer

    async def post_loss(self, operation: Operation, why: str) -> PostResult:
        card = operation.display.card
        place = ChannelId(operation.requester.user) if card is None else card.channel
        shown = not_watched(operation, why)
        answer = await self._post(place, shown, thread_ts=None if card is None else card.ts)
        return self._refused("chat.postMessage", answer) if isinstance(answer, CallRefused) else answer

    async def post_notice(self, place: ChannelId, shown: Message) -> PostResult:
        """Post a message that belongs to no operation."""
        answer = await self._post(place, shown, thread_ts=None)
        return self._refused("chat.postMessage", answer) if isinstance(answer, CallRefused) else answer

    async def answer_requester(self, operation: Operation) -> None:
        until, tell = self._tell.pop(operation.id, (None, None))
        if tell is not None and until is not None and until > self.clock.now():
            tell(answers.placed(operation, self.workspace_url))

    async def _post(
        self, place: ChannelId, shown: Message, *, thread_ts: str | None
    ) -> Taken | RetryLater | CallRefused:
        method = "chat.postMessage"
        held = self._pace.free_at(_ANY_METHOD, method, (method, place), place)
        if held is not None:
            return RetryLater(held)
        self._pace.used(place)
        answer = await self._ask(
            method,
            place,
            self.client.chat_postMessage(
                channel=place,
                text=shown.text,
                blocks=list(shown.blocks),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        if not isinstance(answer, CallSucceeded):
            return answer
        posted = Card(ChannelId(answer.text("channel")), answer.text("ts"))
        if not posted.channel or not posted.ts:
            log.warning("slack_did_not_answer", method=method, why="neither channel nor ts")
            return RetryLater(self.clock.now() + AFTER_TROUBLE, in_doubt=True)
        self._pace.used(posted.channel)
        return Taken(posted.ts, None if thread_ts else posted)

    async def _ask(
        self, method: str, place: ChannelId, call: Awaitable[AsyncSlackResponse]
    ) -> CallSucceeded | CallRefused | RetryLater:
        answer = await ask(call)
        match answer:
            case CallSucceeded() | CallRefused():
                return answer
            case CallRateLimited(seconds):
                log.warning("slack_asks_us_to_wait", method=method, seconds=seconds)
                return RetryLater(self._pace.hold(timedelta(seconds=seconds), method))
            case CallUnanswered(why, in_doubt, is_silence):
                event = "slack_did_not_answer" if in_doubt else "slack_unreachable"
                log.warning(event, method=method, why=why)
                if not in_doubt:
                    self._pace.hold(AFTER_TROUBLE, method)
                elif is_silence:
                    self._pace.hold(AFTER_TROUBLE, (method, place))
                return RetryLater(self.clock.now() + AFTER_TROUBLE, in_doubt=in_doubt)

    def _refused(self, method: str, refused: CallRefused) -> RetryLater | ChannelUnusable | Gone | Rejected:
        error = refused.error
        if _is_about_the_place(error):
            return ChannelUnusable(error)
        if error in _GONE:
            return Gone()
        if error in TOKEN_REFUSED | _METHOD_REFUSED:
            log.error("slack_refused", method=method, error=error)
            return RetryLater(
                self._pace.hold(AFTER_REFUSAL, _ANY_METHOD if error in TOKEN_REFUSED else method)
            )
        return Rejected(error)


def _place_of(operation: Operation) -> ChannelId:
    return operation.card_channel or ChannelId(operation.requester.user)


def _is_about_the_place(error: str) -> bool:
    return error in _NOT_THERE or error.startswith(RESTRICTED)
