"""Whether the deliveries that are fuzzed are of every kind: each listener of the bot takes one of them."""

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import payloads
from bot.slack.listeners.deduplication import DELIVERY
from tests.fuzz.slack_cast import SlackCast


def test_every_listener_is_reached(tmp_path):
    cast = SlackCast(tmp_path, over_http=False)
    sent = [envelope.payload for envelope in cast.deliveries()]
    listeners = cast.workspace.bot.transport.app._async_listeners

    async def first(payload):
        request = AsyncBoltRequest(mode="socket_mode", body=payload)
        request.context[DELIVERY] = payloads.read(payload)
        for listener in listeners:
            if await listener.async_matches(req=request, resp=BoltResponse(status=404)):
                return listener.ack_function.__qualname__
        return None

    async def all_of_them():
        return {await first(payload) for payload in sent}

    reached = cast.workspace.run(all_of_them())
    missed = {listener.ack_function.__qualname__ for listener in listeners} - reached
    cast.closes()
    assert missed == set()
