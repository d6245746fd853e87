"""A Bolt app that reads what Slack delivers at its door, and takes each delivery once.

Slack may deliver a command or a click twice, and Bolt would run it twice. A repetition is known by its trigger id and
remembered in memory only: after a restart the rows tell what was done. It trusts what it is given to be from Slack, since
the transport checks the signature before, and nothing in it: what does not read as Slack writes it is answered as far
as that can be done, and never reaches a listener.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import payloads
from bot.slack.api.response_urls import EACH_BY_ITSELF, ResponseUrls
from bot.slack.listeners.background import BackgroundTasks, ResponseUrlReply
from bot.slack.payloads import HomeOpened, OptionsRequest, Unreadable
from bot.slack.text.blocks import Message
from bot.slack.views import answers, modals

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # deliveries; Slack repeats one within seconds, if at all
AT_ONCE_MOST = 200  # deliveries that are being answered; the rest is told to come again, while it still waits
BAD_REQUEST = 400  # HTTP status
DELIVERY = "delivery"  # the argument by which a listener gets what was delivered, as a value of `payloads`


class DeduplicatingApp(AsyncApp):
    """A repetition gets the answer to the first, and waits for it: Slack shows whichever answer arrives first."""

    def __init__(
        self,
        background_tasks: BackgroundTasks,
        response_urls: ResponseUrls = EACH_BY_ITSELF,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self._response_urls = response_urls
        self._errands = background_tasks
        self._answers: OrderedDict[str, asyncio.Task[BoltResponse]] = OrderedDict()
        self._at_once = 0
        self._is_crowded = False

    async def receive(
        self, payload: Any, request: Callable[[], AsyncBoltRequest], *, over_http: bool
    ) -> BoltResponse:
        """Read the payload, and let Bolt dispatch the request that `request` makes of it.

        Only what reads is made a request: Bolt looks into a payload as soon as it has one, and breaks on an odd one.
        More than can be answered in the three seconds that Slack waits are told so at once.
        """
        if self._at_once >= AT_ONCE_MOST:
            return self._crowded_out(payload)
        self._at_once += 1
        try:
            return await self._received(payload, request, over_http=over_http)
        finally:
            self._at_once -= 1
            self._is_crowded = self._is_crowded and self._at_once > 0

    async def _received(
        self, payload: Any, request: Callable[[], AsyncBoltRequest], *, over_http: bool
    ) -> BoltResponse:
        try:
            delivery = payloads.read(payload)
        except Unreadable as unreadable:
            return self._turned_away(payload, unreadable, over_http=over_http)
        taken = request()
        taken.context[DELIVERY] = delivery
        if delivery is None or isinstance(delivery, HomeOpened | OptionsRequest):
            return await self.async_dispatch(taken)
        return await self._once(delivery.trigger_id, taken)

    async def _once(self, trigger_id: str, request: AsyncBoltRequest) -> BoltResponse:
        # The trigger tells this delivery from others, and not the signature, which a repetition has its own of.
        answer = self._answers.get(trigger_id)
        if answer is None:
            answer = asyncio.create_task(self.async_dispatch(request))
            self._answers[trigger_id] = answer
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        else:
            log.info("delivered_twice")
        return await asyncio.shield(answer)

    def _turned_away(self, payload: Any, unreadable: Unreadable, *, over_http: bool) -> BoltResponse:
        """The answer to what does not read. Over Socket Mode there is none but an ack: without one Slack waits for it."""
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
        """The answer to a delivery of this kind that goes to no listener."""
        match kind:
            case "slash_command":
                return BoltResponse(status=200, body={"text": said.text, "blocks": list(said.blocks)})
            case "view_submission":
                update = {"response_action": "update", "view": modals.showing(said)}
                return BoltResponse(status=200, body=update)
            case "block_suggestion":
                return BoltResponse(status=200, body={"options": []})
            case "block_actions":
                self._tell(payload, said)
        return BoltResponse(status=200, body="")

    def _tell(self, payload: Mapping[str, Any], said: Message) -> None:
        """Answer a click beside its message, if it says by which address that can be done."""
        url = payloads.response_url(payload)
        if url is not None:
            self._errands.say(said, ResponseUrlReply(self._response_urls.respond_to(url)))
