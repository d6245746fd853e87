"""Deduplication: a Bolt app that validates each payload, and dispatches each delivery once.

Slack may deliver a command or a click twice, and Bolt would run it twice. A duplicate is recognized by its trigger id,
kept in memory only: after a restart, the store's rows say what was done. It trusts that a delivery is from Slack, since
the transport checks the signature first, and nothing in it: a malformed payload gets a reply where that is possible,
and never reaches a listener.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.engine.ports import Metrics, SpanKind, Tracer, Unmeasured
from bot.engine.work_context import OpenSpan, Work, current, span, working
from bot.slack import payloads
from bot.slack.api.identity import Workspace
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.listeners.background import BackgroundTasks, ResponseUrlReply
from bot.slack.payloads import HomeOpened, OptionsRequest, Unreadable
from bot.slack.text.blocks import Message
from bot.slack.views import answers
from bot.slack.views.forms import modal_titles, modals

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # deliveries; Slack repeats one within seconds, if at all
AT_ONCE_MOST = 200  # deliveries being answered; the rest is asked to retry, while Slack still waits
_UNMEASURED = Unmeasured()
BAD_REQUEST = 400  # HTTP status
DELIVERY = "delivery"  # the listener argument that holds the payload, as a type of `payloads`


class DeduplicatingApp(AsyncApp):
    """A duplicate waits for the first one's response, and gets the same: Slack shows the one that arrives first."""

    def __init__(
        self,
        background_tasks: BackgroundTasks,
        response_urls: ResponseUrls,
        metrics: Metrics = _UNMEASURED,
        tracer: Tracer | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self._metrics = metrics
        self.tracer = tracer
        self._response_urls = response_urls
        self._errands = background_tasks
        self._answers: OrderedDict[str, tuple[asyncio.Task[BoltResponse], Work | None]] = OrderedDict()
        self._at_once = 0
        self._is_crowded = False

    async def receive(
        self, payload: Any, request: Callable[[], AsyncBoltRequest], *, over_http: bool
    ) -> BoltResponse:
        """Validate the payload, and let Bolt dispatch the request that `request` builds from it.

        Only a valid payload becomes a request: Bolt reads a payload as soon as it has one, and fails on an odd one.
        Deliveries beyond what can be answered within Slack's three seconds are told so at once.
        """
        if self._at_once >= AT_ONCE_MOST:
            return self._crowded_out(payload)
        self._at_once += 1
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            kind = payloads.kind_of(payload)
            with span(f"receive {kind}", SpanKind.CONSUMER) as delivered:
                delivered.set({"messaging.system": "slack", "messaging.operation.name": "receive"})
                response = await self._received(payload, request, delivered, over_http=over_http)
            self._metrics.acked(kind, loop.time() - began)
            return response
        finally:
            self._at_once -= 1
            self._is_crowded = self._is_crowded and self._at_once > 0

    async def _received(
        self, payload: Any, request: Callable[[], AsyncBoltRequest], delivered: OpenSpan, *, over_http: bool
    ) -> BoltResponse:
        try:
            delivery = payloads.read(payload)
        except Unreadable as unreadable:
            return self._refuse_delivery(payload, unreadable, over_http=over_http)
        if action := payloads.action_of(delivery):
            delivered.set({"pipeline_bot.action": action})
        taken = request()
        taken.context[DELIVERY] = delivery
        if delivery is None or isinstance(delivery, HomeOpened | OptionsRequest):
            return await self.async_dispatch(taken)
        return await self._once(delivery.trigger_id, taken)

    async def _once(self, trigger_id: str, request: AsyncBoltRequest) -> BoltResponse:
        # The trigger id identifies a delivery; the signature does not, since a duplicate has its own.
        first = self._answers.get(trigger_id)
        if first is not None:
            answer, work = first
            with working(work or Work()):  # the same operation, once that is known
                response = await asyncio.shield(answer)
                log.info("delivered_twice")
            return response
        answer = asyncio.create_task(self.async_dispatch(request))
        self._answers[trigger_id] = answer, current()
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return await asyncio.shield(answer)

    def _refuse_delivery(self, payload: Any, unreadable: Unreadable, *, over_http: bool) -> BoltResponse:
        """The response to a malformed payload. Over Socket Mode it must be an ack: without one, Slack waits for it."""
        log.warning("delivery_not_readable", kind=unreadable.kind, where=unreadable.where, why=unreadable.why)
        if over_http:
            return BoltResponse(status=BAD_REQUEST, body="")
        return self._instead(payload, unreadable.kind, answers.unreadable())

    def _crowded_out(self, payload: Any) -> BoltResponse:
        if not self._is_crowded:
            log.warning("too_many_deliveries_at_once", most=AT_ONCE_MOST)
        self._is_crowded = True
        return self._instead(payload, payloads.kind_of(payload), answers.crowded_out())

    def _instead(self, payload: Any, kind: str, said: Message) -> BoltResponse:
        """The response to a delivery of this kind that reaches no listener."""
        match kind:
            case "slash_command":
                return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
            case "view_submission":
                update = {"response_action": "update", "view": modals.showing(said, modal_titles.OF_ANY)}
                return BoltResponse(status=200, body=update)
            case "block_suggestion":
                return BoltResponse(status=200, body={"options": []})
            case "block_actions":
                self._tell(payload, said)
        return BoltResponse(status=200, body="")

    def _tell(self, payload: Mapping[str, Any], said: Message) -> None:
        """Reply to a click beside its message, if the payload has a response URL."""
        url = payloads.response_url(payload)
        if url is not None:
            self._errands.say(said, ResponseUrlReply(self._response_urls.respond_to(url)))


def always_authorized(workspace: Workspace, token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Bolt's `authorize`: always our workspace and bot, known from the start, so no call per request."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.team,
            bot_token=token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user,
        )

    return authorize
