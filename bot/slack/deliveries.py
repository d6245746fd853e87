"""A Bolt app that takes each delivery once: Slack may deliver a command or a click twice, and Bolt would run it twice.

It knows a repetition by its trigger id and remembers in memory only: after a restart the rows tell what was done. It
trusts what it is given to be from Slack: the transport checks the signature before.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # deliveries; Slack repeats one within seconds, if at all


class DeliveredOnce(AsyncApp):
    """A repetition gets the answer to the first, and waits for it: Slack shows whichever answer arrives first."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._answers: OrderedDict[str, asyncio.Task[BoltResponse]] = OrderedDict()

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        delivery = _delivery(req)
        if delivery is None:
            return await super().async_dispatch(req)
        answer = self._answers.get(delivery)
        if answer is None:
            answer = asyncio.create_task(super().async_dispatch(req))
            self._answers[delivery] = answer
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        else:
            log.info("delivered_twice")
        return await asyncio.shield(answer)


def _delivery(request: AsyncBoltRequest) -> str | None:
    """What tells this delivery from others, if anything does: not the signature, which a repetition has its own of."""
    trigger = request.body.get("trigger_id")
    return str(trigger) if trigger else None
