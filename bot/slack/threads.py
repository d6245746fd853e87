"""Operations in Slack: posts their cards and lines, edits the cards, at Slack's pace.

It never retries by itself: what Slack did not take is said as a value, and the announcements' loop comes back. A post
whose answer was lost is `in_doubt`, since Slack has no key by which it would know the same post again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.names import ChannelId, OperationId
from bot.domain.operations import Card, Event, Operation
from bot.engine.ports import Clock, Gone, Later, NotThere, Taken
from bot.slack import answers
from bot.slack.blocks import Message
from bot.slack.calls import Done, NoAnswer, Refused, Wait, ask
from bot.slack.card import card
from bot.slack.lines import lines, not_watched
from bot.slack.pace import Pace
from bot.slack.pipelines import link_to
from bot.slack.places import RESTRICTED

log = structlog.get_logger(__name__)

Tell = Callable[[Message], None]
"""Begins to change what one person was answered: Slack allows it for 30 minutes (its `response_url`)."""

ANSWER_CHANGES_FOR = timedelta(minutes=30)
AFTER_TROUBLE = timedelta(seconds=5)  # before Slack is asked again when it did not answer
AFTER_REFUSAL = timedelta(
    minutes=1
)  # … or when it refused for a reason that only people can mend (a token, a bug)
EDITABLE_NO_MORE = "edit_window_closed"  # the workspace allows edits for a while only

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
    }
)


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
        answer = await self._post(place, card(operation), thread_ts=None)
        if not isinstance(answer, Refused):
            return answer
        # Whatever the reason, and whoever has to mend it: the person is told now, and not kept waiting for a card.
        if not _is_about_the_place(answer.error):
            log.error("slack_refused", method="chat.postMessage", error=answer.error)
        return NotThere(answer.error)

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
        match answer:
            case Done():
                return Taken(at.ts)
            case Refused(error) if error == EDITABLE_NO_MORE:
                log.info("card_is_editable_no_more", operation=operation.id)
                return Taken(at.ts)  # it stays as it is, and its thread tells the rest
            case Refused():
                return self._refused(method, answer)
            case Later():
                return answer

    async def post_lines(
        self, operation: Operation, events: tuple[Event, ...]
    ) -> Taken | Later | NotThere | Gone:
        if operation.card is None:
            return Gone()
        answer = await self._post(
            operation.card.channel, lines(operation, events), thread_ts=operation.card.ts
        )
        return self._refused("chat.postMessage", answer) if isinstance(answer, Refused) else answer

    async def tell_requester(
        self, operation: Operation, events: tuple[Event, ...]
    ) -> Taken | Later | NotThere | Gone:
        shown = lines(operation, events, link_to(operation, self.workspace_url))
        answer = await self._post(ChannelId(operation.requester.user), shown, thread_ts=None)
        return self._refused("chat.postMessage", answer) if isinstance(answer, Refused) else answer

    async def post_loss(self, operation: Operation, why: str) -> Taken | Later | NotThere | Gone:
        card = operation.card
        place = ChannelId(operation.requester.user) if card is None else card.channel
        shown = not_watched(operation, why)
        answer = await self._post(place, shown, thread_ts=None if card is None else card.ts)
        return self._refused("chat.postMessage", answer) if isinstance(answer, Refused) else answer

    async def post_notice(self, place: ChannelId, shown: Message) -> Taken | Later | NotThere | Gone:
        """Post a message that is about no operation."""
        answer = await self._post(place, shown, thread_ts=None)
        return self._refused("chat.postMessage", answer) if isinstance(answer, Refused) else answer

    async def answer_requester(self, operation: Operation) -> None:
        until, tell = self._tell.pop(operation.id, (None, None))
        if tell is not None and until is not None and until > self.clock.now():
            tell(answers.placed(operation, self.workspace_url))

    async def _post(
        self, place: ChannelId, shown: Message, *, thread_ts: str | None
    ) -> Taken | Later | Refused:
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
        if not isinstance(answer, Done):
            return answer
        posted = Card(ChannelId(answer.text("channel")), answer.text("ts"))
        if not posted.channel or not posted.ts:
            log.warning("slack_did_not_answer", method=method, why="neither channel nor ts")
            return Later(self._pace.hold(AFTER_TROUBLE, method), in_doubt=True)
        self._pace.used(posted.channel)
        return Taken(posted.ts, None if thread_ts else posted)

    async def _ask(self, method: str, call: Awaitable[AsyncSlackResponse]) -> Done | Refused | Later:
        answer = await ask(call)
        match answer:
            case Done() | Refused():
                return answer
            case Wait(seconds):
                log.warning("slack_asks_us_to_wait", method=method, seconds=seconds)
                return Later(self._pace.hold(timedelta(seconds=seconds), method))
            case NoAnswer(why, in_doubt):
                event = "slack_did_not_answer" if in_doubt else "slack_unreachable"
                log.warning(event, method=method, why=why)
                return Later(self._pace.hold(AFTER_TROUBLE, method), in_doubt=in_doubt)

    def _refused(self, method: str, refused: Refused) -> Later | NotThere | Gone:
        error = refused.error
        if _is_about_the_place(error):
            return NotThere(error)
        if error in _GONE:
            return Gone()
        log.error("slack_refused", method=method, error=error)
        return Later(self._pace.hold(AFTER_REFUSAL, method))


def _is_about_the_place(error: str) -> bool:
    return error in _NOT_THERE or error.startswith(RESTRICTED)
