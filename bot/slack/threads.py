"""Operations in Slack: posts their cards and lines, edits the cards, at Slack's pace.

It never retries by itself: what Slack did not take is said as a value, and the announcements' loop comes back. A post
whose answer was lost is `in_doubt`, since Slack has no key by which it would know the same post again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.names import ChannelId, OperationId
from bot.domain.operations import Card, Event, Operation
from bot.engine.ports import Clock, Gone, Later, NotThere, Taken
from bot.slack import answers
from bot.slack.blocks import Message
from bot.slack.card import card
from bot.slack.lines import lines
from bot.slack.pace import Pace
from bot.slack.places import RESTRICTED

log = structlog.get_logger(__name__)

Tell = Callable[[Message], Awaitable[None]]
"""Changes what one person was answered: Slack allows it for 30 minutes (its `response_url`)."""

ANSWER_CHANGES_FOR = timedelta(minutes=30)
AFTER_TROUBLE = timedelta(seconds=5)  # before Slack is asked again when it did not answer
AFTER_REFUSAL = timedelta(
    minutes=1
)  # … or when it refused for a reason that only people can mend (a token, a bug)
RETRY_AFTER_UNSAID = 30.0  # seconds, for a 429 without the header

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
_GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "thread_not_found",
        "invalid_thread_ts",
        "edit_window_closed",
    }
)
_BROKE = frozenset({"", "internal_error", "fatal_error", "request_timeout", "service_unavailable"})


@dataclass(slots=True)
class Threads:
    """`bot.engine.ports.Announcer`, for one workspace.

    `client` must not repeat a post by itself: it is built without retry handlers.
    """

    client: AsyncWebClient
    clock: Clock
    workspace_url: str
    _pace: Pace = field(init=False)
    _tell: dict[OperationId, tuple[datetime, Tell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pace = Pace(self.clock)

    def can_tell(self, operation_id: OperationId, tell: Tell) -> None:
        """Remember how to change the answer of the person who confirmed, for as long as Slack allows it."""
        now = self.clock.now()
        self._tell = {known: entry for known, entry in self._tell.items() if entry[0] > now}
        self._tell[operation_id] = (now + ANSWER_CHANGES_FOR, tell)

    async def post_card(self, operation: Operation) -> Taken | Later | NotThere | Gone:
        place = operation.stands_in or ChannelId(operation.requester.user)
        return await self._post(place, card(operation), thread_ts=None)

    async def edit_card(self, operation: Operation) -> Taken | Later | NotThere | Gone:
        if operation.card is None:
            return Gone()
        at, method = operation.card, "chat.update"
        held = self._pace.free_at(method, at)
        if held is not None:
            return Later(held)
        shown = card(operation)
        self._pace.used(at)
        answer = await self._ask(
            method,
            self.client.chat_update(
                channel=at.channel, ts=at.ts, text=shown.text, blocks=list(shown.blocks), unfurl_links=False
            ),
        )
        return Taken(at.ts) if isinstance(answer, AsyncSlackResponse) else answer

    async def post_lines(
        self, operation: Operation, events: tuple[Event, ...]
    ) -> Taken | Later | NotThere | Gone:
        if operation.card is None:
            return Gone()
        return await self._post(operation.card.channel, lines(operation, events), thread_ts=operation.card.ts)

    async def post_notice(self, place: ChannelId, shown: Message) -> Taken | Later | NotThere | Gone:
        """Post a message that is about no operation."""
        return await self._post(place, shown, thread_ts=None)

    async def answer_requester(self, operation: Operation) -> None:
        until, tell = self._tell.pop(operation.id, (None, None))
        if tell is not None and until is not None and until > self.clock.now():
            await tell(answers.placed(operation, self.workspace_url))

    async def _post(
        self, place: ChannelId, shown: Message, *, thread_ts: str | None
    ) -> Taken | Later | NotThere | Gone:
        method = "chat.postMessage"
        held = self._pace.free_at(method, place)
        if held is not None:
            return Later(held)
        self._pace.used(place)
        answer = await self._ask(
            method,
            self.client.chat_postMessage(
                channel=place,
                text=shown.text,
                blocks=list(shown.blocks),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        if not isinstance(answer, AsyncSlackResponse):
            return answer
        posted = Card(ChannelId(str(answer["channel"])), str(answer["ts"]))
        self._pace.used(posted.channel)
        return Taken(posted.ts, None if thread_ts else posted)

    async def _ask(
        self, method: str, call: Awaitable[AsyncSlackResponse]
    ) -> AsyncSlackResponse | Later | NotThere | Gone:
        try:
            return await call
        except SlackApiError as error:
            return self._refused(method, error.response)
        except aiohttp.ClientConnectorError as error:
            log.warning("slack_unreachable", method=method, why=type(error).__name__)
            return Later(self._pace.hold(AFTER_TROUBLE, method))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("slack_did_not_answer", method=method, why=type(error).__name__)
            return Later(self._pace.hold(AFTER_TROUBLE, method), in_doubt=True)

    def _refused(self, method: str, response: Any) -> Later | NotThere | Gone:
        error = str(response.get("error") or "") if isinstance(response, AsyncSlackResponse) else ""
        if error == "ratelimited":
            wait = _retry_after(response.headers)
            log.warning("slack_asks_us_to_wait", method=method, seconds=wait)
            return Later(self._pace.hold(timedelta(seconds=wait), method))
        if error in _NOT_THERE or error.startswith(RESTRICTED):
            return NotThere(error)
        if error in _GONE:
            return Gone()
        in_doubt = error in _BROKE
        report = log.warning if in_doubt else log.error
        report(
            "slack_refused",
            method=method,
            error=error or "no JSON",
            status=getattr(response, "status_code", None),
        )
        return Later(self._pace.hold(AFTER_TROUBLE if in_doubt else AFTER_REFUSAL, method), in_doubt=in_doubt)


def _retry_after(headers: Any) -> float:
    for key, value in dict(headers).items():
        if key.lower() == "retry-after":
            said = value[0] if isinstance(value, list) else value
            return float(said) if str(said).replace(".", "", 1).isdigit() else RETRY_AFTER_UNSAID
    return RETRY_AFTER_UNSAID
